import type { LimiterReading } from '../../collect/headers-log/window-reading.ts'
import { MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { compareText } from '../../vocabulary/order.ts'
import { COMBINED, isMixed } from './seen-limits.ts'

/**
 * Limits as a log knows them. Headers do not say which models share a limit, and equal values are no proof that they do:
 * each model is a group of its own. Where the log names workspaces, limits are the workspace's; else the organization's.
 */

/** The groups of one scope: every limiter that was seen, by the latest response that names it. */
export function groupsOf(readings: readonly LimiterReading[]): RateLimitGroup[] {
  return [...Map.groupBy(readings, ({ model }) => model)]
    .map(([model, ofModel]) => ({
      type: MODEL_GROUP,
      name: model,
      models: [model],
      limits: Object.fromEntries(ofModel.map(({ limiter, latest }) => [limiter, latest])),
    }))
    .sort((a, b) => compareText(a.name, b.name))
}

/**
 * The snapshot of a log beside the committed one. A log shows only what was used: models and limiters that were not seen
 * keep their committed limits, so that a quiet day is no change of limits. So do limits that stood side by side with others:
 * whichever came last would be a change with every run.
 */
export function snapshotOfLog(readings: readonly LimiterReading[], committed: Snapshot | null): Snapshot {
  const kept = readings.filter((reading) => reading.limiter !== COMBINED && !isMixed(reading))
  const ids = [...new Set(kept.flatMap(({ workspaceId }) => (workspaceId === null ? [] : [workspaceId])))]
  const ofWorkspace = (id: string | null) => groupsOf(kept.filter(({ workspaceId }) => workspaceId === id))
  const before = committed?.workspaces ?? []
  return {
    groups: merge(committed?.groups ?? [], ofWorkspace(null)),
    workspaces: [...new Set([...before.map(({ id }) => id), ...ids])].map((id) => {
      const known = before.find((workspace) => workspace.id === id)
      return { id, name: known?.name ?? id, overrides: merge(known?.overrides ?? [], ofWorkspace(id)) }
    }),
  }
}

function merge(before: readonly RateLimitGroup[], now: readonly RateLimitGroup[]): RateLimitGroup[] {
  const isSame = (a: RateLimitGroup, b: RateLimitGroup) => a.type === b.type && a.name === b.name
  return [
    ...before.filter((group) => !now.some((other) => isSame(group, other))),
    ...now.map((group) => {
      const known = before.find((other) => isSame(group, other))
      return { ...group, limits: { ...known?.limits, ...group.limits } }
    }),
  ]
}

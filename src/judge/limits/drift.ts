import type { Drift, DriftClass, Scope } from '../../report/report.ts'
import type { Limits, RateLimitGroup } from '../../vocabulary/groups.ts'
import { compareText } from '../../vocabulary/order.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'
import { type GroupMatch, groupOf, matchGroups } from './match.ts'

/**
 * Drift: what differs between the committed snapshot and today's limits, each difference in its class.
 * Names are never drift: a group or a workspace that only changed its display name gives nothing.
 */
export function findDrift(before: Snapshot, after: Snapshot): Drift[] {
  const match = matchGroups(before.groups, after.groups)
  return [
    ...groupDrift(before, after, match),
    ...modelDrift(before, after, match),
    ...workspaceDrift(before, after, match),
  ]
}

const ORGANIZATION: Scope = { type: 'organization' }

const PLAIN_INPUT = 'input_tokens_per_minute'
const CACHE_AWARE_INPUT = 'input_tokens_per_minute_cache_aware'

function change(driftClass: DriftClass, scope: Scope, group: RateLimitGroup, details: Partial<Drift> = {}): Drift {
  return {
    class: driftClass,
    scope,
    group: { type: group.type, name: group.name },
    limiter: null,
    before: null,
    after: null,
    utilization_before: null,
    utilization_after: null,
    peak: null,
    model: null,
    from: null,
    ...details,
  }
}

function groupDrift(before: Snapshot, after: Snapshot, match: GroupMatch): Drift[] {
  const retired = before.groups.filter((group) => !match.after(group))
  return [
    ...after.groups.flatMap((group) => {
      const previous = match.before(group)
      return previous ? limiterDrift(group, previous.limits) : [change('group-added', ORGANIZATION, group)]
    }),
    ...retired.map((group) => change('group-retired', ORGANIZATION, group)),
  ]
}

function limiterDrift(group: RateLimitGroup, previous: Limits): Drift[] {
  return compareLimits(previous, group.limits).map(({ limiter, from, before, after }) => {
    const details = { limiter, before, after, from: from ?? null }
    if (from) return change('limiter-changed', ORGANIZATION, group, details)
    if (before === null) return change('limiter-added', ORGANIZATION, group, details)
    if (after === null) return change('limiter-removed', ORGANIZATION, group, details)
    return change(after > before ? 'raised' : 'cut', ORGANIZATION, group, details)
  })
}

type LimitChange = { limiter: string; from?: string; before: number | null; after: number | null }

/** Limiters whose value differs; a limiter named without a value counts as absent. Plain ↔ cache-aware is one change, not two. */
function compareLimits(previous: Limits, next: Limits): LimitChange[] {
  const value = (limits: Limits, limiter: string) => limits[limiter] ?? null
  const swap = [
    { limiter: CACHE_AWARE_INPUT, from: PLAIN_INPUT },
    { limiter: PLAIN_INPUT, from: CACHE_AWARE_INPUT },
  ].find(
    ({ limiter, from }) =>
      value(previous, from) !== null &&
      value(next, from) === null &&
      value(previous, limiter) === null &&
      value(next, limiter) !== null,
  )
  const limiters = [...new Set([...Object.keys(previous), ...Object.keys(next)])].sort(compareText)
  const changes = limiters
    .filter((limiter) => limiter !== swap?.limiter && limiter !== swap?.from)
    .map((limiter) => ({ limiter, before: value(previous, limiter), after: value(next, limiter) }))
    .filter(({ before, after }) => before !== after)
  return swap
    ? [{ ...swap, before: value(previous, swap.from), after: value(next, swap.limiter) }, ...changes]
    : changes
}

/** Models that came, went, or moved between groups. The models of a group that came or went as a whole are told with it. */
function modelDrift(before: Snapshot, after: Snapshot, match: GroupMatch): Drift[] {
  const homes = (groups: readonly RateLimitGroup[]) =>
    new Map(groups.flatMap((group) => group.models.map((model) => [model, group] as const)))
  const oldHomes = homes(before.groups)
  const newHomes = homes(after.groups)
  const models = [...new Set([...oldHomes.keys(), ...newHomes.keys()])].sort(compareText)
  return models.flatMap((model) => {
    const oldHome = oldHomes.get(model)
    const newHome = newHomes.get(model)
    if (oldHome && newHome) {
      const moved = match.after(oldHome) !== newHome
      return moved ? [change('model-moved', ORGANIZATION, newHome, { model, from: oldHome.name })] : []
    }
    if (newHome) return match.before(newHome) ? [change('model-added', ORGANIZATION, newHome, { model })] : []
    if (!oldHome) return []
    const sameGroup = match.after(oldHome)
    return sameGroup ? [change('model-removed', ORGANIZATION, sameGroup, { model })] : []
  })
}

function workspaceDrift(before: Snapshot, after: Snapshot, match: GroupMatch): Drift[] {
  const ids = [...new Set([...before.workspaces, ...after.workspaces].map(({ id }) => id))].sort(compareText)
  return ids.flatMap((id) => {
    const previous = before.workspaces.find((workspace) => workspace.id === id)
    const next = after.workspaces.find((workspace) => workspace.id === id)
    const scope: Scope = { type: 'workspace', id, name: next?.name ?? previous?.name ?? id }
    return overridePairs(previous?.overrides ?? [], next?.overrides ?? [], before, after, match).flatMap(
      ([group, old, now]) =>
        compareLimits(old, now).map(({ limiter, from, before, after }) => {
          const driftClass =
            before === null ? 'override-added' : after === null ? 'override-removed' : 'override-changed'
          return change(driftClass, scope, group, { limiter, before, after, from: from ?? null })
        }),
    )
  })
}

/** Overrides of the same group before and now; the group may have changed its name in between. */
function overridePairs(
  previous: readonly RateLimitGroup[],
  next: readonly RateLimitGroup[],
  before: Snapshot,
  after: Snapshot,
  match: GroupMatch,
): [group: RateLimitGroup, before: Limits, after: Limits][] {
  const nameNow = (override: RateLimitGroup): RateLimitGroup => {
    const group = groupOf(override, before.groups)
    return (group && match.after(group)) ?? override
  }
  const old = previous.map((override) => ({ group: nameNow(override), limits: override.limits }))
  const isSame = (a: RateLimitGroup, b: RateLimitGroup) => a.type === b.type && a.name === b.name
  const kept = next.map((override): [RateLimitGroup, Limits, Limits] => [
    groupOf(override, after.groups) ?? override,
    old.find(({ group }) => isSame(group, override))?.limits ?? {},
    override.limits,
  ])
  const gone = old
    .filter(({ group }) => !next.some((override) => isSame(group, override)))
    .map(({ group, limits }): [RateLimitGroup, Limits, Limits] => [group, limits, {}])
  return [...kept, ...gone]
}

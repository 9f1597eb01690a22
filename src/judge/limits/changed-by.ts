import type { Activity } from '../../vocabulary/activity.ts'
import type { Change, ChangedBy, Drift } from '../../vocabulary/drift.ts'
import { groupOf, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'

/** Whether a change is one of a workspace's own limit: the only kind that the Activity Feed records. */
export function isOfWorkspaceLimit(change: Change): boolean {
  return change.scope.type === 'workspace' && 'limiter' in change
}

/**
 * Drift with who changed it, as far as it is on record. A change is found by workspace, limiter and value. Of several records
 * of one limit only the newest made it what it is now; where records of several groups fit, all of them are candidates, for
 * how the feed spells a group is not documented. `activities`: newest first; null: the feed could not be read.
 */
export function withChangedBy(
  drift: readonly Drift[],
  activities: readonly Activity[] | null,
  groups: readonly RateLimitGroup[],
): Drift[] {
  if (activities === null) return [...drift]
  return drift.map((item) => {
    if (!('limiter' in item)) return item
    return { ...item, changedBy: { records: isOfWorkspaceLimit(item) ? recordsOf(item, activities, groups) : [] } }
  })
}

function recordsOf(
  change: Extract<Drift, { limiter: string }>,
  activities: readonly Activity[],
  groups: readonly RateLimitGroup[],
): ChangedBy['records'] {
  const workspaceId = change.scope.type === 'workspace' ? change.scope.id : null
  const now = 'after' in change ? change.after : null
  const ofLimiter = activities.filter((one) => one.workspaceId === workspaceId && one.limiter === change.limiter)
  const newest = [...Map.groupBy(ofLimiter, ({ modelGroup }) => modelGroup).values()].flatMap(
    (same) => same.toSorted((a, b) => b.at - a.at)[0] ?? [],
  )
  const fitting = newest.filter(({ value }) => value === now)
  const named = fitting.filter(({ modelGroup }) => modelGroup !== null && isNamed(modelGroup, change, groups))
  return (named.length > 0 ? named : fitting).map(({ at, actor }) => ({ ...actor, at }))
}

/** Whether the feed's word for a group is one that we know for it too. */
function isNamed(
  text: string,
  { group }: Extract<Drift, { limiter: string }>,
  groups: readonly RateLimitGroup[],
): boolean {
  const models = groupOf(group, groups)?.models ?? []
  return text === group.name || text === group.type || models.includes(text)
}

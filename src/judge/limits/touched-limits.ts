import type { Change, GroupChange, ModelChange } from '../../vocabulary/drift.ts'
import { type Group, groupOf, type RateLimitGroup, sameGroup } from '../../vocabulary/limits/groups.ts'
import { type LimitRef, limitKey } from '../../vocabulary/limits/limit-key.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { compareText } from '../../vocabulary/order.ts'
import { ORGANIZATION, type Scope } from '../../vocabulary/scope.ts'
import { type Counterparts, limitBefore } from './counterparts.ts'
import { overridesIn } from './effective.ts'

/** One limit as each of two snapshots calls it; null where a snapshot has no such limit. */
export type TouchedLimit = { before: LimitRef | null; after: LimitRef | null }

type Both = { before: Snapshot; after: Snapshot; between: Counterparts }

/** Every limit whose use or value a change may move: for a move of models, those of both groups, in every scope that has some. */
export function touchedLimits(change: Change, both: Both): TouchedLimit[] {
  switch (change.class) {
    case 'workspace-added':
      // Each limit of its own is a change too, and the others are the organization's as before.
      return []
    case 'workspace-archived': {
      const { scope } = change
      return overridesIn(both.before, scope).flatMap((group) =>
        limitersOf([group]).map((limiter) => ({ before: { scope, group: nameOf(group), limiter }, after: null })),
      )
    }
    case 'group-added':
    case 'group-retired':
    case 'model-added':
    case 'model-removed':
    case 'model-moved':
      return unique(touchedGroups(change, both).flatMap((pair) => limitsOfPair(pair, both)))
    default: {
      const { scope, group, limiter } = change
      const after = { scope, group, limiter }
      const from = 'from' in change ? change.from : undefined
      // An override of a group that is gone is named as it was.
      const before = groupOf(group, both.after.groups) ? limitBefore(after, both.between) : after
      return [{ before: before && { ...before, limiter: from ?? limiter }, after }]
    }
  }
}

type GroupPair = { before: RateLimitGroup | null; after: RateLimitGroup | null }

/** The group a change is about, and the groups that its models came from or are in now. */
function touchedGroups(change: GroupChange | ModelChange, { before, after, between }: Both): GroupPair[] {
  const found = (group: Group | null, { groups }: Snapshot) => (group && groupOf(group, groups)) ?? null
  // Where its models went, the moves say.
  if (change.class === 'group-retired') return [{ before: found(change.group, before), after: null }]
  const models = 'models' in change ? change.models : [change.model]
  const isListing = (group: RateLimitGroup) => group.models.some((model) => models.includes(model))
  const now = after.groups.filter((group) => sameGroup(group, change.group) || isListing(group))
  const then = before.groups.filter(isListing)
  return [
    ...now.map((group) => ({ before: found(between.before(group), before), after: group })),
    ...then.map((group) => ({ before: group, after: found(between.after(group), after) })),
  ]
}

function limitsOfPair(pair: GroupPair, both: Both): TouchedLimit[] {
  const workspaces = [...both.after.workspaces, ...both.before.workspaces.filter(({ id }) => !hasWorkspace(both, id))]
  const scopes: Scope[] = [
    ORGANIZATION,
    ...workspaces.map(({ id, name }) => ({ type: 'workspace', id, name }) as const),
  ]
  return scopes.flatMap((scope) => {
    const then = pair.before && groupIn(both.before, scope, pair.before)
    const now = pair.after && groupIn(both.after, scope, pair.after)
    return limitersOf([then, now]).map((limiter) => ({
      before: pair.before && { scope, group: nameOf(pair.before), limiter },
      after: pair.after && { scope, group: nameOf(pair.after), limiter },
    }))
  })
}

const hasWorkspace = ({ after }: Both, id: string) => after.workspaces.some((workspace) => workspace.id === id)

const nameOf = ({ type, name }: Group): Group => ({ type, name })

function groupIn(snapshot: Snapshot, scope: Scope, group: RateLimitGroup): RateLimitGroup | null {
  return scope.type === 'organization' ? group : (groupOf(group, overridesIn(snapshot, scope)) ?? null)
}

/** Limiters that have a value in one of these groups. */
function limitersOf(groups: readonly (RateLimitGroup | null)[]): string[] {
  const limits = groups.flatMap((group) => Object.entries(group?.limits ?? {}))
  const limiters = limits.flatMap(([limiter, value]) => (value === null ? [] : [limiter]))
  return [...new Set(limiters)].sort(compareText)
}

function unique(limits: readonly TouchedLimit[]): TouchedLimit[] {
  const keyOf = ({ before, after }: TouchedLimit) =>
    JSON.stringify([before && limitKey(before), after && limitKey(after)])
  return [...new Map(limits.map((limit) => [keyOf(limit), limit])).values()]
}

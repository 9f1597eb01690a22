import type { Drift } from '../../vocabulary/drift.ts'
import { groupOf, type Limits, type RateLimitGroup, sameGroup } from '../../vocabulary/groups.ts'
import { compareText } from '../../vocabulary/order.ts'
import { ORGANIZATION, type Scope } from '../../vocabulary/scope.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'
import { type GroupMatch, matchGroups } from './match.ts'

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

const PLAIN_INPUT = 'input_tokens_per_minute'
const CACHE_AWARE_INPUT = 'input_tokens_per_minute_cache_aware'

const placeOf = ({ type, name }: RateLimitGroup, scope: Scope = ORGANIZATION) => ({ scope, group: { type, name } })

function groupDrift(before: Snapshot, after: Snapshot, match: GroupMatch): Drift[] {
  const retired = before.groups.filter((group) => !match.after(group))
  return [
    ...after.groups.flatMap((group) => {
      const previous = match.before(group)
      return previous ? limiterDrift(group, previous.limits) : [{ ...placeOf(group), class: 'group-added' as const }]
    }),
    ...retired.map((group) => ({ ...placeOf(group), class: 'group-retired' as const })),
  ]
}

function limiterDrift(group: RateLimitGroup, previous: Limits): Drift[] {
  const place = placeOf(group)
  return compareLimits(previous, group.limits).map(({ limiter, from, before, after }): Drift => {
    if (before === null) return { ...place, class: 'limiter-added', limiter, after }
    if (after === null) return { ...place, class: 'limiter-removed', limiter, before }
    if (from) return { ...place, class: 'limiter-changed', limiter, from, before, after }
    return { ...place, class: after > before ? 'raised' : 'cut', limiter, before, after }
  })
}

/** A value that came, went or moved: at least one side has one. */
type LimitChange = { limiter: string; from?: string } & (
  | { before: number; after: number }
  | { before: null; after: number }
  | { before: number; after: null }
)

/** Limiters whose value differs; a limiter named without a value counts as absent. */
function compareLimits(previous: Limits, next: Limits): LimitChange[] {
  const swap = swapOf(previous, next)
  const limiters = [...new Set([...Object.keys(previous), ...Object.keys(next)])].sort(compareText)
  const changes = limiters
    .filter((limiter) => limiter !== swap?.limiter && limiter !== swap?.from)
    .flatMap((limiter) => changeOf(limiter, given(previous, limiter), given(next, limiter)))
  return swap ? [swap, ...changes] : changes
}

const given = (limits: Limits, limiter: string): number | null => limits[limiter] ?? null

function changeOf(limiter: string, before: number | null, after: number | null): LimitChange[] {
  if (before === after) return []
  if (before === null) return after === null ? [] : [{ limiter, before, after }]
  return [{ limiter, before, after } as LimitChange]
}

/** Input that is counted by the other of the two rules now: one change, not two. */
function swapOf(previous: Limits, next: Limits): (LimitChange & { from: string }) | undefined {
  const ways = [
    { limiter: CACHE_AWARE_INPUT, from: PLAIN_INPUT },
    { limiter: PLAIN_INPUT, from: CACHE_AWARE_INPUT },
  ]
  return ways
    .flatMap(({ limiter, from }) => {
      const before = given(previous, from)
      const after = given(next, limiter)
      const isSwap = given(next, from) === null && given(previous, limiter) === null
      return before !== null && after !== null && isSwap ? [{ limiter, from, before, after }] : []
    })
    .at(0)
}

/** Models that came, went, or moved between groups. The models of a group that came or went as a whole are told with it. */
function modelDrift(before: Snapshot, after: Snapshot, match: GroupMatch): Drift[] {
  const homes = (groups: readonly RateLimitGroup[]) =>
    new Map(groups.flatMap((group) => group.models.map((model) => [model, group] as const)))
  const oldHomes = homes(before.groups)
  const newHomes = homes(after.groups)
  const models = [...new Set([...oldHomes.keys(), ...newHomes.keys()])].sort(compareText)
  return models.flatMap((model): Drift[] => {
    const oldHome = oldHomes.get(model)
    const newHome = newHomes.get(model)
    if (oldHome && newHome) {
      const moved = match.after(oldHome) !== newHome
      return moved ? [{ ...placeOf(newHome), class: 'model-moved', model, from: oldHome.name }] : []
    }
    if (newHome) return match.before(newHome) ? [{ ...placeOf(newHome), class: 'model-added', model }] : []
    if (!oldHome) return []
    const home = match.after(oldHome)
    return home ? [{ ...placeOf(home), class: 'model-removed', model }] : []
  })
}

function workspaceDrift(before: Snapshot, after: Snapshot, match: GroupMatch): Drift[] {
  const ids = [...new Set([...before.workspaces, ...after.workspaces].map(({ id }) => id))].sort(compareText)
  return ids.flatMap((id) => {
    const previous = before.workspaces.find((workspace) => workspace.id === id)
    const next = after.workspaces.find((workspace) => workspace.id === id)
    const scope: Scope = { type: 'workspace', id, name: next?.name ?? previous?.name ?? id }
    const pairs = overridePairs(previous?.overrides ?? [], next?.overrides ?? [], { before, after, match })
    return pairs.flatMap(([group, own, now]) => overrideDrift(placeOf(group, scope), compareLimits(own, now)))
  })
}

function overrideDrift(place: ReturnType<typeof placeOf>, changes: readonly LimitChange[]): Drift[] {
  return changes.map(({ limiter, from, before, after }): Drift => {
    if (before === null) return { ...place, class: 'override-added', limiter, after }
    if (after === null) return { ...place, class: 'override-removed', limiter, before }
    return { ...place, class: 'override-changed', limiter, before, after, ...(from !== undefined && { from }) }
  })
}

/** Overrides of the same group before and now; the group may have changed its name in between. */
function overridePairs(
  previous: readonly RateLimitGroup[],
  next: readonly RateLimitGroup[],
  { before, after, match }: { before: Snapshot; after: Snapshot; match: GroupMatch },
): [group: RateLimitGroup, before: Limits, after: Limits][] {
  const nameNow = (override: RateLimitGroup): RateLimitGroup => {
    const group = groupOf(override, before.groups)
    return (group && match.after(group)) ?? override
  }
  const old = previous.map((override) => ({ group: nameNow(override), limits: override.limits }))
  const kept = next.map((override): [RateLimitGroup, Limits, Limits] => [
    groupOf(override, after.groups) ?? override,
    old.find(({ group }) => sameGroup(group, override))?.limits ?? {},
    override.limits,
  ])
  const gone = old
    .filter(({ group }) => !next.some((override) => sameGroup(group, override)))
    .map(({ group, limits }): [RateLimitGroup, Limits, Limits] => [group, limits, {}])
  return [...kept, ...gone]
}

import type { Change, GroupChange, LimitChange, ModelChange, WorkspaceChange } from '../../vocabulary/drift.ts'
import { groupOf, type Limits, type RateLimitGroup, sameGroup } from '../../vocabulary/limits/groups.ts'
import { listsAllWorkspaces, type Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { compareText } from '../../vocabulary/order.ts'
import { ORGANIZATION, type Scope } from '../../vocabulary/scope.ts'
import { compareLimits } from './compare-limits.ts'
import { type GroupMatch, matchGroups } from './match.ts'

/** Two snapshots, and which group of one is which of the other. */
type Both = { before: Snapshot; after: Snapshot; match: GroupMatch }

/**
 * Drift: what differs between the committed snapshot and today's limits, each difference in its class.
 * Names are never drift: a group or a workspace that only changed its display name gives nothing.
 */
export function findDrift(before: Snapshot, after: Snapshot): Change[] {
  const both = { before, after, match: matchGroups(before.groups, after.groups) }
  return [...groupDrift(both), ...modelDrift(both), ...workspaceDrift(both)]
}

const placeOf = ({ type, name }: RateLimitGroup, scope: Scope = ORGANIZATION) => ({ scope, group: { type, name } })

function groupDrift({ before, after, match }: Both): (GroupChange | LimitChange)[] {
  const listed = new Set(after.groups.flatMap(({ models }) => models))
  const retired = before.groups.filter((group) => !match.after(group))
  return [
    ...after.groups.flatMap((group): (GroupChange | LimitChange)[] => {
      const previous = match.before(group)
      if (previous) return limiterDrift(group, previous.limits)
      return [{ ...placeOf(group), class: 'group-added', models: group.models, limits: group.limits }]
    }),
    ...retired.map(
      (group): GroupChange => ({
        ...placeOf(group),
        class: 'group-retired',
        models: group.models,
        unlisted: group.models.filter((model) => !listed.has(model)),
      }),
    ),
  ]
}

function limiterDrift(group: RateLimitGroup, previous: Limits): LimitChange[] {
  const place = placeOf(group)
  return compareLimits(previous, group.limits).map(({ limiter, from, before, after }): LimitChange => {
    if (before === null) return { ...place, class: 'limiter-added', limiter, after }
    if (after === null) return { ...place, class: 'limiter-removed', limiter, before }
    if (from) return { ...place, class: 'limiter-changed', limiter, from, before, after }
    return { ...place, class: after > before ? 'raised' : 'cut', limiter, before, after }
  })
}

/** Models that came, went, or moved between groups. The models of a group that came or went as a whole are reported with it. */
function modelDrift({ before, after, match }: Both): ModelChange[] {
  const oldHomes = homesOf(before)
  const newHomes = homesOf(after)
  const models = [...new Set([...oldHomes.keys(), ...newHomes.keys()])].sort(compareText)
  return models.flatMap((model): ModelChange[] => {
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

/** The group of each model; of several that list it, the last. */
function homesOf({ groups }: Snapshot): Map<string, RateLimitGroup> {
  return new Map(groups.flatMap((group) => group.models.map((model) => [model, group] as const)))
}

function workspaceDrift(both: Both): (WorkspaceChange | LimitChange)[] {
  const { before, after } = both
  const knowsAll = listsAllWorkspaces(before)
  const ids = [...new Set([...before.workspaces, ...after.workspaces].map(({ id }) => id))].sort(compareText)
  return ids.flatMap((id): (WorkspaceChange | LimitChange)[] => {
    const previous = before.workspaces.find((workspace) => workspace.id === id)
    const next = after.workspaces.find((workspace) => workspace.id === id)
    const scope = { type: 'workspace', id, name: next?.name ?? previous?.name ?? id } as const
    if (!next) return [{ scope, class: 'workspace-archived' }]
    const isNew = !previous && knowsAll
    const pairs = overridePairs(previous?.overrides ?? [], next.overrides, both)
    return [
      ...(isNew ? [{ scope, class: 'workspace-added' as const }] : []),
      ...pairs.flatMap((pair) => overrideDrift(pair, scope, both)),
    ]
  })
}

type OverridePair = { group: RateLimitGroup; before: Limits; after: Limits }

function overrideDrift(pair: OverridePair, scope: Scope, { before: old, after: now, match }: Both): LimitChange[] {
  const place = placeOf(pair.group, scope)
  const groupNow = groupOf(pair.group, now.groups)
  const groupThen = groupNow ? match.before(groupNow) : groupOf(pair.group, old.groups)
  return compareLimits(pair.before, pair.after).map(({ limiter, from, before, after }): LimitChange => {
    if (before === null) {
      return { ...place, class: 'override-added', limiter, after, inherited: groupThen?.limits[limiter] ?? null }
    }
    if (after === null) {
      return { ...place, class: 'override-removed', limiter, before, inherited: groupNow?.limits[limiter] ?? null }
    }
    return { ...place, class: 'override-changed', limiter, before, after, ...(from !== undefined && { from }) }
  })
}

/** Overrides of the same group before and now; the group may have changed its name in between. */
function overridePairs(
  previous: readonly RateLimitGroup[],
  next: readonly RateLimitGroup[],
  { before, after, match }: Both,
): OverridePair[] {
  const nameNow = (override: RateLimitGroup): RateLimitGroup => {
    const group = groupOf(override, before.groups)
    return (group && match.after(group)) ?? override
  }
  const old = previous.map((override) => ({ group: nameNow(override), limits: override.limits }))
  const kept = next.map((override) => ({
    group: groupOf(override, after.groups) ?? override,
    before: old.find(({ group }) => sameGroup(group, override))?.limits ?? {},
    after: override.limits,
  }))
  const gone = old
    .filter(({ group }) => !next.some((override) => sameGroup(group, override)))
    .map(({ group, limits }) => ({ group, before: limits, after: {} }))
  return [...kept, ...gone]
}

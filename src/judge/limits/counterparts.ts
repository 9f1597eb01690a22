import { type Group, groupOf, type RateLimitGroup, sameGroup } from '../../vocabulary/limits/groups.ts'
import type { LimitRef } from '../../vocabulary/limits/limit-key.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { matchGroups } from './match.ts'

/** Finds the group of one snapshot in the other; null where it has no counterpart there. */
export type Counterparts = {
  before: (group: Group) => Group | null
  after: (group: Group) => Group | null
}

/**
 * Groups are the same by what they contain, whatever they are called. What an organization does not list (a workspace may
 * have a limit on such a group) is known by its name alone.
 */
export function counterparts(before: Snapshot, after: Snapshot): Counterparts {
  const match = matchGroups(before.groups, after.groups)
  return {
    before: (group) => {
      const listed = groupOf(group, after.groups)
      return listed ? (match.before(listed) ?? null) : unlistedIn(before, group)
    },
    after: (group) => {
      const listed = groupOf(group, before.groups)
      return listed ? (match.after(listed) ?? null) : unlistedIn(after, group)
    },
  }
}

function unlistedIn({ groups, workspaces }: Snapshot, group: Group): Group | null {
  if (groupOf(group, groups)) return null
  const isThere = workspaces.some(({ overrides }) => overrides.some((override) => sameGroup(override, group)))
  return isThere ? group : null
}

/** The limit as the committed snapshot calls it; null where its group is not there. */
export function limitBefore(limit: LimitRef, between: Counterparts): LimitRef | null {
  const group = between.before(limit.group)
  return group && { ...limit, group: { type: group.type, name: group.name } }
}

/**
 * The committed snapshot with the models of overrides whose group the organization does not list: the file does not keep
 * them, and today's reading is the best that is known.
 */
export function withModelsOf(current: Snapshot, committed: Snapshot): Snapshot {
  const overridesNow = current.workspaces.flatMap(({ overrides }) => overrides)
  const remembered = (override: RateLimitGroup): RateLimitGroup =>
    groupOf(override, committed.groups)
      ? override
      : { ...override, models: groupOf(override, overridesNow)?.models ?? override.models }
  return {
    ...committed,
    workspaces: committed.workspaces.map((each) => ({ ...each, overrides: each.overrides.map(remembered) })),
  }
}

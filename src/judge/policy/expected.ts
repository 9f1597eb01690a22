import type { ExpectedLimit, Policy } from '../../collect/repository/policy-schema.ts'
import type { Change } from '../../vocabulary/drift.ts'
import { type Group, sameGroup } from '../../vocabulary/limits/groups.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { ORGANIZATION, type Scope, sameScope } from '../../vocabulary/scope.ts'
import { effectiveLimit } from '../limits/effective.ts'
import { matches } from './selector.ts'

/** An expected limit beside what binds today; `actual` null: there is no such limit. */
export type Expectation = {
  rule: ExpectedLimit
  scope: Scope
  group: Group
  actual: number | null
}

/**
 * Every expected limit, held against today's effective limits. A rule for a group or a workspace that is not there gives
 * nothing: see `policyFindings`. Workspaces without limits of their own inherit, and are looked up in `workspaces`.
 */
export function expectations(
  policy: Pick<Policy, 'expected'>,
  snapshot: Snapshot,
  workspaces: readonly { id: string; name: string }[],
): Expectation[] {
  return policy.expected.flatMap((rule) => {
    const groups = snapshot.groups.filter((group) => matches({ group: rule.group }, { ...ANYWHERE, group }))
    return groups.flatMap((group) =>
      scopesOf(rule, workspaces).map((scope) => ({
        rule,
        scope,
        group: { type: group.type, name: group.name },
        actual: effectiveLimit(snapshot, { scope, group, limiter: rule.limiter }),
      })),
    )
  })
}

const ANYWHERE = { scope: ORGANIZATION, limiter: '' }

function scopesOf({ workspace }: ExpectedLimit, workspaces: readonly { id: string; name: string }[]): Scope[] {
  if (workspace === undefined) return [ORGANIZATION]
  return workspaces
    .filter(({ id, name }) => id === workspace || name === workspace)
    .map(({ id, name }) => ({ type: 'workspace', id, name }))
}

/** Whether a change of a limit arrived at what the policy expects; null where the policy expects nothing of this limit. */
export function isIntended(drift: Change, expected: readonly Expectation[]): boolean | null {
  if (!('limiter' in drift)) return null
  const about = expected.filter(
    ({ rule, scope, group }) =>
      rule.limiter === drift.limiter && sameGroup(group, drift.group) && sameScope(scope, drift.scope),
  )
  return about.length === 0 ? null : about.every(({ rule, actual }) => actual === rule.limit)
}

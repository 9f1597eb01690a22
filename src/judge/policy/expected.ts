import type { ExpectedLimit, Policy } from '../../collect/repository/policy-schema.ts'
import type { Drift, Scope } from '../../report/report.ts'
import type { RateLimitGroup } from '../../vocabulary/groups.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'
import { effectiveLimit } from '../limits/effective.ts'
import { matches } from './selector.ts'

/** An expected limit beside what binds today; `actual` null: there is no such limit. */
export type Expectation = {
  rule: ExpectedLimit
  scope: Scope
  group: Pick<RateLimitGroup, 'type' | 'name'>
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
        actual: effectiveLimit(snapshot, scope, group, rule.limiter),
      })),
    )
  })
}

const ANYWHERE = { scope: { type: 'organization' }, limiter: '' } as const

function scopesOf({ workspace }: ExpectedLimit, workspaces: readonly { id: string; name: string }[]): Scope[] {
  if (workspace === undefined) return [{ type: 'organization' }]
  return workspaces
    .filter(({ id, name }) => id === workspace || name === workspace)
    .map(({ id, name }) => ({ type: 'workspace', id, name }))
}

/** Whether a change of a limit arrived at what the policy expects; null where the policy expects nothing of this limit. */
export function isIntended(drift: Drift, expected: readonly Expectation[]): boolean | null {
  const about = expected.filter(
    ({ rule, scope, group }) =>
      rule.limiter === drift.limiter &&
      group.type === drift.group.type &&
      group.name === drift.group.name &&
      idOf(scope) === idOf(drift.scope),
  )
  return about.length === 0 ? null : about.every(({ rule, actual }) => actual === rule.limit)
}

function idOf(scope: Scope): string | null {
  return scope.type === 'workspace' ? scope.id : null
}

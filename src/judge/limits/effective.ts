import { type Group, groupOf, type RateLimitGroup } from '../../vocabulary/groups.ts'
import type { LimitRef } from '../../vocabulary/limit-key.ts'
import { ORGANIZATION, type Scope } from '../../vocabulary/scope.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'

/** What binds after inheritance, with its source. */
type EffectiveLimit = {
  limit: number | null
  /** What the scope itself has set. */
  configured: number | null
  source: Scope['type']
}

/**
 * A workspace's override beside the organization's limit of the same limiter type.
 * "A workspace limit applies alongside the organization's": the lower one binds (SDK, workspaces/rate-limits).
 * An organization without a value for this limiter type leaves the override alone; one of 0 is the lower value like any other.
 */
function bind(override: number, organization: number | null): EffectiveLimit {
  const organizationBinds = organization !== null && organization < override
  return organizationBinds
    ? { limit: organization, configured: override, source: 'organization' }
    : { limit: override, configured: override, source: 'workspace' }
}

/** The effective limit of one limiter in one scope of a snapshot; null where neither scope has it. */
export function effectiveLimit(snapshot: Snapshot, { scope, group, limiter }: LimitRef): number | null {
  const organization = groupOf(group, snapshot.groups)?.limits[limiter] ?? null
  const override = ownLimit(snapshot, scope, group, limiter)
  return override === null ? organization : bind(override, organization).limit
}

function ownLimit({ workspaces }: Snapshot, scope: Scope, group: Group, limiter: string): number | null {
  if (scope.type === 'organization') return null
  const workspace = workspaces.find(({ id }) => id === scope.id)
  return groupOf(group, workspace?.overrides ?? [])?.limits[limiter] ?? null
}

/** One limiter in one scope: what a verdict will be about. */
export type JudgedLimiter = EffectiveLimit & { scope: Scope; group: RateLimitGroup; limiter: string }

/** Every limiter of each organization group, then every override of each workspace. An override without a value inherits: it is none. */
export function judgedLimiters({ groups, workspaces }: Snapshot): JudgedLimiter[] {
  const organization = groups.flatMap((group) =>
    Object.entries(group.limits).map(
      ([limiter, limit]): JudgedLimiter => ({
        scope: ORGANIZATION,
        group,
        limiter,
        limit,
        configured: limit,
        source: 'organization',
      }),
    ),
  )
  const ofWorkspaces = workspaces.flatMap(({ id, name, overrides }) =>
    overrides.flatMap((override) =>
      Object.entries(override.limits).flatMap(([limiter, value]): JudgedLimiter[] => {
        if (value === null) return []
        const inherited = groupOf(override, groups)?.limits[limiter] ?? null
        return [{ scope: { type: 'workspace', id, name }, group: override, limiter, ...bind(value, inherited) }]
      }),
    ),
  )
  return [...organization, ...ofWorkspaces]
}

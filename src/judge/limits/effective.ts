import { groupOf, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import type { LimitRef } from '../../vocabulary/limits/limit-key.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { compareText } from '../../vocabulary/order.ts'
import { ORGANIZATION, type Scope, type WorkspaceScope } from '../../vocabulary/scope.ts'

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
export function effectiveLimit(snapshot: Snapshot, limit: LimitRef): number | null {
  const organization = configuredLimit(snapshot, { ...limit, scope: ORGANIZATION })
  const configured = configuredLimit(snapshot, limit)
  return configured === null ? organization : bind(configured, organization).limit
}

/** What a scope of a snapshot has set itself; null where it has set nothing, and so inherits. */
export function configuredLimit(snapshot: Snapshot, { scope, group, limiter }: LimitRef): number | null {
  const groups = scope.type === 'organization' ? snapshot.groups : overridesIn(snapshot, scope)
  return groupOf(group, groups)?.limits[limiter] ?? null
}

/** A workspace's overrides in a snapshot. */
export function overridesIn({ workspaces }: Snapshot, scope: WorkspaceScope): readonly RateLimitGroup[] {
  return workspaces.find(({ id }) => id === scope.id)?.overrides ?? []
}

/**
 * A group with the models that draw on its limits in a scope. A snapshot keeps the models of the organization's groups, which
 * its overrides refer to by name; a reading may give an override models of its own.
 */
export function withModels(override: RateLimitGroup, { groups }: Pick<Snapshot, 'groups'>): RateLimitGroup {
  const models = [...(groupOf(override, groups)?.models ?? []), ...override.models]
  return { ...override, models: [...new Set(models)].sort(compareText) }
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
        const group = withModels(override, { groups })
        return [{ scope: { type: 'workspace', id, name }, group, limiter, ...bind(value, inherited) }]
      }),
    ),
  )
  return [...organization, ...ofWorkspaces]
}

import type { Scope } from '../../report/report.ts'
import type { RateLimitGroup } from '../../vocabulary/groups.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'
import { groupOf } from './match.ts'

/** What binds after inheritance, with its source. */
type EffectiveLimit = {
  limit: number | null
  /** What the scope itself has set. */
  configured: number | null
  source: 'organization' | 'workspace'
}

/**
 * A workspace's override beside the organization's limit of the same limiter type.
 * "A workspace limit applies alongside the organization's": the lower one binds (SDK, workspaces/rate-limits).
 * An organization without a value for this limiter type leaves the override alone; one of 0 is the lower value like any other.
 */
function bind(override: number | null, organization: number | null | undefined): EffectiveLimit {
  const organizationBinds =
    organization !== null && organization !== undefined && override !== null && organization < override
  return organizationBinds
    ? { limit: organization, configured: override, source: 'organization' }
    : { limit: override, configured: override, source: 'workspace' }
}

/** The effective limit of one limiter in one scope of a snapshot; null where neither scope has it. */
export function effectiveLimit(
  snapshot: Snapshot,
  scope: Scope,
  group: Pick<RateLimitGroup, 'type' | 'name'>,
  limiter: string,
): number | null {
  const isGroup = (candidate: RateLimitGroup) => candidate.type === group.type && candidate.name === group.name
  const organization = snapshot.groups.find(isGroup)?.limits[limiter] ?? null
  if (scope.type === 'organization') return organization
  const workspace = snapshot.workspaces.find(({ id }) => id === scope.id)
  const override = workspace?.overrides.find(isGroup)?.limits[limiter]
  return override === undefined || override === null ? organization : bind(override, organization).limit
}

/** One limiter in one scope: what a verdict will be about. */
export type JudgedLimiter = EffectiveLimit & { scope: Scope; group: RateLimitGroup; limiter: string }

/** Every limiter of each organization group, then every override of each workspace. */
export function judgedLimiters({ groups, workspaces }: Snapshot): JudgedLimiter[] {
  const organization = groups.flatMap((group) =>
    Object.entries(group.limits).map(
      ([limiter, limit]): JudgedLimiter => ({
        scope: { type: 'organization' },
        group,
        limiter,
        limit,
        configured: limit,
        source: 'organization',
      }),
    ),
  )
  const overrides = workspaces.flatMap(({ id, name, overrides }) =>
    overrides.flatMap((override) => {
      const group = groupOf(override, groups)
      return Object.entries(override.limits).map(
        ([limiter, value]): JudgedLimiter => ({
          scope: { type: 'workspace', id, name },
          group: override,
          limiter,
          ...bind(value, group?.limits[limiter]),
        }),
      )
    }),
  )
  return [...organization, ...overrides]
}

import { count } from '../../vocabulary/figures.ts'
import type { Finding } from '../../vocabulary/finding.ts'
import { groupKey, groupOf, type RateLimitGroup, type Workspace } from '../../vocabulary/limits/groups.ts'
import { limiterLabel } from '../../vocabulary/limits/limiters.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import type { JudgedLimiter } from './effective.ts'

/**
 * What the limits alone say that a reader should know, whatever the use was: of the groups that are `judged`, and of the
 * workspaces whose limits were `read`, since of the others nobody knows what they have.
 */
export function limitFindings(
  snapshot: Snapshot,
  judged: readonly JudgedLimiter[],
  read: readonly Workspace[],
): Finding[] {
  return [
    ...judged.flatMap(inertOverride),
    ...judged.flatMap((limiter) => cachedTraffic(limiter, snapshot)),
    ...oversubscribed(snapshot, judged),
    ...uncapped(snapshot, judged, read),
    ...modelsInTwoGroups(snapshot),
  ]
}

function inertOverride({ scope, group, limiter, limit, configured, source }: JudgedLimiter): Finding[] {
  if (scope.type !== 'workspace' || source !== 'organization' || configured === null || limit === null) return []
  const name = `${group.name}, ${limiterLabel(group.type, limiter)}`
  const message = `Workspace ${scope.name}: its limit of ${count(configured)} on ${name} has no effect, because the organization's ${count(limit)} is lower and binds.`
  return [{ kind: 'inert-override', message }]
}

/** Since SDK 1.11.0 Anthropic warns of this itself: an input override may count cache reads where the organization's limit does not. */
function cachedTraffic({ scope, group, limiter }: JudgedLimiter, { groups }: Snapshot): Finding[] {
  const limits = groupOf(group, groups)?.limits
  const isCase =
    scope.type === 'workspace' &&
    limiter === 'input_tokens_per_minute' &&
    limits?.input_tokens_per_minute === undefined &&
    limits?.input_tokens_per_minute_cache_aware !== undefined
  if (!isCase) return []
  const message = `Workspace ${scope.name}: its input limit on ${group.name} counts cache reads and the organization's does not, so cached traffic can hit this workspace limit while the organization has room.`
  return [{ kind: 'cached-traffic-override', message }]
}

function oversubscribed({ groups }: Snapshot, judged: readonly JudgedLimiter[]): Finding[] {
  const capped = judged.filter(({ scope, limit }) => scope.type === 'workspace' && limit !== null)
  const byLimiter = Map.groupBy(capped, ({ group, limiter }) => `${groupKey(group)}\n${limiter}`)
  return [...byLimiter.values()].flatMap((overrides) => {
    const [first] = overrides
    if (!first) return []
    const { group, limiter } = first
    const organization = groupOf(group, groups)?.limits[limiter]
    const sum = overrides.reduce((total, { limit }) => total + (limit ?? 0), 0)
    if (!organization || sum <= organization) return []
    const message = `${group.name}, ${limiterLabel(group.type, limiter)}: the limits of ${overrides.length} workspaces add up to ${count(sum)}, more than the organization's ${count(organization)}: they cannot all be used at once.`
    return [{ kind: 'oversubscribed' as const, message }]
  })
}

const NAMED = 5

/** Where some workspaces are capped in a group, the others can take all of the organization's limit from them. */
function uncapped(
  { groups, workspaces }: Snapshot,
  judged: readonly JudgedLimiter[],
  read: readonly Workspace[],
): Finding[] {
  const isJudged = (group: RateLimitGroup) => judged.some((limiter) => groupOf(limiter.group, [group]))
  return groups.filter(isJudged).flatMap((group) => {
    const cappedIds = new Set(workspaces.filter(({ overrides }) => groupOf(group, overrides)).map(({ id }) => id))
    const free = read.filter(({ id }) => !cappedIds.has(id)).map(({ name }) => name)
    if (cappedIds.size === 0 || free.length === 0) return []
    const names = free.slice(0, NAMED).join(', ') + (free.length > NAMED ? ` and ${free.length - NAMED} more` : '')
    const subject = free.length === 1 ? '1 workspace has' : `${free.length} workspaces have`
    const message = `${group.name}: ${subject} no limit of their own and could use all of the organization's, leaving the others none: ${names}.`
    return [{ kind: 'uncapped-workspaces' as const, message }]
  })
}

function modelsInTwoGroups({ groups }: Snapshot): Finding[] {
  const homes = Map.groupBy(
    groups.flatMap((group) => group.models.map((model) => ({ model, group: group.name }))),
    ({ model }) => model,
  )
  return [...homes].flatMap(([model, entries]) =>
    entries.length === 1
      ? []
      : [
          {
            kind: 'model-in-two-groups' as const,
            message: `${model} is listed in ${entries.map(({ group }) => group).join(' and ')}; its use was counted in each.`,
          },
        ],
  )
}

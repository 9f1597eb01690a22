import type { GroupView, Verdict } from '../../report/report.ts'
import type { RateLimitGroup } from '../../vocabulary/groups.ts'
import { limiterRule } from '../../vocabulary/limiters.ts'
import { TIERS, type Tier } from '../../vocabulary/published-tiers.ts'
import { comparableLimiter, publishedGroup } from './tier-reading.ts'

/** What the same use would be on another tier, and with more or less of its input read from the cache. */

export const READ_SHARES = [0, 0.5, 0.8] as const

export type TierWhatIf = Pick<Verdict, 'group' | 'limiter' | 'utilization'> & {
  /** Utilization of the window's peak by each tier's published limit. */
  byTier: Readonly<Record<Tier, number>>
}

export type CacheWhatIf = Pick<Verdict, 'group' | 'limiter' | 'utilization'> & {
  /** Share of cache reads in the hour of the peak, from which the rest is worked out. */
  readShare: number
  /** Utilization at each of `READ_SHARES`, in their order. */
  byShare: readonly number[]
}

/** The organization's measured limits that the published table has too, by each tier's value. */
export function tierWhatIf(verdicts: readonly Verdict[], groups: readonly RateLimitGroup[]): TierWhatIf[] {
  return verdicts.flatMap((verdict) => {
    const { scope, group, limiter, peak, utilization } = verdict
    const home = groups.find(({ type, name }) => type === group.type && name === group.name)
    const published = home && publishedGroup(home)
    if (scope.type !== 'organization' || peak === null || utilization === null || !published) return []
    const row = Object.entries(published.limits).find(([name]) => comparableLimiter(home.limits, name) === limiter)
    if (!row) return []
    const byTier = Object.fromEntries(TIERS.map((tier) => [tier, peak / row[1][tier]])) as Record<Tier, number>
    return [{ group, limiter, utilization, byTier }]
  })
}

/**
 * The organization's cache-aware input limits at other cache-read shares. The peak holds the part of the input that is not
 * read from the cache, 1 − share; with the same input in all, another share leaves another part. The share is that of the
 * peak's hour. A group read wholly from the cache in that hour gives none: nothing can be worked out from nothing.
 * Limiters that count cache reads are the same at every share and are left out.
 */
export function cacheWhatIf(
  verdicts: readonly Verdict[],
  views: readonly GroupView[],
  windowStart: string,
): CacheWhatIf[] {
  return verdicts.flatMap(({ scope, group, limiter, peak_at, utilization }) => {
    const rule = limiterRule(group.type, limiter)
    const isCacheAware = rule?.counts.includes('uncached_input') && !rule.counts.includes('cache_read')
    if (scope.type !== 'organization' || !isCacheAware || rule?.stream !== 'standard') return []
    const view = views.find(
      (candidate) =>
        candidate.scope.type === 'organization' &&
        candidate.group.type === group.type &&
        candidate.group.name === group.name,
    )
    if (peak_at === null || !utilization || !view?.cache) return []
    const hour = Math.floor((Date.parse(peak_at) - Date.parse(windowStart)) / 3_600_000)
    const readShare = view.cache.hourly_read_share[hour] ?? view.cache.read_share
    if (readShare >= 1) return []
    const byShare = READ_SHARES.map((share) => (utilization * (1 - share)) / (1 - readShare))
    return [{ group, limiter, utilization, readShare, byShare }]
  })
}

const OVER_PROVISIONED_BELOW = 0.1

export type OverProvisioned = { scope: Verdict['scope']; group: Verdict['group']; highest: number }

/**
 * Groups of which every limit was used less than a tenth, by the peak of the whole window. A group with a limit that could
 * not be measured is not among them, nor any when the window is not complete: what was not seen may have been much.
 */
export function overProvisioned(verdicts: readonly Verdict[], isComplete: boolean): OverProvisioned[] {
  if (!isComplete) return []
  const byGroup = Map.groupBy(verdicts, ({ scope, group }) => JSON.stringify([scope, group]))
  return [...byGroup.values()].flatMap((sameGroup) => {
    const utilizations = sameGroup.map(({ utilization, lower_bound }) => (lower_bound ? null : utilization))
    if (utilizations.some((utilization) => utilization === null || utilization >= OVER_PROVISIONED_BELOW)) return []
    const { scope, group } = sameGroup[0]!
    return [{ scope, group, highest: Math.max(...utilizations.map((utilization) => utilization ?? 0)) }]
  })
}

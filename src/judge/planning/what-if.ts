import { type Group, groupOf, type RateLimitGroup, sameGroup } from '../../vocabulary/limits/groups.ts'
import { placeKey } from '../../vocabulary/limits/limit-key.ts'
import { limiterRule } from '../../vocabulary/limits/limiters.ts'
import { TIERS, type Tier } from '../../vocabulary/limits/published-tiers.ts'
import type { Scope } from '../../vocabulary/scope.ts'
import { HOUR } from '../../vocabulary/use/window.ts'
import { isMeasured, type MeasuredVerdict, type Verdict } from '../../vocabulary/verdict.ts'
import type { GroupView } from '../headroom/group-views.ts'
import { comparableLimiter, publishedGroup } from './tier-reading.ts'

/** What the same use would be on another tier, and with more or less of its input read from the cache. */

export const READ_SHARES = [0, 0.5, 0.8] as const

export type TierWhatIf = Pick<MeasuredVerdict, 'group' | 'limiter' | 'utilization'> & {
  /** Utilization of the window's peak by each tier's published limit. */
  byTier: Readonly<Record<Tier, number>>
}

export type CacheWhatIf = Pick<MeasuredVerdict, 'group' | 'limiter' | 'utilization'> & {
  /** Share of cache reads in the hour of the peak, from which the rest is worked out. */
  readShare: number
  /** Utilization at each of `READ_SHARES`, in their order. */
  byShare: readonly number[]
}

/** The organization's measured limits that the published table has too, by each tier's value. */
export function tierWhatIf(verdicts: readonly Verdict[], groups: readonly RateLimitGroup[]): TierWhatIf[] {
  return verdicts.filter(isMeasured).flatMap(({ scope, group, limiter, peak, utilization }) => {
    const home = groupOf(group, groups)
    const published = home && publishedGroup(home)
    if (scope.type !== 'organization' || !published) return []
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
  windowStart: number,
): CacheWhatIf[] {
  return verdicts.filter(isMeasured).flatMap(({ scope, group, limiter, peakAt, utilization }) => {
    const rule = limiterRule(group.type, limiter)
    const isCacheAware = rule?.counts.includes('uncachedInput') && !rule.counts.includes('cacheRead')
    if (scope.type !== 'organization' || !isCacheAware || rule?.stream !== 'standard') return []
    const cache = views.find((view) => view.scope.type === 'organization' && sameGroup(view.group, group))?.cache
    if (utilization === 0 || !cache) return []
    const hour = Math.floor((peakAt - windowStart) / HOUR)
    const readShare = cache.hourlyReadShare[hour] ?? cache.readShare
    if (readShare >= 1) return []
    const byShare = READ_SHARES.map((share) => (utilization * (1 - share)) / (1 - readShare))
    return [{ group, limiter, utilization, readShare, byShare }]
  })
}

export const OVER_PROVISIONED_BELOW = 0.1

export type OverProvisioned = { scope: Scope; group: Group; highest: number }

/**
 * Groups of which every limit was used less than a tenth, by the peak of the whole window. A group with a limit that could
 * not be measured is not among them, nor any when the window is not complete: what was not seen may have been much.
 */
export function overProvisioned(verdicts: readonly Verdict[], isComplete: boolean): OverProvisioned[] {
  if (!isComplete) return []
  return [...Map.groupBy(verdicts, placeKey).values()].flatMap((ofGroup) => {
    const [first] = ofGroup
    const utilizations = ofGroup.flatMap((row) => (isMeasured(row) && !row.lowerBound ? [row.utilization] : []))
    const highest = Math.max(...utilizations)
    if (!first || utilizations.length < ofGroup.length || highest >= OVER_PROVISIONED_BELOW) return []
    return [{ scope: first.scope, group: first.group, highest }]
  })
}

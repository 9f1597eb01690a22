import type { RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import { TIERS, type Tier } from '../../vocabulary/limits/published-tiers.ts'
import { knownAlike, type Span } from '../../vocabulary/use/window.ts'
import type { Thresholds } from '../../vocabulary/verdict.ts'
import { unmeasuredReason } from '../headroom/unmeasured.ts'
import type { JudgedLimiter } from '../limits/effective.ts'
import { comparableLimiter, publishedGroup, tierReadings } from '../planning/tier-reading.ts'
import { OVER_PROVISIONED_BELOW } from '../planning/what-if.ts'
import { utilizationOf } from '../usage/peaks.ts'
import type { Buckets } from './buckets.ts'
import { countOver, highestIn, largest, type Over, overIn, type Rate, ratesOf, typicalOf } from './limit-figures.ts'

/** A figure of a limit beside the limit. */
export type Used = Pick<Rate, 'value' | 'at'> & { utilization: number }

export type MeasuredLimit = {
  kind: 'measured'
  limiter: string
  limit: number
  thresholds: Thresholds
  /** The largest minute of the days that were read by the minute, or the mean of an hour of another day that was above it. */
  highest: Used
  /** How often it was at or over its alert line: minutes of the days that were read by the minute; days of a limit per day. */
  over: Over
  /** The busiest hour's mean of the whole span, and the median of the hours with use; of a limit per day, days. */
  busiest: Used
  typical: { value: number; utilization: number }
  /** The busiest hour (day) of each seven days up to the end, as utilization; the first of them may be shorter. */
  weeks: readonly number[]
  /** No use of it is known to be missing; else its figures are at least these. */
  isWhole: boolean
  /** Its figures are at least these, be it by how the limiter is counted. */
  lowerBound: boolean
}
export type LimitReview = MeasuredLimit | { kind: 'unmeasured'; limiter: string; reason: string }

/** The lowest published tier on which no limit would be over its alert line; `none`: the highest would not do. */
export type CarriedBy = { kind: 'tier'; tier: Tier } | { kind: 'none' } | { kind: 'unknown'; why: string }

export type GroupFigures = {
  group: RateLimitGroup
  limits: readonly LimitReview[]
  carriedBy: CarriedBy
  /** Tiers whose published values its limits are now. */
  tiersNow: readonly Tier[]
  /** Every limit of it was measured, and used less than a tenth. */
  isOverProvisioned: boolean
}

/** What the figures of a quarter come from. */
export type Evidence = {
  span: Span
  source: 'analytics' | 'legacy'
  hours: Buckets
  minutes: Buckets
  /** All of the use is known, and what was read adds up. */
  isWhole: boolean
  /** Whether some use of a limit is in kinds of tokens that nobody counts yet. */
  isAtLeast: (limit: JudgedLimiter) => boolean
  /** Why no use is known at all; null where it is. */
  problem: string | null
  thresholdsOf: (limit: JudgedLimiter) => Thresholds
}

/** The figures of one group of the organization. `limits` are all of its limits. */
export function groupFigures(
  group: RateLimitGroup,
  limits: readonly JudgedLimiter[],
  evidence: Evidence,
): GroupFigures {
  const reviews = limits.map((limit) => limitReview(limit, evidence))
  const isIdle = reviews.every(
    (limit) => limit.kind === 'measured' && !limit.lowerBound && limit.highest.utilization < OVER_PROVISIONED_BELOW,
  )
  return {
    group,
    limits: reviews,
    carriedBy: carriedBy(group, reviews),
    tiersNow: tierReadings([group])[0]?.matches ?? [],
    isOverProvisioned: reviews.length > 0 && isIdle,
  }
}

function limitReview(judged: JudgedLimiter, evidence: Evidence): LimitReview {
  const { limiter, limit } = judged
  const { hours, minutes, span, source } = evidence
  const [hourly, minutely] = [hours.meterOf(judged), minutes.meterOf(judged)]
  const reason =
    evidence.problem ??
    unmeasuredReason(judged, { source, known: knownAlike(span.end), span }, hourly) ??
    (minutely?.hasUnknownRequests ? 'the usage API left out the request count of some rows' : null)
  if (reason !== null || !limit || !hourly || !minutely)
    return { kind: 'unmeasured', limiter, reason: reason ?? 'the API gives no value for this limit' }
  const { rule } = hourly
  const rates = ratesOf(hourly.series, rule, hours)
  const busiest = largest(rates)
  const used = (rate: Rate): Used => ({ value: rate.value, at: rate.at, utilization: utilizationOf(rate, limit) })
  const minute = highestIn(minutely.series, rule, minutes)
  const highest = rule.per === 'day' || busiest.value > minute.value ? busiest : minute
  const typical = typicalOf(rates)
  const thresholds = evidence.thresholdsOf(judged)
  const isWhole = evidence.isWhole && !evidence.isAtLeast(judged)
  return {
    kind: 'measured',
    limiter,
    limit,
    thresholds,
    highest: used(highest),
    over:
      rule.per === 'day'
        ? countOver(rates, limit, thresholds.alert)
        : overIn(minutely.series, rule, minutes, { limit, line: thresholds.alert }),
    busiest: used(busiest),
    typical: { value: typical, utilization: typical / limit },
    weeks: weeksOf(rates, rule.per === 'day' ? 7 : 7 * 24).map((value) => value / limit),
    isWhole,
    lowerBound: rule.lowerBound || !isWhole,
  }
}

function weeksOf(rates: readonly Rate[], length: number): number[] {
  const weeks: number[] = []
  for (let end = rates.length; end > 0; end -= length)
    weeks.unshift(largest(rates.slice(Math.max(0, end - length), end)).value)
  return weeks
}

function carriedBy(group: RateLimitGroup, limits: readonly LimitReview[]): CarriedBy {
  const published = publishedGroup(group)
  if (!published) return { kind: 'unknown', why: 'the published table does not have this group' }
  const rows = Object.entries(published.limits).map(([limiter, byTier]) => {
    const name = comparableLimiter(group.limits, limiter)
    return { byTier, limit: limits.find((one) => one.limiter === name && one.kind === 'measured') }
  })
  if (rows.some(({ limit }) => limit === undefined))
    return { kind: 'unknown', why: 'not every limit of the table was measured' }
  const tier = TIERS.find((name) =>
    rows.every(
      ({ byTier, limit }) => limit?.kind === 'measured' && limit.highest.value / byTier[name] < limit.thresholds.alert,
    ),
  )
  if (!tier) return { kind: 'none' }
  // More use than was seen may need a higher one.
  const isLowerBound = rows.some(({ limit }) => limit?.kind === 'measured' && limit.lowerBound)
  return isLowerBound ? { kind: 'unknown', why: 'its use is known as a lower bound only' } : { kind: 'tier', tier }
}

/** The use of the group's limit that comes first, by the minutes alone; null where none of them is known. */
export function tightest(limits: readonly JudgedLimiter[], minutes: Buckets): number | null {
  const used = limits.flatMap((judged) => {
    const meter = minutes.meterOf(judged)
    if (!meter || meter.hasUnknownRequests || !judged.limit) return []
    return [utilizationOf(highestIn(meter.series, meter.rule, minutes), judged.limit)]
  })
  return used.length > 0 ? Math.max(...used) : null
}

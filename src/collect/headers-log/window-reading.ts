import { compareText } from '../../vocabulary/order.ts'
import { HOUR, MINUTE } from '../../vocabulary/use/window.ts'
import {
  addLimit,
  type DayOfLimiter,
  type DayOfRefusals,
  higherPeak,
  type LimiterKey,
  type ModelKey,
  noCounts,
  type Peak,
  type SeenLimit,
} from './log-day.ts'
import { REFUSALS, type RefusalCounts } from './refusals.ts'

/** Days put together: what a log says of one limiter, or of what was refused, over a window. */

/** What a log says of a window. */
export type Reading = {
  responses: number
  /** Responses that name no limit. */
  withoutLimits: number
  limiters: readonly LimiterReading[]
  /** Requests refused, by model and workspace. */
  refusals: readonly RefusalReading[]
}

export type LimiterReading = LimiterKey & {
  /** That of the latest response in the whole log. */
  latest: number
  /** Null: no response of the window says what was left. */
  use: Use | null
  /** The limits that responses of the window named, by when each was first seen. */
  limits: readonly SeenLimit[]
}

export type Use = {
  peak: Peak
  lowestRemaining: number
  /** Minutes in which a response had used at least that share of its own limit. */
  minutesAtOrOver: (share: number) => number
  /** The most that was used in each UTC hour of the window; null: no response. Null as a whole where the limit was not one and the same. */
  hourly: readonly (number | null)[] | null
}

type Days<T> = readonly (T & { start: number })[]

export function limiterOver(
  days: Days<DayOfLimiter>,
  window: { start: number; end: number },
): Pick<LimiterReading, 'use' | 'limits'> {
  const limits = new Map<number, SeenLimit>()
  for (const day of days) for (const seen of day.limits.values()) addLimit(limits, seen)
  const used = days.flatMap(({ start, use }) => (use ? [{ start, ...use }] : []))
  const [first, ...others] = used
  const inOrder = [...limits.values()].sort((a, b) => a.first - b.first || a.limit - b.limit)
  if (!first) return { use: null, limits: inOrder }
  return {
    limits: inOrder,
    use: {
      peak: others.reduce((peak, day) => higherPeak(peak, day.peak), first.peak),
      lowestRemaining: Math.min(...used.map(({ lowestRemaining }) => lowestRemaining)),
      minutesAtOrOver: (share) =>
        used.reduce((sum, { minutes }) => sum + minutes.filter((utilization) => utilization >= share).length, 0),
      hourly: limits.size > 1 ? null : hourlyOf(used, window),
    },
  }
}

function hourlyOf(days: Days<{ hours: Float64Array }>, window: { start: number; end: number }): (number | null)[] {
  const from = Math.floor(window.start / HOUR)
  const hourly: (number | null)[] = Array(Math.ceil(window.end / HOUR) - from).fill(null)
  for (const { start, hours } of days)
    for (const [hour, used] of hours.entries()) if (!Number.isNaN(used)) hourly[start / HOUR + hour - from] = used
  return hourly
}

/** Requests of one model that were refused. Times are UTC ms. */
export type RefusalReading = ModelKey & {
  counts: RefusalCounts
  first: number
  last: number
  /** The first minute in which most were refused. */
  worst: { at: number; count: number }
  /** Seconds that `retry-after` asked to wait; null: no refusal asked. */
  retryAfter: { median: number; max: number } | null
  /** Hours with refusals, in order. */
  hours: readonly { at: number; counts: RefusalCounts }[]
}

export function refusalsOver(days: readonly { id: string; start: number; of: DayOfRefusals }[]): RefusalReading[] {
  return [...Map.groupBy(days, ({ id }) => id)]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, ofModel]) => refusalsOf(ofModel.map(({ start, of }) => ({ start, ...of }))))
}

function refusalsOf(days: Days<DayOfRefusals>): RefusalReading {
  const minutes = days.flatMap(({ start, minutes: ofDay }) =>
    [...ofDay].map(([minute, count]) => ({ at: start + minute * MINUTE, count })),
  )
  const hours = days
    .flatMap(({ start, hours: ofDay }) =>
      [...ofDay].map(([hour, ofHour]) => ({ at: start + hour * HOUR, counts: ofHour })),
    )
    .sort((a, b) => a.at - b.at)
  const counts = noCounts()
  for (const hour of hours) for (const kind of REFUSALS) counts[kind] += hour.counts[kind]
  return {
    workspaceId: days[0]?.key.workspaceId ?? null,
    model: days[0]?.key.model ?? '',
    counts,
    first: Math.min(...days.map(({ first }) => first)),
    last: Math.max(...days.map(({ last }) => last)),
    worst: minutes.reduce((worst, one) =>
      one.count > worst.count || (one.count === worst.count && one.at < worst.at) ? one : worst,
    ),
    retryAfter: waitsOf(days),
    hours,
  }
}

function waitsOf(days: Days<DayOfRefusals>): RefusalReading['retryAfter'] {
  const waits = new Map<number, number>()
  for (const day of days)
    for (const [seconds, count] of day.waits) waits.set(seconds, (waits.get(seconds) ?? 0) + count)
  const sorted = [...waits].sort(([a], [b]) => a - b)
  const all = sorted.reduce((sum, [, count]) => sum + count, 0)
  let below = 0
  for (const [seconds, count] of sorted) {
    below += count
    // Nearest rank: the first with half of all at or below it.
    if (below * 2 >= all) return { median: seconds, max: sorted.at(-1)?.[0] ?? seconds }
  }
  return null
}

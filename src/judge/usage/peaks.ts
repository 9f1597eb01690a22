// biome-ignore-all lint/style/noNonNullAssertion: loops over every minute of every limiter, by an index within the series.
import type { LimiterRule } from '../../vocabulary/limits/limiters.ts'
import { HOUR, MINUTE, MINUTES_PER_DAY } from '../../vocabulary/use/window.ts'

/** From a minute series to the figures that make a peak understandable. All values are in the limit's own units. */

/** A window's part of a series: use per minute since `start`, of which the first `knownMinutes` are known. */
export type MinuteSeries = {
  start: number
  minutes: number
  /** Minutes before the moment up to which the usage data is complete. Later minutes are unknown, not zero. */
  knownMinutes: number
  /** Null: no use at all. */
  values: Float64Array | null
}

/** `peak` is `total ÷ divisor`: all that was used in the busiest span, as a rate in the limit's units. */
export type Peak = { peak: number; peakAt: number; total: number; divisor: number }

const MINUTES_PER_HOUR = HOUR / MINUTE

/** A limit per second can only be set against the minute's mean; the other rates are as the series has them. */
export function scaleOf(rule: Pick<LimiterRule, 'per'>): number {
  return rule.per === 'second' ? 60 : 1
}

/** Minutes that are added up before the largest is taken. */
function widthOf({ per }: Pick<LimiterRule, 'per'>, peakWindow: 'minute' | 'hour'): number {
  if (per === 'day') return MINUTES_PER_DAY
  return peakWindow === 'hour' ? MINUTES_PER_HOUR : 1
}

/**
 * The largest minute, hour (its mean per minute) or day (its sum), and when it began; the first one where several are equal.
 * What is seen after the known minutes counts too: use only grows, so that an alert from late data is still true.
 */
export function peakOf(series: MinuteSeries, rule: Pick<LimiterRule, 'per'>, peakWindow: 'minute' | 'hour'): Peak {
  const { values, start } = series
  const width = widthOf(rule, peakWindow)
  const divisor = (rule.per === 'day' ? 1 : width) * scaleOf(rule)
  if (!values) return { peak: 0, peakAt: start, total: 0, divisor }
  let largest = 0
  let at = 0
  for (let from = 0; from < values.length; from += width) {
    let sum = 0
    const to = Math.min(from + width, values.length)
    for (let minute = from; minute < to; minute++) sum += values[minute]!
    if (sum > largest) {
      largest = sum
      at = from
    }
  }
  return { peak: largest / divisor, peakAt: start + at * MINUTE, total: largest, divisor }
}

/** When the first minute (hour, day) at or over `ratio` of the limit began, UTC ms; null: none was. */
export function firstAtOrOver(
  series: MinuteSeries,
  rule: Pick<LimiterRule, 'per'>,
  peakWindow: 'minute' | 'hour',
  limit: number,
  ratio: number,
): number | null {
  const width = widthOf(rule, peakWindow)
  for (let from = 0; from < series.minutes; from += width) {
    const part = { ...series, values: series.values?.subarray(from, from + width) ?? null }
    if (utilizationOf(peakOf(part, rule, peakWindow), limit) >= ratio) return series.start + from * MINUTE
  }
  return null
}

/** Peak ÷ limit, rounded once: divided twice, 144 searches in a minute are a hair less than 80 % of 3 a second, and below an 80 % line. */
export function utilizationOf({ total, divisor }: Pick<Peak, 'total' | 'divisor'>, limit: number): number {
  return total / (divisor * limit)
}

/** The largest sum of two adjacent minutes: the true busiest 60 seconds lie between the peak minute and this. */
export function bracketOf({ values }: MinuteSeries, rule: Pick<LimiterRule, 'per'>): number {
  if (!values) return 0
  let largest = values[0] ?? 0
  for (let minute = 1; minute < values.length; minute++)
    largest = Math.max(largest, values[minute - 1]! + values[minute]!)
  return largest / scaleOf(rule)
}

/** The 99th percentile by nearest rank over the known minutes, zeros included; null when no minute is known. */
export function p99Of({ values, knownMinutes }: MinuteSeries, rule: Pick<LimiterRule, 'per'>): number | null {
  if (knownMinutes === 0) return null
  if (!values) return 0
  const ascending = values.slice(0, knownMinutes).sort()
  return ascending[Math.ceil(0.99 * knownMinutes) - 1]! / scaleOf(rule)
}

/** Steady use: the median of the minutes with use; null: there was none. */
export function steadyUse({ values }: MinuteSeries, rule: Pick<LimiterRule, 'per'>): number | null {
  const median = medianOfUse(values ?? new Float64Array())
  return median === null ? null : median / scaleOf(rule)
}

/** The median of what is more than 0, the mean of the middle two where their number is even; null: there is none. */
export function medianOfUse(values: Float64Array): number | null {
  const busy = values.filter((value) => value > 0).sort()
  const middle = (busy.length - 1) / 2
  const [below, above] = [busy[Math.floor(middle)], busy[Math.ceil(middle)]]
  return below === undefined || above === undefined ? null : (below + above) / 2
}

/** How many minutes stood at or over `ratio` of the limit. */
export function minutesAtOrOver(
  { values }: MinuteSeries,
  rule: Pick<LimiterRule, 'per'>,
  limit: number,
  ratio: number,
): number {
  if (!values) return 0
  const scale = scaleOf(rule)
  let count = 0
  // By index: an iterator would make an object of every minute.
  for (let minute = 0; minute < values.length; minute++) if (values[minute]! / (scale * limit) >= ratio) count++
  return count
}

/** Largest minute of each UTC hour; null for an hour of which no minute is known and none was seen. */
export function hourlyPeaks(
  { values, minutes, knownMinutes }: MinuteSeries,
  rule: Pick<LimiterRule, 'per'>,
): (number | null)[] {
  return Array.from({ length: minutes / MINUTES_PER_HOUR }, (_, hour) => {
    const from = hour * MINUTES_PER_HOUR
    let largest = 0
    for (let minute = from; values && minute < from + MINUTES_PER_HOUR; minute++)
      largest = Math.max(largest, values[minute]!)
    return largest === 0 && from >= knownMinutes ? null : largest / scaleOf(rule)
  })
}

/** "Pressed against the limit": within 5 % of it, or above. */
export const CLIPPED_FROM = 0.95
const SHORTEST_CLIPPED_RUN = 2

/**
 * The longest run of minutes pressed against the limit. Rejected requests leave no tokens in the usage data, so that
 * throttled demand shows as a plateau at the limit: what was asked for may have been more.
 */
export function clippedRun(
  { values, start }: MinuteSeries,
  rule: Pick<LimiterRule, 'per'>,
  limit: number,
): { from: number; minutes: number } | null {
  if (!values) return null
  const line = limit * CLIPPED_FROM * scaleOf(rule)
  let longest = { from: 0, minutes: 0 }
  let length = 0
  for (let minute = 0; minute < values.length; minute++) {
    length = values[minute]! >= line ? length + 1 : 0
    if (length > longest.minutes) longest = { from: start + (minute - length + 1) * MINUTE, minutes: length }
  }
  return longest.minutes >= SHORTEST_CLIPPED_RUN ? longest : null
}

/** The part of a series that begins at `from`: views the same memory. */
export function windowSeries(
  values: Float64Array | null,
  grid: { start: number },
  window: { start: number; end: number },
  known: number,
): MinuteSeries {
  const offset = (window.start - grid.start) / MINUTE
  const minutes = (window.end - window.start) / MINUTE
  const knownMinutes = Math.min(Math.max(Math.floor((known - window.start) / MINUTE), 0), minutes)
  return { start: window.start, minutes, knownMinutes, values: values?.subarray(offset, offset + minutes) ?? null }
}

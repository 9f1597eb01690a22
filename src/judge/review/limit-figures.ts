import type { LimiterRule } from '../../vocabulary/limits/limiters.ts'
import { dayOf, HOUR, MINUTE, MINUTES_PER_DAY } from '../../vocabulary/use/window.ts'
import { medianOfUse, scaleOf, utilizationOf } from '../usage/peaks.ts'
import type { Buckets } from './buckets.ts'

/** From buckets to the figures of one limit, in its own units. */

/** `value` is `total ÷ divisor`; `at`: when it began, UTC ms. */
export type Rate = { value: number; total: number; divisor: number; at: number }

const rate = (total: number, divisor: number, at: number): Rate => ({ value: total / divisor, total, divisor, at })

const MINUTES_PER_HOUR = HOUR / MINUTE
const HOURS_PER_DAY = 24

/** The mean per minute (second) of each hour, or the sum of each day where the limit is per day. */
export function ratesOf(values: Float64Array | null, rule: LimiterRule, hours: Buckets): Rate[] {
  const isPerDay = rule.per === 'day'
  const width = isPerDay ? HOURS_PER_DAY : 1
  const divisor = isPerDay ? 1 : MINUTES_PER_HOUR * scaleOf(rule)
  return Array.from({ length: hours.count / width }, (_none, index) =>
    rate(sumOf(values, index * width, width), divisor, hours.startOf(index * width)),
  )
}

/** The largest minute, as a rate; of a limit per day the largest day. The first one where several are equal. */
export function highestIn(values: Float64Array | null, rule: LimiterRule, minutes: Buckets): Rate {
  const width = rule.per === 'day' ? MINUTES_PER_DAY : 1
  let total = 0
  let at = 0
  for (let from = 0; from < minutes.count; from += width) {
    const sum = width === 1 ? (values?.[from] ?? 0) : sumOf(values, from, width)
    if (sum > total) {
      total = sum
      at = from
    }
  }
  return rate(total, scaleOf(rule), minutes.startOf(at))
}

function sumOf(values: Float64Array | null, from: number, width: number): number {
  let sum = 0
  for (let index = from; index < from + width; index++) sum += values?.[index] ?? 0
  return sum
}

/** The first of the largest. */
export function largest(rates: readonly Rate[]): Rate {
  return rates.reduce((most, one) => (one.value > most.value ? one : most), rates[0] ?? rate(0, 1, 0))
}

/** `times`: minutes, or days of a limit per day; `days`: on how many days they were. */
export type Over = { times: number; days: number }

/** The minutes at or over a line of the limit. */
export function overIn(
  values: Float64Array | null,
  rule: LimiterRule,
  minutes: Buckets,
  { limit, line }: { limit: number; line: number },
): Over {
  const rates: Rate[] = []
  for (let index = 0; index < minutes.count; index++) {
    const total = values?.[index] ?? 0
    if (total > 0) rates.push(rate(total, scaleOf(rule), minutes.startOf(index)))
  }
  return countOver(rates, limit, line)
}

/** The rates at or over a line of the limit. */
export function countOver(rates: readonly Rate[], limit: number, line: number): Over {
  const over = rates.filter((one) => utilizationOf(one, limit) >= line)
  return { times: over.length, days: new Set(over.map(({ at }) => dayOf(at))).size }
}

/** The median of those with use; 0: there was none. */
export function typicalOf(rates: readonly Rate[]): number {
  return medianOfUse(Float64Array.from(rates, ({ value }) => value)) ?? 0
}

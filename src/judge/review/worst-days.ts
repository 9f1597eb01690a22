import { groupKey } from '../../vocabulary/limits/groups.ts'
import { dayOf } from '../../vocabulary/use/window.ts'
import type { JudgedLimiter } from '../limits/effective.ts'
import { utilizationOf } from '../usage/peaks.ts'
import type { Buckets } from './buckets.ts'
import { ratesOf } from './limit-figures.ts'

/**
 * The days with the busiest hours, in order of time, at most `most`: first the worst day of each group, then the second worst
 * of each, and so on, so that a busy group does not hide when a quiet one had its peak. How bad a day was is the busiest
 * hour's use of the group's limit that was used most; where two are equal, the earlier day.
 */
export function worstDays(hours: Buckets, limits: readonly JudgedLimiter[], most: number): number[] {
  const rankings = [...Map.groupBy(limits, ({ group }) => groupKey(group)).values()]
    .map((ofGroup) => ranking(hours, ofGroup))
    .sort((a, b) => (b[0]?.use ?? 0) - (a[0]?.use ?? 0))
  const days = new Set<number>()
  const longest = Math.max(0, ...rankings.map(({ length }) => length))
  for (let rank = 0; rank < longest; rank++) {
    for (const ranked of rankings) {
      const next = ranked[rank]
      if (next && days.size < most) days.add(next.day)
    }
  }
  return [...days].sort((a, b) => a - b)
}

/** A group's days with use, the worst first. */
function ranking(hours: Buckets, limits: readonly JudgedLimiter[]): { day: number; use: number }[] {
  const worst = new Map<number, number>()
  for (const limit of limits) {
    const meter = hours.meterOf(limit)
    if (!meter?.series || !limit.limit) continue
    for (const rate of ratesOf(meter.series, meter.rule, hours)) {
      const [day, use] = [dayOf(rate.at), utilizationOf(rate, limit.limit)]
      if (use > (worst.get(day) ?? 0)) worst.set(day, use)
    }
  }
  return [...worst].map(([day, use]) => ({ day, use })).sort((a, b) => b.use - a.use || a.day - b.day)
}

import type { RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import type { LimitRef } from '../../vocabulary/limits/limit-key.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { usesOf } from '../../vocabulary/use/use-by-minute.ts'
import { DAY, HOUR, MINUTE, MINUTES_PER_DAY, type Span } from '../../vocabulary/use/window.ts'
import { createMeters, type Measurable, type Meter } from '../usage/meters.ts'

/** Use of each limit in buckets laid end to end: every hour of a quarter, or every minute of days that are far apart. */
export type Buckets = {
  fold: (rows: readonly UsageRow[]) => void
  meterOf: (limit: LimitRef) => Meter | undefined
  /** When a bucket begins, UTC ms. */
  startOf: (index: number) => number
  count: number
}

type Layout = Pick<Buckets, 'startOf' | 'count'> & { indexOf: (at: number) => number | undefined }

/** Every hour of a span. */
export const hoursOf = ({ start, end }: Span): Layout => ({
  count: (end - start) / HOUR,
  startOf: (index) => start + index * HOUR,
  indexOf: (at) => Math.floor((at - start) / HOUR),
})

/** Every minute of these days, which `days` gives by their starts. */
export function minutesOf(days: readonly number[]): Layout {
  const places = new Map(days.map((day, place) => [day, place]))
  return {
    count: days.length * MINUTES_PER_DAY,
    startOf: (index) => (days[Math.floor(index / MINUTES_PER_DAY)] ?? 0) + (index % MINUTES_PER_DAY) * MINUTE,
    indexOf: (at) => {
      const day = Math.floor(at / DAY) * DAY
      const place = places.get(day)
      return place === undefined ? undefined : place * MINUTES_PER_DAY + Math.floor((at - day) / MINUTE)
    },
  }
}

/** The meters of the audit, in which each bucket stands in the place of a minute. */
export function createBuckets(
  groups: readonly RateLimitGroup[],
  limiters: readonly Measurable[],
  { count, startOf, indexOf }: Layout,
): Buckets {
  const meters = createMeters({ groups, limiters }, null, {
    start: 0,
    end: count * MINUTE,
    days: Math.ceil(count / MINUTES_PER_DAY),
    earlier: null,
  })
  return {
    fold: (rows) => {
      const placed = rows.flatMap((row) => {
        const index = indexOf(row.at)
        return index === undefined ? [] : [{ ...row, at: index * MINUTE }]
      })
      for (const use of usesOf(placed, meters.grid)) meters.foldOrganization(use)
    },
    meterOf: meters.find,
    startOf,
    count,
  }
}

import { isoTime } from '../vocabulary/use/window.ts'
import type { Live } from '../vocabulary/verdict.ts'
import type { Report } from './report.ts'
import { driversPart } from './rows.ts'

/** What only a live window has, as the part of the report file. */
export function livePart({ known, hotMinutes, leftOut }: Live): NonNullable<Report['live']> {
  return {
    known_until: { tokens: isoTime(known.tokens), requests: isoTime(known.requests) },
    hot_minutes: hotMinutes.map(({ scope, group, limiter, at, limit, used, utilization, drivers }) => ({
      scope,
      group: { type: group.type, name: group.name },
      limiter,
      at: isoTime(at),
      limit,
      used,
      utilization,
      drivers: driversPart(drivers),
    })),
    hot_minutes_left_out: leftOut,
  }
}

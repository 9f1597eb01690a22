/** The audited window: whole UTC days, named by date so that a late cron run still audits the right day. */

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const MINUTES_PER_DAY = DAY / MINUTE

/** The analytics API answers for 365 days back, and for nothing before this day (Usage and Cost Analytics API, `starting_at`). */
const FIRST_DAY = Date.UTC(2026, 0, 1)
const RETENTION_DAYS = 365

/** UTC milliseconds: `start` inclusive, `end` exclusive. */
export type Span = { start: number; end: number }

export type Window = Span & {
  days: number
  /** The time before, as long as the window: what transitions compare with; null: with nothing. */
  earlier: Span | null
}

/** What transitions compare with: the same window one day earlier, the span just before it, or nothing. */
export const COMPARE_WITH = ['day-before', 'window-before', 'none'] as const
export type CompareWith = (typeof COMPARE_WITH)[number]

/** The start of the UTC day that holds `time`. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY) * DAY
}

/** `YYYY-MM-DD` as UTC midnight, or undefined if there is no such day. */
export function parseDay(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  const time = Date.parse(`${text}T00:00:00Z`)
  return Number.isNaN(time) || isoDay(time) !== text ? undefined : time
}

/** The window of `days` whole days that ends with `lastDay` (UTC midnight), and what it is compared with. */
export function windowOf(lastDay: number, days: number, compareWith: CompareWith): Window {
  const window = { start: lastDay - (days - 1) * DAY, end: lastDay + DAY }
  return { ...window, days, earlier: earlierSpan(window, compareWith) }
}

/** The window compared with nothing where the API no longer answers for the time before. */
export function withinRetention(window: Window, now: number): Window {
  const { earlier } = window
  return earlier && earlier.start < earliestDay(now) ? { ...window, earlier: null } : window
}

function earlierSpan({ start, end }: Span, compareWith: CompareWith): Span | null {
  if (compareWith === 'none') return null
  const back = compareWith === 'day-before' ? DAY : end - start
  return { start: start - back, end: end - back }
}

/** The first day whose usage the API can still give. */
export function earliestDay(now: number): number {
  return Math.max(FIRST_DAY, dayOf(now) - (RETENTION_DAYS - 1) * DAY)
}

/** RFC 3339 UTC without fractions, as the report writes times. */
export function isoTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}

export function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

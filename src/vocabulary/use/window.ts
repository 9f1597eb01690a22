/** The audited window: whole UTC days, named by date so that a late cron run still audits the right day; or live, up to now. */

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
  /** Up to now: its last minutes are not in yet, and nothing is built on it. */
  isLive?: true
}

/** A live window by its name: the UTC day so far, or so many hours up to now. */
export type LiveSpan = 'today' | { hours: number }

/**
 * Up to when use is known, UTC milliseconds, a whole minute: what is limited in tokens, and the rest (requests, searches).
 * They differ in a live window alone, where one source of use is fresher and counts tokens only.
 */
export type KnownUntil = { tokens: number; requests: number }

export const knownAlike = (time: number): KnownUntil => ({ tokens: time, requests: time })

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

/** The whole minutes from the start of the UTC day, or of so many hours, up to now; null where there is none yet. */
export function liveWindow(span: LiveSpan, now: number): Window | null {
  const end = Math.floor(now / MINUTE) * MINUTE
  const start = span === 'today' ? dayOf(now) : end - span.hours * HOUR
  if (end <= start) return null
  return { start, end, days: (dayOf(end - 1) - dayOf(start)) / DAY + 1, earlier: null, isLive: true }
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

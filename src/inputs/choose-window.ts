/** Which window is audited: days that have ended, what a log holds, or a live window up to now. */

import {
  type CompareWith,
  DAY,
  dayOf,
  earliestDay,
  HOUR,
  isoDay,
  liveWindow,
  MINUTE,
  type Window,
  windowOf,
  withinRetention,
} from '../vocabulary/use/window.ts'
import type { Fields } from './fields.ts'
import { INPUTS, type InputName } from './names.ts'
import type { Credentials, LogPattern, Source } from './source.ts'

/** The window of the source, with the source; what does not fit is added to `problems`. */
export function withWindow(
  source: Source,
  values: Partial<Fields>,
  now: number,
  problems: string[],
): { source: Credentials; window: Window } | { source: LogPattern; window: Window | 'log-span' } | undefined {
  const { date, 'lookback-days': days, 'compare-with': compareWith } = values
  if (date === undefined || days === undefined || compareWith === undefined) return undefined
  if (source.kind === 'headers-log') {
    const window = logWindow(date, days, compareWith, now, problems)
    return window && { source, window }
  }
  const window = apiWindow(date, days, compareWith, now, problems)
  return window && { source, window }
}

/** A log has no lag, and by default the window is what it holds: all of `date` and `lookback-days` are left at their defaults. */
function logWindow(
  date: Fields['date'],
  days: number,
  compareWith: CompareWith,
  now: number,
  problems: string[],
): Window | 'log-span' | undefined {
  const today = dayOf(now)
  if (date === 'yesterday') return days === 1 ? 'log-span' : windowOf(today - DAY, days, compareWith)
  const end = Math.floor(now / MINUTE) * MINUTE + MINUTE
  if (typeof date === 'object') {
    const start = end - date.hours * HOUR
    return { start, end, days: (today - dayOf(start)) / DAY + 1, earlier: null }
  }
  const lastDay = date === 'today' ? today : date
  if (lastDay > today) {
    problems.push(`date: got "${isoDay(lastDay)}"; accepted: today, the last hours, or a UTC day that has ended`)
    return undefined
  }
  const window = windowOf(lastDay, days, compareWith)
  return lastDay < today ? window : { ...window, end, earlier: null }
}

function apiWindow(
  date: Fields['date'],
  days: number,
  compareWith: CompareWith,
  now: number,
  problems: string[],
): Window | undefined {
  const today = dayOf(now)
  if (date === 'today' || typeof date === 'object') {
    const live = liveWindow(date, now)
    if (live) return live
    problems.push('date: got "today" in the first minute of the UTC day; accepted: last-1h to last-48h')
    return undefined
  }
  const lastDay = date === 'yesterday' ? today - DAY : date
  if (lastDay >= today) {
    problems.push(
      `date: got "${isoDay(lastDay)}"; accepted: a UTC day that has ended, ${isoDay(today - DAY)} or earlier. Live, as far as use is known by now: today, or last-1h to last-48h. Without any lag: a log of response headers (headers-log)`,
    )
    return undefined
  }
  const window = windowOf(lastDay, days, compareWith)
  if (window.start < earliestDay(now)) {
    problems.push(
      `date: got "${isoDay(lastDay)}" with lookback-days ${days}, which begins on ${isoDay(window.start)}; accepted: a window that begins on ${isoDay(earliestDay(now))} or later, as far back as the usage API answers`,
    )
    return undefined
  }
  return withinRetention(window, now)
}

/** A live window is as long as its name says, and its last hour is not whole. */
export function checkLive(raw: Record<InputName, string>, { date }: Partial<Fields>, problems: string[]): void {
  if (raw['headers-log'] !== '' || date === undefined || date === 'yesterday' || typeof date === 'number') return
  if (raw['lookback-days'] !== INPUTS['lookback-days'])
    problems.push(
      `lookback-days: got "${raw['lookback-days']}" with date ${raw.date}; accepted: no lookback-days, since a live window is as long as its name says`,
    )
  if (raw['peak-window'] === 'hour')
    problems.push(
      `peak-window: got "hour" with date ${raw.date}; accepted: minute. The hour that has not ended has no mean yet`,
    )
}

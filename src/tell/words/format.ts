import type { Report, VerdictRow } from '../../report/report.ts'
import { percent } from '../../vocabulary/figures.ts'
import type { Group } from '../../vocabulary/limits/groups.ts'
import { limiterLabel, limiterRule } from '../../vocabulary/limits/limiters.ts'
import type { Scope } from '../../vocabulary/scope.ts'
import { DAY, HOUR } from '../../vocabulary/use/window.ts'
import type { Band } from '../../vocabulary/verdict.ts'
import { type Clock, inUtc } from './clock.ts'
import type { Escape } from './escape.ts'

/** How times, names and figures of a report are written: the same in every rendering. */

/** `percent` that never rounds over the report's own lines. */
export function percentOf(report: Pick<Report, 'thresholds'>): (ratio: number) => string {
  const lines = [report.thresholds.watch, report.thresholds.alert]
  return (ratio) => percent(ratio, lines)
}

const date = (iso: string) => iso.slice(0, 10)
const time = (iso: string) => iso.slice(11, 16)

/** A moment as `2026-11-22 14:05 UTC`. */
export function moment(iso: string, clock: Clock = inUtc): string {
  return clock(iso, `${date(iso)} ${time(iso)} UTC`)
}

/**
 * The window as `2026-11-22 (UTC)` or `2026-11-16 to 2026-11-22 (7 days, UTC)`, the end exclusive; where it is not of whole
 * days, as `2026-11-22 14:05 to 15:20 UTC`.
 */
export function period({ start, end }: { start: string; end: string }): string {
  const isWhole = time(start) === '00:00' && time(end) === '00:00'
  if (!isWhole)
    return `${date(start)} ${time(start)} to ${date(start) === date(end) ? '' : `${date(end)} `}${time(end)} UTC`
  const days = Math.round((Date.parse(end) - Date.parse(start)) / DAY)
  if (days <= 1) return `${date(start)} (UTC)`
  const last = new Date(Date.parse(end) - 1).toISOString()
  return `${date(start)} to ${date(last)} (${days} days, UTC)`
}

/** What transitions compare with: `the day before`, `the 7 days before`, `the window one day earlier`. */
export function timeBefore({ window: { days, start, compared_with } }: Pick<Report, 'window'>): string {
  if (days === 1) return 'the day before'
  return compared_with?.end === start ? `the ${days} days before` : 'the window one day earlier'
}

/**
 * When the peak was: `14:05 UTC`, with its date in a window of several days; `14:00–15:00 UTC` for the busiest hour,
 * `14:05:07 UTC` from a log. Empty where nothing was used: there is no peak to place.
 */
export function peakTime(
  verdict: Pick<VerdictRow, 'peak' | 'peak_at' | 'group' | 'limiter'>,
  report: Pick<Report, 'window' | 'peak_window'>,
  clock: Clock = inUtc,
): string {
  const { peak, peak_at: at } = verdict
  if (at === null || peak === 0) return ''
  if (isPerDay(verdict)) return date(at)
  const day = report.window.days > 1 ? `${date(at)} ` : ''
  if (report.peak_window === 'minute') return clock(at, `${day}${time(at)} UTC`)
  if (report.peak_window === 'second') return clock(at, `${day}${at.slice(11, 19)} UTC`)
  const end = new Date(Date.parse(at) + HOUR).toISOString()
  return `${clock(at, `${day}${time(at)}`)}–${clock(end, `${time(end)} UTC`)}`
}

/** `peakTime` within a sentence: ` at 14:05 UTC`, ` on 2026-11-22` for a limit per day, or nothing. */
export function atPeakTime(...about: Parameters<typeof peakTime>): string {
  const when = peakTime(...about)
  return when && `${isPerDay(about[0]) ? ' on' : ' at'} ${when}`
}

/** Whether the limit is per UTC day: its peak has no hour and minute. */
export const isPerDay = ({ group, limiter }: Pick<VerdictRow, 'group' | 'limiter'>) =>
  limiterRule(group.type, limiter)?.per === 'day'

const GROUP_NAMES: Record<string, string> = {
  batch: 'Message Batches',
  token_count: 'Token counting',
  files: 'Files',
  skills: 'Skills',
  web_search: 'Web search',
}

/** A group's display name; where that is just the type, the type in words. */
export function groupName(group: Group, safe: Escape): string {
  return safe((group.name === group.type && GROUP_NAMES[group.type]) || group.name)
}

/** `organization`, or `workspace production`. */
export function scopeName(scope: Scope, safe: Escape): string {
  return scope.type === 'organization' ? 'organization' : `workspace ${safe(scope.name)}`
}

/** `output tokens/min`; a type unknown to us as Anthropic spells it, escaped like any other name. */
export function limiterName(row: { group: Group; limiter: string }, safe: Escape): string {
  const label = limiterLabel(row.group.type, row.limiter)
  return label === row.limiter ? safe(label) : label
}

/** Which limit a row is about: `Claude Opus 4.x, output tokens/min`, with `in workspace NAME` where it is a workspace's. */
export function limitName(row: { scope: Scope; group: Group; limiter: string }, safe: Escape): string {
  const where = row.scope.type === 'workspace' ? ` in ${scopeName(row.scope, safe)}` : ''
  return `${groupName(row.group, safe)}, ${limiterName(row, safe)}${where}`
}

/** The one use of pictures: a mark before a band that is always also named in words. */
export const BAND_MARK: Record<Band, string> = { alert: '🔴', watch: '🟡', ok: '🟢', unmeasured: '⚪' }

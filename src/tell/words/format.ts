import type { Band, Group, Report, Scope, Verdict } from '../../report/report.ts'
import { lazy } from '../../vocabulary/lazy.ts'
import { limiterLabel, limiterRule } from '../../vocabulary/limiters.ts'
import type { Escape } from './escape.ts'

/** How figures, times and names are written: the same in every rendering. */

// Lazy, for the first of a process loads a library: 20 ms that the first request does not wait for.
const whole = lazy(() => new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 }))
const small = lazy(() => new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 }))

/** `1,660,000`; below 1 two significant digits (`0.017`). */
export function count(value: number): string {
  return value > 0 && value < 1 ? small().format(value) : whole().format(value)
}

/** `1 alert`, `2 alerts`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

const MOST_DECIMALS = 6

/**
 * A ratio as `83 %`, `77.5 %`, `0.4 %`, `450 %`: one decimal where it says something. More where rounding would step over
 * one of `lines` (74.96 % must not read "75 %" while its band says watch), over 100 %, or make nothing of something.
 */
export function percent(ratio: number, lines: readonly number[] = []): string {
  for (let decimals = 1; decimals < MOST_DECIMALS; decimals++) {
    const text = (ratio * 100).toFixed(decimals)
    // The decimal point is moved in the text: 33.3 / 100 is a little less than 0.333.
    const shown = Number(`${text}e-2`)
    const isTrue = shown > 0 === ratio > 0 && [1, ...lines].every((line) => shown >= line === ratio >= line)
    if (isTrue) return `${wholePercent().format(Number(text))} %`
  }
  return `${wholePercent().format(Math.floor(ratio * 100 * 10 ** MOST_DECIMALS) / 10 ** MOST_DECIMALS)} %`
}

const wholePercent = lazy(() => new Intl.NumberFormat('en-US', { maximumFractionDigits: MOST_DECIMALS }))

/** `percent` that never rounds over the report's own lines. */
export function percentOf(report: Pick<Report, 'thresholds'>): (ratio: number) => string {
  const lines = [report.thresholds.watch, report.thresholds.alert]
  return (ratio) => percent(ratio, lines)
}

/** `−50 %`, `+25 %`: how far `after` is from `before`; empty where `before` is 0. */
export function changeInPercent(before: number, after: number): string {
  if (before === 0) return ''
  const change = (after - before) / before
  return `${change < 0 ? '−' : '+'}${percent(Math.abs(change))}`
}

const date = (iso: string) => iso.slice(0, 10)
const time = (iso: string) => iso.slice(11, 16)

/** A moment as `2026-11-22 14:05 UTC`. */
export function moment(iso: string): string {
  return `${date(iso)} ${time(iso)} UTC`
}

/** The window as `2026-11-22 (UTC)` or `2026-11-16 to 2026-11-22 (7 days, UTC)`; whole days, the end exclusive. */
export function period(window: { start: string; end: string }): string {
  const days = Math.round((Date.parse(window.end) - Date.parse(window.start)) / 86_400_000)
  if (days <= 1) return `${date(window.start)} (UTC)`
  const last = new Date(Date.parse(window.end) - 1).toISOString()
  return `${date(window.start)} to ${date(last)} (${days} days, UTC)`
}

/**
 * When the peak was: `14:05 UTC`, with its date in a window of several days; `14:00–15:00 UTC` for the busiest hour,
 * `14:05:07 UTC` from a log. Empty where nothing was used: every minute reached that.
 */
export function peakTime(
  verdict: Pick<Verdict, 'peak' | 'peak_at' | 'group' | 'limiter'>,
  report: Pick<Report, 'window' | 'peak_window'>,
): string {
  if (verdict.peak_at === null || verdict.peak === 0) return ''
  if (isPerDay(verdict)) return date(verdict.peak_at)
  const day = report.window.days > 1 ? `${date(verdict.peak_at)} ` : ''
  if (report.peak_window === 'minute') return `${day}${time(verdict.peak_at)} UTC`
  if (report.peak_window === 'second') return `${day}${verdict.peak_at.slice(11, 19)} UTC`
  const end = new Date(Date.parse(verdict.peak_at) + 3_600_000).toISOString()
  return `${day}${time(verdict.peak_at)}–${time(end)} UTC`
}

/** `peakTime` within a sentence: ` at 14:05 UTC`, ` on 2026-11-22` for a limit per day, or nothing. */
export function atPeakTime(verdict: Parameters<typeof peakTime>[0], report: Parameters<typeof peakTime>[1]): string {
  const time = peakTime(verdict, report)
  return time && `${isPerDay(verdict) ? ' on' : ' at'} ${time}`
}

/** Whether the limit is per UTC day: then hours and minutes say nothing of it. */
export const isPerDay = ({ group, limiter }: Pick<Verdict, 'group' | 'limiter'>) =>
  limiterRule(group.type, limiter)?.per === 'day'

const GROUP_NAMES: Record<string, string> = {
  batch: 'Message Batches',
  token_count: 'Token counting',
  files: 'Files',
  skills: 'Skills',
  web_search: 'Web search',
}

/** A group's display name; one that is only named after its type gets that type's name in words. */
export function groupName(group: Group, safe: Escape): string {
  return safe((group.name === group.type && GROUP_NAMES[group.type]) || group.name)
}

/** `organization`, or `workspace production`. */
export function scopeName(scope: Scope, safe: Escape): string {
  return scope.type === 'organization' ? 'organization' : `workspace ${safe(scope.name)}`
}

/** `output tokens/min`; a type unknown to us as Anthropic spells it, escaped like any other name. */
export function limiterName(row: { group: Group; limiter: string }, safe: Escape): string {
  // The row that stands for all limits of a workspace that could not be read.
  if (row.limiter === 'any') return 'any limit'
  const label = limiterLabel(row.group.type, row.limiter)
  return label === row.limiter ? safe(label) : label
}

/** Which limit a row is about: `Claude Opus 4.x, output tokens/min`, with `in workspace NAME` where it is a workspace's. */
export function limitName(row: { scope: Scope; group: Group; limiter: string }, safe: Escape): string {
  const where = row.scope.type === 'workspace' ? ` in ${scopeName(row.scope, safe)}` : ''
  return `${groupName(row.group, safe)}, ${limiterName(row, safe)}${where}`
}

/** With a capital at its head, as a sentence begins. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The first `most` items, and how many were left out. */
export function atMost<T>(items: readonly T[], most: number): { shown: readonly T[]; more: number } {
  return { shown: items.slice(0, most), more: Math.max(0, items.length - most) }
}

/** `a, b and 3 more`, `a and b`. */
export function listing(items: readonly string[], most = items.length): string {
  const { shown, more } = atMost(items, most)
  const all = more > 0 ? [...shown, `${more} more`] : shown
  return all.length <= 1 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}

/** The one use of pictures: a mark before a band that is always also named in words. */
export const BAND_MARK: Record<Band, string> = { alert: '🔴', watch: '🟡', ok: '🟢', unmeasured: '⚪' }

import type { Report } from '../../report/report.ts'
import { changeInPercent, count, listing, percent, plural } from '../../vocabulary/figures.ts'
import { sameLimit } from '../../vocabulary/limits/limit-key.ts'
import { limiterRule } from '../../vocabulary/limits/limiters.ts'
import { HOUR, MINUTES_PER_DAY } from '../../vocabulary/use/window.ts'
import { INCREASE_CONSIDERED_FROM, viewOf } from '../words/advice.ts'
import { markdownText } from '../words/escape.ts'
import { atPeakTime, groupName, limiterName, moment, period, scopeName, timeBefore } from '../words/format.ts'
import { bullets, stack, table, under } from '../words/markdown.ts'
import { runwaySentence } from '../words/runway-text.ts'
import { type Measured, measured, thresholdsOf } from '../words/select.ts'
import { bindingLimit, shareOf } from '../words/sentences.ts'

const FURTHER_PEAKS = 5

/**
 * The evidence page: for every organization limit at or over 50 %, the figures that a decision on an increase needs.
 * GitHub Markdown, ready to paste; null where no limit is that far. Limits that workspaces set themselves are listed at the
 * end: those are not Anthropic's to raise.
 */
export function evidencePage(report: Report): string | null {
  const rows = measured(report).filter(({ utilization }) => utilization >= INCREASE_CONSIDERED_FROM)
  const asked = rows.filter(({ scope }) => scope.type === 'organization')
  const own = rows.filter(({ scope, limit_source }) => scope.type === 'workspace' && limit_source === 'workspace')
  // The minutes that are missing of a live window could hold a higher peak.
  if (asked.length === 0 || report.live) return null
  return `${stack(
    '# Evidence for higher Claude rate limits',
    `Use of ${period(report.window)}, from ${SOURCES[report.usage_source]}. ${PEAKS[report.peak_window]} ${observed(report)}`,
    overview(asked, report),
    ...asked.map((row) => section(row, report)),
    under('## Limits of our own workspaces', bullets(own.map((row) => ownLimit(row, report)))),
  )}\n`
}

const SOURCES: Record<Report['usage_source'], string> = {
  analytics: "Anthropic's usage analytics API",
  legacy: "Anthropic's legacy usage report",
  headers: 'the rate-limit headers of logged responses',
}

const PEAKS: Record<Report['peak_window'], string> = {
  minute: 'Peaks are of UTC minutes, in which all models of a group are added up.',
  hour: 'Peaks are the mean per minute of the busiest UTC hour, in which all models of a group are added up.',
  second: 'Peaks are the most of a limit that was used up at once, as a response said right after it.',
}

function observed({ window, usage_source }: Report): string {
  if (usage_source === 'headers') {
    const lost = window.complete ? '' : ', and some of its lines could not be read'
    return `Observed: what was logged in ${plural(window.days, 'day')}${lost}.`
  }
  return window.complete
    ? `Observed: ${plural(window.days, 'whole day')}.`
    : `Observed: ${plural(window.days, 'day')}, of which ${plural(window.missing_minutes, 'minute is', 'minutes are')} not known yet.`
}

function overview(rows: readonly Measured[], report: Report): string {
  const columns = [
    { head: 'Limit' },
    { head: 'Now', align: 'right' as const },
    { head: 'Peak', align: 'right' as const },
    { head: 'Used', align: 'right' as const },
  ]
  return table(
    columns,
    rows.map((row) => [title(row), bindingLimit(row), count(row.peak), shareOf(row, report)(row.utilization)]),
  )
}

const title = (row: Measured) => `${groupName(row.group, markdownText)}, ${limiterName(row, markdownText)}`

function section(row: Measured, report: Report): string {
  const share = shareOf(row, report)
  const ofLimit = (value: number) => `${count(value)} (${share(value / row.limit)})`
  const { alert } = thresholdsOf(row, report)
  const facts: [string, string | null][] = [
    [
      'Limit',
      `${bindingLimit(row)} ${limiterRule(row.group.type, row.limiter)?.long ?? limiterName(row, markdownText)}`,
    ],
    ['Peak', `${ofLimit(row.peak)}${row.lower_bound ? ' at least' : ''}${atPeakTime(row, report)}`],
    [
      'Busiest 60 seconds',
      row.bracket !== null && row.bracket > row.peak ? `between ${count(row.peak)} and ${ofLimit(row.bracket)}` : null,
    ],
    ['Further peaks', furtherPeaks(row, report, ofLimit)],
    ['Steady use, the median of the minutes with use', row.steady === undefined ? null : ofLimit(row.steady)],
    ['99th percentile of all minutes', row.p99 === null ? null : ofLimit(row.p99)],
    [
      `Minutes at or over ${share(alert)}`,
      row.minutes_over_threshold === null ? null : `${count(row.minutes_over_threshold)}${ofMinutes(report)}`,
    ],
    [
      'At its limit',
      row.clipped &&
        `for ${plural(row.clipped.minutes, 'minute')} from ${moment(row.clipped.from)}: more may have been asked for`,
    ],
    ['Growth', growth(row, report)],
    ['Requests to the group', requests(row, report)],
    ['Input read from the cache', cacheShare(row, report)],
    ['A limit that would bring the peak to 50 %', count(Math.ceil(row.peak / INCREASE_CONSIDERED_FROM))],
  ]
  return stack(
    `## ${title(row)}: ${share(row.utilization)}`,
    table(
      [{ head: 'Figure' }, { head: 'Value' }],
      facts.flatMap(([name, value]) => (value ? [[name, value]] : [])),
    ),
    under('Already done:', bullets(alreadyDone(row, report))),
  )
}

/** Out of how many known minutes; a log can't say how many it does not hold. */
function ofMinutes({ window, usage_source }: Report): string {
  return usage_source === 'headers' ? '' : ` of ${count(window.days * MINUTES_PER_DAY - window.missing_minutes)}`
}

/** The largest hours other than the peak's, by time: a peak that recurs is the better reason for an increase. */
function furtherPeaks(row: Measured, { window }: Report, ofLimit: (value: number) => string): string | null {
  const start = Math.floor(Date.parse(window.start) / HOUR) * HOUR
  const peakHour = row.peak_at === null ? -1 : Math.floor((Date.parse(row.peak_at) - start) / HOUR)
  const largest = (row.hourly ?? [])
    .flatMap((peak, hour) => (peak && hour !== peakHour ? [{ peak, hour }] : []))
    .sort((a, b) => b.peak - a.peak)
    .slice(0, FURTHER_PEAKS)
    .sort((a, b) => a.hour - b.hour)
  const iso = (hour: number) => new Date(start + hour * HOUR).toISOString()
  const at = (hour: number) => {
    const day = window.days > 1 ? `${iso(hour).slice(0, 10)} ` : ''
    return `${day}${iso(hour).slice(11, 16)}–${iso(hour + 1).slice(11, 16)} UTC`
  }
  return largest.length === 0 ? null : listing(largest.map(({ peak, hour }) => `${ofLimit(peak)} in ${at(hour)}`))
}

/** By the trend of the daily peaks where there is one, else against the time before, unless other models counted then. */
function growth(row: Measured, report: Report): string | null {
  const runway = report.planning?.runway.find((one) => sameLimit(one, row))
  const trend = runway ? runwaySentence(runway, report) : null
  if (trend) return trend
  const isRegrouped = report.drift.some(
    ({ limiter, consequences }) => limiter === null && consequences.some((each) => sameLimit(each, row)),
  )
  if (!row.previous || row.previous.peak === 0 || isRegrouped) return null
  const change = row.previous.peak === row.peak ? 'none' : changeInPercent(row.previous.peak, row.peak)
  return `${change} against the peak of ${timeBefore(report)}, ${count(row.previous.peak)}`
}

/** How many, and what one of them takes: what a form for an increase asks. */
function requests(row: Measured, report: Report): string | null {
  const use = viewOf(row, report)?.use
  if (!use) return null
  const perRequest = (tokens: number) => count(Math.round(tokens / use.requests))
  const ofDays = report.window.days === 1 ? '' : ` in ${plural(report.window.days, 'day')}`
  return `${count(use.requests)}${ofDays}, with ${perRequest(use.input_tokens)} tokens of input and ${perRequest(use.output_tokens)} of output each`
}

function cacheShare(row: Measured, report: Report): string | null {
  const rule = limiterRule(row.group.type, row.limiter)
  const cache = viewOf(row, report)?.cache
  if (!cache || rule?.stream !== 'standard' || !rule.counts.includes('uncachedInput')) return null
  return `${percent(cache.read_share)} over the window${rule.counts.includes('cacheRead') ? '; this limit counts it' : '; this limit does not count it'}`
}

/** What has been done already, as far as the figures show it. */
function alreadyDone(row: Measured, report: Report): string[] {
  const cache = viewOf(row, report)?.cache
  const caps = report.verdicts.flatMap(({ scope, group, limiter, limit, limit_source }) => {
    const isSame = group.type === row.group.type && group.name === row.group.name && limiter === row.limiter
    const isCap = scope.type === 'workspace' && limit_source === 'workspace' && limit !== null
    return isSame && isCap ? [`${scopeName(scope, markdownText)} ${count(limit)}`] : []
  })
  const drivers = row.drivers?.workspaces ?? []
  return [
    ...(cache && cache.read_share > 0
      ? [`Prompt caching: ${percent(cache.read_share)} of the group's input was read from the cache.`]
      : []),
    ...(caps.length > 0 ? [`Limits of their own for ${plural(caps.length, 'workspace')}: ${listing(caps, 5)}.`] : []),
    ...(drivers.length > 0
      ? [
          `The peak is known by workspace: ${listing(drivers.map(({ name, share }) => `${markdownText(name)} ${percent(share)}`))}.`,
        ]
      : []),
  ]
}

function ownLimit(row: Measured, report: Report): string {
  return `${title(row)} in ${scopeName(row.scope, markdownText)}: ${shareOf(row, report)(row.utilization)} of ${count(row.limit)}. Ours to raise, by our administrators (Console, API or CLI).`
}

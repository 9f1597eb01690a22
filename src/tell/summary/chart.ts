import type { GroupViewRow, Report } from '../../report/report.ts'
import { count, percent } from '../../vocabulary/figures.ts'
import { limiterRule } from '../../vocabulary/limits/limiters.ts'
import { HOUR } from '../../vocabulary/use/window.ts'
import { percentOf } from '../words/format.ts'
import { details, table } from '../words/markdown.ts'
import { type Measured, thresholdsOf } from '../words/select.ts'

/** With more bars than this their labels cannot be read. */
const MOST_BARS = 31
const HOURS_PER_BAR = [1, 2, 3, 4, 6, 8, 12, 24]

/** What one bar stands for: the largest minute of some hours, and the share of input read from the cache in them. */
type Bar = { from: string; peak: number | null; readShare: number | null }

/** A limiter's bars. `cache`: some have a read share, which only limits of standard input have; `unknown`: some have no figure. */
export type Bars = { all: readonly Bar[]; hours: number; cache: boolean; unknown: boolean }

/** The window in at most 31 bars; null where there is nothing to draw (a limit per day). */
export function barsOf(row: Measured, view: GroupViewRow | undefined, report: Report): Bars | null {
  const { hourly } = row
  if (!hourly || hourly.length === 0) return null
  const hours = hoursPerBar(hourly.length)
  const start = firstHour(report)
  const rule = limiterRule(row.group.type, row.limiter)
  const countsInput = rule?.stream === 'standard' && rule.counts.includes('uncachedInput')
  const cache = countsInput ? (view?.cache ?? null) : null
  const all = Array.from({ length: Math.ceil(hourly.length / hours) }, (_, index) => {
    const from = index * hours
    return {
      from: new Date(start + from * HOUR).toISOString(),
      peak: largest(hourly.slice(from, from + hours)),
      readShare: cache && shareOfSpan(cache, from, from + hours),
    }
  })
  return {
    all,
    hours,
    cache: all.some(({ readShare }) => readShare !== null),
    unknown: all.some(({ peak }) => peak === null),
  }
}

/** How many hours one bar stands for, so that they fit. */
export const hoursPerBar = (hours: number) => HOURS_PER_BAR.find((size) => hours / size <= MOST_BARS) ?? 24

/** The UTC hour that the window begins in, which need not begin with it; UTC ms. */
export const firstHour = ({ window }: Pick<Report, 'window'>) => Math.floor(Date.parse(window.start) / HOUR) * HOUR

/**
 * A Mermaid xychart, which GitHub draws: bars of use in % of the limit, the limit and the alert line. No name that others
 * wrote is in it. A share of the input is no share of the limit and has no place on its axis.
 */
export function chart(row: Measured, bars: Bars, report: Report): string {
  const { all } = bars
  const inPercent = (ratio: number) => Number((ratio * 100).toFixed(1))
  const flat = (ratio: number) => `line [${all.map(() => inPercent(ratio)).join(', ')}]`
  const highest = Math.max(1, row.utilization, ...all.map(({ peak }) => (peak ?? 0) / row.limit))
  return [
    '```mermaid',
    '---',
    'config:',
    '  themeVariables:',
    '    xyChart:',
    `      plotColorPalette: "${[COLORS.use, COLORS.limit, COLORS.alert].join(', ')}"`,
    '  xyChart:',
    '    width: 900',
    '    height: 300',
    '---',
    'xychart-beta',
    `  title "Largest minute of each ${barSpan(bars)}, in % of the limit of ${count(row.limit)}"`,
    `  x-axis "UTC" [${axisLabels(bars).join(', ')}]`,
    `  y-axis "% of the limit" 0 --> ${Math.ceil(inPercent(highest) * 1.1)}`,
    `  bar [${all.map(({ peak }) => inPercent((peak ?? 0) / row.limit)).join(', ')}]`,
    `  ${flat(1)}`,
    `  ${flat(thresholdsOf(row, report).alert)}`,
    '```',
  ].join('\n')
}

export function barSpan({ hours }: Bars): string {
  if (hours === 1) return 'hour'
  return hours === 24 ? 'day' : `${hours} hours`
}

export const COLORS = { use: '#4c8dd6', limit: '#d1242f', alert: '#d4a72c' }

/** What the lines of the chart are: xycharts have no legend. */
export function legend(row: Measured, bars: Bars, report: Report): string {
  const parts = [
    'Blue bars: use.',
    'Red line: the limit.',
    `Amber line: the alert line, ${percent(thresholdsOf(row, report).alert)}.`,
    bars.unknown && 'A question mark: not known yet, drawn as nothing.',
  ]
  return `<sub>${parts.filter(Boolean).join(' ')}</sub>`
}

/** The chart's figures as a table, for whoever cannot see the chart. */
export function hourTable(row: Measured, bars: Bars, report: Report): string {
  const share = percentOf(report)
  const columns = [
    { head: 'From (UTC)' },
    { head: 'Largest minute', align: 'right' as const },
    { head: 'Of the limit', align: 'right' as const },
    ...(bars.cache ? [{ head: 'Input read from cache', align: 'right' as const }] : []),
  ]
  const several = bars.all.length * bars.hours > 24
  const rows = bars.all.map(({ from, peak, readShare }) => [
    `${several ? `${from.slice(0, 10)} ` : ''}${from.slice(11, 16)}`,
    peak === null ? 'not known' : count(peak),
    peak === null ? '' : share(peak / row.limit),
    ...(bars.cache ? [readShare === null ? '' : percent(readShare)] : []),
  ])
  return details(bars.hours === 1 ? 'Hour by hour' : 'The same in figures', table(columns, rows))
}

/**
 * `14` for an hour of a single day; of several days only the first bar of each is labelled, `11-18`. Labels have to differ
 * or Mermaid draws them as one: the others are blanks of different lengths. A question mark: not known.
 */
export function axisLabels({ all, hours }: Bars): string[] {
  const several = all.length * hours > 24
  return all.map(({ from, peak }, index) => {
    const hour = from.slice(11, 13)
    const ofSeveralDays = hour === '00' ? from.slice(5, 10) : '\u200b'.repeat(index)
    return `"${several ? ofSeveralDays : hour}${peak === null ? '?' : ''}"`
  })
}

function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** Cache reads of some hours ÷ all their input: a quiet hour counts as little as it used. Null where nothing was put in. */
export function shareOfSpan(
  { hourly_read_share: shares, hourly_input: inputs }: NonNullable<GroupViewRow['cache']>,
  from: number,
  to: number,
): number | null {
  const hours = inputs.slice(from, to).map((input, index) => ({ input, read: input * (shares[from + index] ?? 0) }))
  const total = hours.reduce((sum, { input }) => sum + input, 0)
  return total === 0 ? null : hours.reduce((sum, { read }) => sum + read, 0) / total
}

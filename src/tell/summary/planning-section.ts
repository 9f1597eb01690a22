import { FEWEST_DAYS } from '../../judge/planning/runway.ts'
import type { Planning, Report } from '../../report/report.ts'
import { atMost, count, listing, percent, plural } from '../../vocabulary/figures.ts'
import { sameLimit } from '../../vocabulary/limits/limit-key.ts'
import { DAY } from '../../vocabulary/use/window.ts'
import { backTestSection } from '../planning/back-test-section.ts'
import { budgetsSection } from '../planning/budgets-section.ts'
import { whatIfSection } from '../planning/what-if-section.ts'
import { markdownLink, markdownText } from '../words/escape.ts'
import { groupName, limiterName, limitName, percentOf, scopeName } from '../words/format.ts'
import { andMore, list } from '../words/list.ts'
import { bullets, type Column, details, stack, table, under } from '../words/markdown.ts'
import { runwaySentence } from '../words/runway-text.ts'
import { type Measured, measured } from '../words/select.ts'
import { type Bars, chart, legend } from './chart.ts'

/** For whoever plans: runways, what if, the back-test of the line, workspaces, tiers, what-if, idle groups. Mostly folded; empty where there is nothing to say. */
export function planning(report: Report, most: number): string {
  if (!report.planning) return ''
  return stack(
    runwaySection(report, report.planning, most),
    whatIfSection(report, most),
    backTestSection(report, most),
    budgetsSection(report, most),
    workspaceSection(report, most),
    details(
      'Tiers: which published limits these are, and what the same use would be on another',
      tierSection(report, report.planning, most),
    ),
    details('What if more of the input were read from the cache', cacheSection(report, report.planning, most)),
    idleSection(report, report.planning, most),
  )
}

const RIGHT = (head: string): Column => ({ head, align: 'right' })

/** The runways found, nearest first, each with its daily peaks; then one line on how many were refused, and why. */
function runwaySection(report: Report, planned: Planning, most: number): string {
  const nearest = (row: Planning['runway'][number]) =>
    row.outcome.kind === 'reaches' ? row.outcome.days : Number.POSITIVE_INFINITY
  const found = planned.runway
    .filter(({ outcome }) => outcome.kind === 'reaches')
    .sort((a, b) => nearest(a) - nearest(b))
  const { shown, more } = atMost(found, most)
  const rows = shown.map((row) => [
    limitName(row, markdownText),
    runwaySentence(row, report) ?? '',
    `\`${sparkline(row.daily_peaks)}\``,
  ])
  const refusals = Map.groupBy(
    planned.runway.flatMap(({ outcome }) => (outcome.kind === 'refused' ? [outcome.reason] : [])),
    (reason) => reason,
  )
  const why = [...refusals].map(([reason, { length }]) => `${plural(length, 'limit')}: ${reason}`).join('; ')
  const charts = shown.slice(0, CHARTS).flatMap((row) => peakChart(row, report))
  return stack(
    under(
      '#### Runway',
      stack(
        table([{ head: 'Limit' }, { head: 'At this pace' }, { head: 'Daily peaks' }], rows),
        andMore(more),
        ...charts,
      ),
    ),
    // A runway is asked for with the days that it takes.
    report.window.days >= FEWEST_DAYS && why && `<sub>No runway for ${why}.</sub>`,
  )
}

/** A browser takes long over many charts, and the nearest runway is the one to look at. */
const CHARTS = 2

/** The daily peaks against the limit. */
function peakChart(row: Planning['runway'][number], report: Report): string[] {
  const verdict = measured(report).find((one) => sameLimit(one, row))
  if (!verdict) return []
  const day = (index: number) => new Date(Date.parse(report.window.start) + index * DAY).toISOString()
  const days = row.daily_peaks.map((peak, index) => ({ from: day(index), peak, readShare: null }))
  const bars: Bars = { all: days, hours: 24, cache: false, unknown: row.daily_peaks.includes(null) }
  return [
    details(
      `Daily peaks of ${limitName(row, markdownText)}`,
      stack(chart(verdict, bars, report), legend(verdict, bars, report)),
    ),
  ]
}

const LEVELS = '▁▂▃▄▅▆▇█'

/** Daily peaks as one line of blocks, each as high as its share of the largest; a dot for a day that is not wholly known. */
export function sparkline(dailyPeaks: readonly (number | null)[]): string {
  const largest = Math.max(1, ...dailyPeaks.map((peak) => peak ?? 0))
  return dailyPeaks
    .map((peak) => (peak === null ? '·' : LEVELS[Math.round((peak / largest) * (LEVELS.length - 1))]))
    .join('')
}

/** Workspaces with limits of their own, each by the limit it is closest to, the closest first. */
function workspaceSection(report: Report, most: number): string {
  const closest = new Map<string, Measured>()
  for (const row of measured(report)) {
    const id = row.scope.type === 'workspace' ? row.scope.id : ''
    if (id && !closest.has(id)) closest.set(id, row)
  }
  if (closest.size < 2) return ''
  const { shown, more } = atMost([...closest.values()], most)
  const rows = shown.map((row) => [
    row.scope.type === 'workspace' ? markdownText(row.scope.name) : '',
    percentOf(report)(row.utilization),
    `${groupName(row.group, markdownText)}, ${limiterName(row, markdownText)}`,
    row.limit_source === 'workspace' ? 'its own' : "the organization's",
  ])
  const ranking = table([{ head: 'Workspace' }, RIGHT('Used'), { head: 'Of' }, { head: 'Whose limit' }], rows)
  return details(
    `Workspaces by how close they are to a limit of theirs (${count(closest.size)})`,
    stack(ranking, andMore(more)),
  )
}

function tierSection(report: Report, planned: Planning, most: number): string {
  const { tiers, tier_what_if, tier_table } = planned
  const share = percentOf(report)
  const { shown, more } = atMost(
    tier_what_if.toSorted((a, b) => b.utilization - a.utilization),
    most,
  )
  const rows = shown.map(({ group, limiter, utilization, by_tier }) => [
    `${groupName(group, markdownText)}, ${limiterName({ group, limiter }, markdownText)}`,
    share(utilization),
    ...[by_tier.Start, by_tier.Build, by_tier.Scale].map(share),
  ])
  return stack(
    spendCap(planned),
    bullets(readings(tiers)),
    under(
      'The same peaks on each tier as published:',
      table([{ head: 'Limit' }, RIGHT('Now'), RIGHT('Start'), RIGHT('Build'), RIGHT('Scale')], rows),
    ),
    andMore(more),
    tiers.length > 0 &&
      `<sub>${markdownLink('Published table', tier_table.source)} of ${tier_table.date}. Anthropic may set other limits for an organization; what applies is read from ${report.usage_source === 'headers' ? 'the responses' : 'the API'}.</sub>`,
  )
}

/** The cap is what was read; the tier follows from it only where the limits say the same. */
function spendCap({ spend_cap_tier, usage_tier }: Planning): string {
  if (spend_cap_tier === null) return ''
  const cap = `The organization's spend cap is the one published for the ${spend_cap_tier} tier`
  return usage_tier === spend_cap_tier
    ? `${cap}, and so are its limits.`
    : `${cap}. Not all its limits are, so Anthropic may have raised the cap or a limit by itself.`
}

/** One line for all groups of the same reading. */
function readings(tiers: Planning['tiers']): string[] {
  const byReading = Map.groupBy(tiers, ({ reading }) => reading)
  return [...byReading].map(
    ([reading, same]) => `${listing(same.map(({ group }) => groupName(group, markdownText)))}: ${reading}.`,
  )
}

function cacheSection(report: Report, { cache_what_if }: Planning, most: number): string {
  const share = percentOf(report)
  const { shown, more } = atMost(
    cache_what_if.toSorted((a, b) => b.utilization - a.utilization),
    most,
  )
  const shares = shown[0]?.by_share.map(({ read_share }) => `At ${percent(read_share)}`) ?? []
  const rows = shown.map(({ group, limiter, utilization, read_share, by_share }) => [
    `${groupName(group, markdownText)}, ${limiterName({ group, limiter }, markdownText)}`,
    `${share(utilization)} (${percent(read_share)} read)`,
    ...by_share.map((row) => share(row.utilization)),
  ])
  return stack(
    table([{ head: 'Limit' }, RIGHT('Now'), ...shares.map(RIGHT)], rows),
    andMore(more),
    rows.length > 0 && '<sub>Worked out from the share in the hour of the peak, with the same input in all.</sub>',
  )
}

function idleSection(report: Report, { over_provisioned }: Planning, most: number): string {
  const lines = list(over_provisioned, most, ({ scope, group, highest }) => {
    const where = scope.type === 'workspace' ? ` in ${scopeName(scope, markdownText)}` : ''
    return `${groupName(group, markdownText)}${where}: ${highest === 0 ? 'not used' : `at most ${percent(highest)}`}`
  })
  const days = plural(report.window.days, 'day')
  return details(`${plural(over_provisioned.length, 'group')} of limits used less than 10 % in ${days}`, bullets(lines))
}

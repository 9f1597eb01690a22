import type { Report } from '../../report/report.ts'
import { atMost, count, percent, plural } from '../../vocabulary/figures.ts'
import { markdownText } from '../words/escape.ts'
import { BAND_MARK, groupName, limiterName, peakTime } from '../words/format.ts'
import { bar, type Column, details, READ_AS_A_WHOLE, stack, table, unbroken, under } from '../words/markdown.ts'
import { isInert, type Measured, measured, thresholdsOf } from '../words/select.ts'
import { bindingLimit, shareOf, thresholdName } from '../words/sentences.ts'

const COLUMNS: Column[] = [
  // On a phone the first two columns are on the screen: which limit, and how much of it.
  { head: 'Limit' },
  { head: 'Used' },
  { head: 'Band' },
  { head: 'Peak', align: 'right' },
  { head: 'Of', align: 'right' },
  { head: 'When (UTC)' },
  { head: 'Headroom', align: 'right' },
]

/** Live, up to when each is known; else how it was. */
const lastColumn = (report: Report): Column => ({ head: report.live ? 'Known until' : 'Day before' })

/**
 * The scorecard: every measured verdict, the organization's first, then those of workspaces with limits of their own, each
 * part with the highest use first. At most `most` rows in all.
 */
export function scorecard(report: Report, most: number): string {
  const { shown, more } = atMost(measured(report), most)
  const organization = shown.filter(({ scope }) => scope.type === 'organization')
  const workspaces = shown.filter(({ scope }) => scope.type === 'workspace')
  return stack(
    under('#### Organization', scopeTable(organization, report)),
    under('#### Workspaces with limits of their own', scopeTable(workspaces, report)),
    more > 0 && `${plural(more, 'row')} with less use ${more === 1 ? 'is' : 'are'} not shown here.`,
  )
}

function scopeTable(rows: readonly Measured[], report: Report): string {
  const columns = [...COLUMNS, lastColumn(report)]
  const draw = (some: readonly Measured[]) =>
    table(
      columns,
      some.map((row) => cells(row, report)),
    )
  if (rows.length <= READ_AS_A_WHOLE) return draw(rows)
  const quiet = rows.filter(({ band }) => band === 'ok')
  return stack(
    draw(rows.filter(({ band }) => band !== 'ok')),
    details(`${plural(quiet.length, 'limit')} below ${thresholdName('watch', report)}`, draw(quiet)),
  )
}

function cells(row: Measured, report: Report): string[] {
  const share = shareOf(row, report)
  const loud = row.band === 'alert' || row.band === 'watch'
  const figure = `${row.lower_bound ? '≥ ' : ''}${share(row.utilization)}`
  const { alert, watch } = thresholdsOf(row, report)
  const headroom = percent(Math.abs(1 - row.utilization), [1 - watch, 1 - alert])
  return [
    nameOf(row),
    `${bar(row.utilization)}&nbsp;${loud ? `**${figure}**` : figure}`,
    `${BAND_MARK[row.band]}&nbsp;${row.band}${row.muted ? ', muted' : ''}`,
    count(row.peak),
    limitText(row),
    peakTime(row, report)
      .replace(/ UTC$/, '')
      .replace(/^\d{4}-(\d\d)-/, '$1&#8209;'),
    `${row.lower_bound ? '≤ ' : ''}${row.utilization > 1 ? '−' : ''}${headroom}`,
    dayBefore(row, report),
  ].map(unbroken)
}

function nameOf(row: Measured): string {
  const workspace = row.scope.type === 'workspace' ? `${markdownText(row.scope.name)}: ` : ''
  return `${workspace}${groupName(row.group, markdownText)}, ${limiterName(row, markdownText)}`
}

function limitText(row: Measured): string {
  if (isInert(row)) return `${count(row.limit)} (own ${count(row.configured ?? 0)} has no effect)`
  return bindingLimit(row)
}

function dayBefore(row: Measured, report: Report): string {
  if (report.live) return (row.known_until ?? '').slice(11, 16)
  const before = row.previous === null ? 'not known' : shareOf(row, report)(row.previous.utilization)
  return row.transition === null ? before : `${before}, ${row.transition}`
}

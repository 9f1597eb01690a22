import type { RefusalRow, Report } from '../../report/report.ts'
import { atMost, count, plural } from '../../vocabulary/figures.ts'
import { HOUR } from '../../vocabulary/use/window.ts'
import { markdownText } from '../words/escape.ts'
import { moment } from '../words/format.ts'
import { andMore } from '../words/list.ts'
import { details, stack, table } from '../words/markdown.ts'
import { refusedName, waitText } from '../words/refused-text.ts'
import { axisLabels, type Bars, barSpan, COLORS, firstHour, hoursPerBar } from './chart.ts'

const KINDS = ['rate_limit', 'acceleration', 'spend_cap', 'not_told'] as const
const HEADS = ['Rate limit', 'Acceleration', 'Spend cap', 'Not logged why'].map((head) => ({
  head,
  align: 'right' as const,
}))
const WHAT_IT_IS =
  '<sub>Responses with status 429, told apart by the code of the error. Where a model was refused it is an alert, whatever was used of its limits: a limit may be enforced over less than a minute, and acceleration and spend caps show in no remainder.</sub>'

/** Requests that were refused: who, by what, when, and how long they were asked to wait. */
export function refusedRequests(report: Report, most: number): string {
  const refusals = (report.refusals ?? []).toSorted((a, b) => b.requests - a.requests)
  const { shown, more } = atMost(refusals, most)
  if (shown.length === 0) return ''
  const rows = shown.map((row) => [
    refusedName({ scope: row.scope, group: { type: '', name: row.model } }, markdownText),
    ...KINDS.map((kind) => count(row[kind])),
    moment(row.first),
    `${moment(row.worst_minute.at)} (${count(row.worst_minute.requests)})`,
    waitText(row.retry_after).replace(/^asked to wait /, ''),
  ])
  const heads = [{ head: 'Model' }, ...HEADS, { head: 'First' }, { head: 'Worst minute' }, { head: 'Asked to wait' }]
  return stack(table(heads, rows), andMore(more), byTheHour(refusals, report), WHAT_IT_IS)
}

/** All of them over the window: a chart, and the same in figures. */
function byTheHour(refusals: readonly RefusalRow[], report: Report): string {
  const start = firstHour(report)
  const hours = Math.ceil((Date.parse(report.window.end) - start) / HOUR)
  const size = hoursPerBar(hours)
  const refused = refusals.flatMap(({ by_hour: byHour }) => byHour)
  const bars = Array.from({ length: Math.ceil(hours / size) }, (_, index) => {
    const from = start + index * size * HOUR
    const inBar = refused.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) < from + size * HOUR)
    const counts = KINDS.map((kind) => inBar.reduce((sum, hour) => sum + hour[kind], 0))
    return { from: new Date(from).toISOString(), counts, peak: counts.reduce((sum, number) => sum + number, 0) }
  })
  const drawn = { all: bars.map((bar) => ({ ...bar, readShare: null })), hours: size, cache: false, unknown: false }
  const figures = bars.filter(({ peak }) => peak > 0).map(({ from, counts }) => [moment(from), ...counts.map(count)])
  return stack(
    bars.length > 1 && chartOf(drawn),
    details(`Refused in each ${barSpan(drawn)}`, table([{ head: 'From' }, ...HEADS], figures)),
  )
}

function chartOf(bars: Bars): string {
  const peaks = bars.all.map(({ peak }) => peak ?? 0)
  return [
    '```mermaid',
    '---',
    'config:',
    '  themeVariables:',
    '    xyChart:',
    `      plotColorPalette: "${COLORS.limit}"`,
    '  xyChart:',
    '    width: 900',
    '    height: 200',
    '---',
    'xychart-beta',
    `  title "Requests refused in each ${barSpan(bars)}, ${plural(
      peaks.reduce((sum, number) => sum + number, 0),
      'request',
    )} in all"`,
    `  x-axis "UTC" [${axisLabels(bars).join(', ')}]`,
    `  y-axis "requests" 0 --> ${Math.max(...peaks)}`,
    `  bar [${peaks.join(', ')}]`,
    '```',
  ].join('\n')
}

import type { Report, WhatIfPart } from '../../report/report.ts'
import { atMost, listing } from '../../vocabulary/figures.ts'
import { markdownText, SENTENCE_LENGTH } from '../words/escape.ts'
import { limitName, peakTime, percentOf } from '../words/format.ts'
import { andMore } from '../words/list.ts'
import { stack, table, under } from '../words/markdown.ts'

export type WhatIfRow = WhatIfPart['rows'][number]

/** Every limit that the asked changes touch, before and after, and which comes first; empty where nothing was asked. */
export function whatIfSection(report: Report, most: number): string {
  const { what_if: whatIf } = report
  if (!whatIf) return ''
  const { shown, more } = atMost(whatIf.rows, most)
  const share = percentOf(report)
  const atLeast = ({ lower_bound }: WhatIfRow) => (lower_bound ? 'at least ' : '')
  const rows = shown.map((row) => [
    limitName(row, markdownText),
    `${atLeast(row)}${share(row.before.utilization)}`,
    `${atLeast(row)}${share(row.after.utilization)}`,
    peakTime({ ...row, ...row.after }, report),
    crossings(row, report),
  ])
  const columns = [
    { head: 'Limit' },
    { head: 'Now', align: 'right' as const },
    { head: 'Then', align: 'right' as const },
    { head: 'Its peak' },
    { head: 'What it would reach' },
  ]
  return under(
    `#### What if ${listing(whatIf.changes.map((change) => markdownText(change, SENTENCE_LENGTH)))}`,
    stack(
      whatIf.rows[0] && first(whatIf.rows[0], report),
      table(columns, rows) || 'No limit that was measured would be used otherwise.',
      andMore(more),
      '<sub>The real minutes of the window, each with this use changed and all else as it was. Nothing is reported as an alert by it.</sub>',
    ),
  )
}

function first(row: WhatIfRow, report: Report): string {
  const then = percentOf(report)(row.after.utilization)
  return `${limitName(row, markdownText)} would come first, at ${row.lower_bound ? 'least ' : ''}${then}.`
}

/** The lines that a limit would reach only then, and when; empty where there is none. */
export function crossings(row: WhatIfRow, report: Report): string {
  return listing(row.crosses.map((cross) => crossing(row, cross, report)))
}

const LINES = { watch: 'the watch line', alert: 'the alert line', limit: 'its limit' }

function crossing(row: WhatIfRow, { line, at }: WhatIfRow['crosses'][number], report: Report): string {
  const time = peakTime({ ...row, peak: row.after.peak, peak_at: at }, report)
  return time ? `${LINES[line]} (${time})` : LINES[line]
}

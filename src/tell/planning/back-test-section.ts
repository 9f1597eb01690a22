import type { BackTestRow, Report } from '../../report/report.ts'
import { atMost, count, percent, plural } from '../../vocabulary/figures.ts'
import { markdownText } from '../words/escape.ts'
import { limitName } from '../words/format.ts'
import { andMore } from '../words/list.ts'
import { bullets, details, stack, table } from '../words/markdown.ts'

/** How often other alert lines would have fired, those limits first that reached the most; empty where nothing was tested. */
export function backTestSection({ back_test: tested = [] }: Report, most: number): string {
  if (tested.length === 0) return ''
  const fired = (row: BackTestRow) => row.lines.reduce((sum, { days }) => sum + days, 0)
  const { shown, more } = atMost(
    tested.toSorted((a, b) => fired(b) - fired(a)),
    most,
  )
  const lines = shown[0]?.lines.map(({ line }) => percent(line)) ?? []
  const rows = shown.map((row) => [
    limitName(row, markdownText),
    count(row.days),
    ...row.lines.map(({ days, incidents }) => cell(days, incidents)),
  ])
  const columns = [{ head: 'Limit' }, ...['Days', ...lines].map((head) => ({ head, align: 'right' as const }))]
  return details(
    'How often other alert lines would have fired, in days (and incidents)',
    stack(
      table(columns, rows),
      andMore(more),
      bullets(shown.flatMap(suggestion)),
      '<sub>By the limits of now. An incident is one day, or several in a row. A line of its own for a limit is set in the policy file.</sub>',
    ),
  )
}

/** `4 (2)`; days and incidents alike need no second figure. */
function cell(days: number, incidents: number): string {
  return days === incidents ? count(days) : `${count(days)} (${count(incidents)})`
}

function suggestion(row: BackTestRow): string[] {
  if (!row.suggestion) return []
  const { in_force: now, instead } = row.suggestion
  return [
    `${limitName(row, markdownText)}: at ${percent(instead.line)} an alert would have come on ${count(instead.days)} of ${plural(row.days, 'day')}, at ${percent(now.line)} on ${count(now.days)}.`,
  ]
}

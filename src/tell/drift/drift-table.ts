import type { DriftRow, Report } from '../../report/report.ts'
import { markdownText } from '../words/escape.ts'
import { table, unbroken } from '../words/markdown.ts'
import { changedByText } from './changed-by-text.ts'
import { driftConsequence } from './drift-consequence.ts'
import { isSerious } from './drift-figures.ts'
import { driftChange, driftIntent, driftSubject } from './drift-text.ts'

/** Changes as a table in Markdown, the serious ones in bold; `consequence` heads the column of consequences, null leaves it out. */
export function driftTable(drift: readonly DriftRow[], report: Report, consequence: string | null): string {
  const columns = [{ head: 'Limit' }, { head: 'Change' }, ...(consequence === null ? [] : [{ head: consequence }])]
  return table(
    columns,
    drift.map((item) => {
      const change = driftChange(item, markdownText)
      const cells = [driftSubject(item, markdownText), unbroken(isSerious(item, report) ? `**${change}**` : change)]
      return consequence === null ? cells : [...cells, consequenceCell(item, report)]
    }),
  )
}

function consequenceCell(item: DriftRow, report: Report): string {
  const known = unbroken(driftConsequence(item, report, markdownText)) || 'Not measured.'
  return [known, driftIntent(item), changedByText(item, markdownText)].filter(Boolean).join(' ')
}

import type { DriftRow, Report } from '../../report/report.ts'
import { driftConsequence } from '../words/drift-consequence.ts'
import { driftChange, driftIntent, driftSubject, isCut } from '../words/drift-text.ts'
import { markdownText } from '../words/escape.ts'
import { table, unbroken } from '../words/markdown.ts'

/** Changes as a table in Markdown, cuts in bold; `consequence` heads the column of consequences, null leaves it out. */
export function driftTable(drift: readonly DriftRow[], report: Report, consequence: string | null): string {
  const columns = [{ head: 'Limit' }, { head: 'Change' }, ...(consequence === null ? [] : [{ head: consequence }])]
  return table(
    columns,
    drift.map((item) => {
      const change = driftChange(item, markdownText)
      const cells = [driftSubject(item, markdownText), unbroken(isCut(item) ? `**${change}**` : change)]
      return consequence === null ? cells : [...cells, consequenceCell(item, report)]
    }),
  )
}

function consequenceCell(item: DriftRow, report: Report): string {
  const known = unbroken(driftConsequence(item, report, markdownText)) || 'Not measured.'
  return [known, driftIntent(item)].filter(Boolean).join(' ')
}

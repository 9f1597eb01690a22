import type { Report } from '../../report/report.ts'
import { atMost, count } from '../../vocabulary/figures.ts'
import { markdownText, SENTENCE_LENGTH } from '../words/escape.ts'
import { BAND_MARK } from '../words/format.ts'
import { bullets } from '../words/markdown.ts'
import { muted } from '../words/select.ts'
import { rowSentence } from '../words/sentences.ts'

/** Over a line, and nobody is told of it: who answers for that, why and how long. */
export function mutedRows(report: Report, most: number): string {
  const { shown, more } = atMost(muted(report), most)
  const lines = shown.map((row) => {
    const until = `muted until ${row.muted?.until} by ${markdownText(row.muted?.owner ?? '')}`
    return `${BAND_MARK[row.band]} ${rowSentence(row, report, markdownText)}: ${until}, ${markdownText(row.muted?.reason ?? '', SENTENCE_LENGTH)}`
  })
  return bullets([...lines, ...(more > 0 ? [`and ${count(more)} more`] : [])])
}

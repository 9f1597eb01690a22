import type { Report } from '../../report/report.ts'
import { markdownText, SENTENCE_LENGTH } from '../words/escape.ts'
import { BAND_MARK } from '../words/format.ts'
import { list } from '../words/list.ts'
import { bullets } from '../words/markdown.ts'
import { type Measured, muted } from '../words/select.ts'
import { rowSentence } from '../words/sentences.ts'

/** Rows over a line that are muted: who answers for that, why and how long. */
export function mutedRows(report: Report, most: number): string {
  const mutedRow = (row: Measured) => {
    const until = `muted until ${row.muted?.until} by ${markdownText(row.muted?.owner ?? '')}`
    return `${BAND_MARK[row.band]} ${rowSentence(row, report, markdownText)}: ${until}, ${markdownText(row.muted?.reason ?? '', SENTENCE_LENGTH)}`
  }
  return bullets(list(muted(report), most, mutedRow))
}

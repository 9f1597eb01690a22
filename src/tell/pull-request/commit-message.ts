import type { FilesInCommit, Report } from '../../report/report.ts'
import { atMost, count } from '../../vocabulary/figures.ts'
import { driftSentence, orderDrift } from '../words/drift-text.ts'
import { gitText } from '../words/escape.ts'
import { period } from '../words/format.ts'

/** A commit with more lines than this is not read, and the snapshot's own diff shows them all. */
const MOST_CHANGES = 100

/**
 * The snapshot's commit: `headline` as the user's `commit-message` has it, `body` the list of changes, cuts first, and the
 * day their peaks are of. Plain text in which no name can mention a person, close an issue or pose as a trailer.
 */
export function commitMessage(
  headline: string,
  report: Report,
  files: FilesInCommit,
): { headline: string; body: string } {
  return { headline, body: commitBody(report, files) }
}

function commitBody(report: Report, files: FilesInCommit): string {
  if (files === 'gateway') return 'The gateway file is brought up to date; no limit has changed.'
  if (report.first_snapshot) return 'The first snapshot: the limits as they are today.'
  if (report.drift.length === 0) return 'Only names have changed; no limit has changed.'
  const { shown, more } = atMost(orderDrift(report.drift), MOST_CHANGES)
  const lines = shown.map((drift) => `- ${driftSentence(drift, report, gitText)}`)
  const left = more > 0 ? [`- and ${count(more)} more, see the diff`] : []
  const peaks = shown.some(({ peak }) => peak !== null) ? ['', `Peaks are of ${period(report.window)}.`] : []
  return [...lines, ...left, ...peaks].join('\n')
}

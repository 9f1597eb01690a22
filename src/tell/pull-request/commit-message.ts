import type { Report } from '../../report/report.ts'
import { count } from '../../vocabulary/figures.ts'
import type { FilesInCommit } from '../../vocabulary/snapshot-outcome.ts'
import { driftSentence, orderDrift } from '../words/drift-text.ts'
import { gitText } from '../words/escape.ts'
import { period } from '../words/format.ts'
import { list } from '../words/list.ts'

/** Nobody reads a longer commit message, and the snapshot's diff shows every change. */
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
  const ordered = orderDrift(report.drift)
  const changes = list(
    ordered,
    MOST_CHANGES,
    (drift) => `- ${driftSentence(drift, report, gitText)}`,
    (more) => `- and ${count(more)} more, see the diff`,
  )
  const hasPeaks = ordered.slice(0, MOST_CHANGES).some(({ peak }) => peak !== null)
  return [...changes, ...(hasPeaks ? ['', `Peaks are of ${period(report.window)}.`] : [])].join('\n')
}

import type { Report } from '../../report/report.ts'
import { count } from '../../vocabulary/figures.ts'
import type { FilesInCommit, Rename } from '../../vocabulary/snapshot-outcome.ts'
import { orderDrift } from '../drift/drift-figures.ts'
import { driftSentence, driftTally } from '../drift/drift-text.ts'
import { gitText } from '../words/escape.ts'
import { period } from '../words/format.ts'
import { list } from '../words/list.ts'
import { renamed } from './renamed.ts'

/** Nobody reads a longer commit message, and the snapshot's diff shows every change. */
const MOST_CHANGES = 100

/**
 * The snapshot's commit: a first line that says what changed after the user's `commit-message`, so that the file's log is
 * the history of the limits, and the list of changes, cuts first, with the day their peaks are of. Plain text in which no
 * name can mention a person, close an issue or pose as a trailer.
 */
export function commitMessage(
  headline: string,
  report: Report,
  files: FilesInCommit,
  renames: readonly Rename[],
): { headline: string; body: string } {
  return { headline: `${headline}: ${inShort(report, files)}`, body: commitBody(report, files, renames) }
}

function inShort({ first_snapshot, drift }: Report, files: FilesInCommit): string {
  if (files === 'gateway') return 'gateway file'
  if (first_snapshot) return 'first snapshot'
  return drift.length === 0 ? 'new names' : driftTally(drift)
}

function commitBody(report: Report, files: FilesInCommit, renames: readonly Rename[]): string {
  if (files === 'gateway') return 'The gateway file is brought up to date; no limit has changed.'
  if (report.first_snapshot) return 'The first snapshot: the limits as they are today.'
  const names = renames.length === 0 ? [] : [`- ${renamed(renames, gitText)}`]
  if (report.drift.length === 0) return ['Only names have changed; no limit has changed.', ...names].join('\n')
  const ordered = orderDrift(report.drift)
  const changes = list(
    ordered,
    MOST_CHANGES,
    (drift) => `- ${driftSentence(drift, report, gitText)}`,
    (more) => `- and ${count(more)} more, see the diff`,
  )
  const hasPeaks = ordered
    .slice(0, MOST_CHANGES)
    .some(({ consequences }) => consequences.some(({ before, after }) => before ?? after))
  return [...changes, ...names, ...(hasPeaks ? ['', `Peaks are of ${period(report.window)}.`] : [])].join('\n')
}

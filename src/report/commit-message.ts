import { driftSentence, orderDrift } from './drift-text.ts'
import { gitText } from './escape.ts'
import { atMost } from './format.ts'
import type { Report } from './report.ts'

/** A commit with more lines than this is not read, and the snapshot's own diff shows them all. */
const MOST_CHANGES = 100

/**
 * The snapshot's commit: `headline` as the user's `commit-message` has it, `body` the list of changes, cuts first.
 * Plain text in which no name can mention a person, close an issue or pose as a trailer.
 */
export function commitMessage(headline: string, report: Report): { headline: string; body: string } {
  return { headline, body: commitBody(report) }
}

function commitBody(report: Report): string {
  if (report.first_snapshot) return 'The first snapshot: the limits as they are today.'
  if (report.drift.length === 0) return 'Names or models are written differently; no limit has changed.'
  const { shown, more } = atMost(orderDrift(report.drift), MOST_CHANGES)
  const lines = shown.map((drift) => `- ${driftSentence(drift, report.thresholds, gitText)}`)
  return [...lines, ...(more > 0 ? [`- and ${more} more, see the diff`] : [])].join('\n')
}

import type * as z from 'zod'
import type { backTestSchema } from './back-test-part.ts'
import type { planningSchema, reportSchema } from './report-schema.ts'
import type { driftSchema, groupViewSchema, measuredSchema, unmeasuredSchema, verdictSchema } from './row-schemas.ts'

/**
 * The Report: one value that holds everything the audit found. It is written as it is to `report-path`,
 * and every rendering (summary, Slack, pull request, annotations, outputs) is a pure function of it.
 */

export type VerdictRow = z.infer<typeof verdictSchema>
export type MeasuredRow = z.infer<typeof measuredSchema>
export type UnmeasuredRow = z.infer<typeof unmeasuredSchema>
export type DriftRow = z.infer<typeof driftSchema>
export type GroupViewRow = z.infer<typeof groupViewSchema>
export type Planning = z.infer<typeof planningSchema>
export type BackTestRow = z.infer<typeof backTestSchema>
export type Report = z.infer<typeof reportSchema>
export type DriversPart = NonNullable<MeasuredRow['drivers']>

/** A run that could not read limits or usage: there is no Report, and that must be told as such. `source`: what it tried to read. */
export type Blind = { window: { start: string; end: string }; source: 'api' | 'headers'; error: string }

/** What became of the snapshot; decided by delivery, shown by the summary and Slack, written to the outputs. */
export type SnapshotOutcome = {
  operation: 'created' | 'updated' | 'unchanged' | 'written' | 'skipped'
  path: string
  commit: { sha: string; verified: boolean; url: string } | null
  pullRequest: {
    operation: 'created' | 'updated' | 'closed' | 'none' | 'branch-only'
    number: number | null
    url: string | null
  } | null
  /** One sentence for a person where something needs saying (why it was skipped, what a dry run would have done, a compare link). */
  note: string | null
}

/** What a commit holds: the snapshot, the gateway file with it, or the gateway file alone. */
export type FilesInCommit = 'snapshot' | 'both' | 'gateway'

/** Where a reader goes next. */
export type Links = { run: string | null; usage: string; limits: string; runbook: string | null }

import type * as z from 'zod'
import type { planningSchema, reportSchema } from './report-schema.ts'
import type {
  bandSchema,
  driftClassSchema,
  driftSchema,
  driversSchema,
  findingSchema,
  groupSchema,
  groupViewSchema,
  scopeSchema,
  transitionSchema,
  verdictSchema,
} from './row-schemas.ts'

/**
 * The Report: one value that holds everything the audit found. It is written as it is to `report-path`,
 * and every rendering (summary, Slack, pull request, annotations, outputs) is a pure function of it.
 */

export type Scope = z.infer<typeof scopeSchema>
export type Group = z.infer<typeof groupSchema>
export type Band = z.infer<typeof bandSchema>
export type Transition = z.infer<typeof transitionSchema>
export type Drivers = z.infer<typeof driversSchema>
export type Verdict = z.infer<typeof verdictSchema>
export type DriftClass = z.infer<typeof driftClassSchema>
export type Drift = z.infer<typeof driftSchema>
export type Finding = z.infer<typeof findingSchema>
export type Planning = z.infer<typeof planningSchema>
export type GroupView = z.infer<typeof groupViewSchema>
export type Report = z.infer<typeof reportSchema>

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

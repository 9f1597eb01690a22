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

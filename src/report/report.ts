import type * as z from 'zod'
import type { consequenceSchema, driftSchema } from './schemas/drift-schemas.ts'
import type { backTestSchema, spendSchema, whatIfSchema } from './schemas/part-schemas.ts'
import type { planningSchema, reportSchema } from './schemas/report-schema.ts'
import type {
  accountingSchema,
  groupViewSchema,
  measuredSchema,
  refusalSchema,
  refusedSchema,
  unmeasuredSchema,
  verdictSchema,
} from './schemas/row-schemas.ts'

/**
 * The Report: one value that holds everything the audit found. It is written as it is to `report-path`,
 * and every rendering (summary, Slack, pull request, annotations, outputs) is a pure function of it.
 */

export type VerdictRow = z.infer<typeof verdictSchema>
export type MeasuredRow = z.infer<typeof measuredSchema>
export type RefusedRow = z.infer<typeof refusedSchema>
export type RefusalRow = z.infer<typeof refusalSchema>
export type UnmeasuredRow = z.infer<typeof unmeasuredSchema>
export type DriftRow = z.infer<typeof driftSchema>
export type ConsequenceRow = z.infer<typeof consequenceSchema>
export type GroupViewRow = z.infer<typeof groupViewSchema>
export type AccountingPart = z.infer<typeof accountingSchema>
export type Planning = z.infer<typeof planningSchema>
export type SpendPart = z.infer<typeof spendSchema>
export type WhatIfPart = z.infer<typeof whatIfSchema>
export type BackTestRow = z.infer<typeof backTestSchema>
export type Report = z.infer<typeof reportSchema>
export type HotMinuteRow = NonNullable<Report['live']>['hot_minutes'][number]
export type DriversPart = NonNullable<MeasuredRow['drivers']>

/**
 * A run that could not read limits or usage: there is no Report, and that must be told as such. `source`: what it tried to
 * read; `window`: null where it is what a log holds, and the log could not be read.
 */
export type Blind = { window: { start: string; end: string } | null; source: 'api' | 'headers'; error: string }

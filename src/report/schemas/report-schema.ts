import * as z from 'zod'
import { driftSchema } from './drift-schemas.ts'
import { backTestSchema, budgetSchema, spendSchema, whatIfSchema } from './part-schemas.ts'
import {
  accountingSchema,
  count,
  findingSchema,
  groupSchema,
  groupViewSchema,
  hotMinuteSchema,
  logSchema,
  ratio,
  refusalSchema,
  scopeSchema,
  time,
  verdictSchema,
} from './row-schemas.ts'

/** The report file, as it is written and published. Keys are spelled as in the file; more may be added, none renamed. */

const REPORT_VERSION = 1

const byTier = z.object({ Start: ratio, Build: ratio, Scale: ratio })

/** What follows from the figures for whoever asks for limits or plans with them. */
export const planningSchema = z.object({
  tier_table: z
    .object({ date: z.iso.date(), source: z.url() })
    .describe('The published table that tiers are compared with'),
  spend_cap_tier: z
    .string()
    .nullable()
    .describe('The tier whose published spend cap the organization has, where the spend-limit listing is open to it'),
  usage_tier: z
    .string()
    .nullable()
    .describe(
      'The same, where all limits that the published table has are of that tier too: a cap alone can be a raised one',
    ),
  tiers: z.array(z.object({ group: groupSchema, matches: z.array(z.string()), reading: z.string() })),
  tier_what_if: z
    .array(z.object({ group: groupSchema, limiter: z.string(), utilization: ratio, by_tier: byTier }))
    .describe("The window's peak by each tier's published limit"),
  cache_what_if: z
    .array(
      z.object({
        group: groupSchema,
        limiter: z.string(),
        utilization: ratio,
        read_share: ratio.describe("Of the peak's hour"),
        by_share: z.array(z.object({ read_share: ratio, utilization: ratio })),
      }),
    )
    .describe('The same input with another part of it read from the cache'),
  over_provisioned: z
    .array(z.object({ scope: scopeSchema, group: groupSchema, highest: ratio }))
    .describe('Groups of which no limit was used a tenth'),
  runway: z
    .array(
      z.object({
        scope: scopeSchema,
        group: groupSchema,
        limiter: z.string(),
        daily_peaks: z.array(count.nullable()).describe('Largest minute of each day; null: not wholly known'),
        outcome: z.discriminatedUnion('kind', [
          z.object({
            kind: z.literal('reaches'),
            days: count.describe('From the end of the window until the daily peak is at the alert line'),
            earliest: count,
            latest: count.nullable().describe('Null: not within a year, or perhaps never'),
            per_day: z.number(),
          }),
          z.object({ kind: z.literal('far'), per_day: z.number() }),
          z.object({ kind: z.literal('refused'), reason: z.string() }),
        ]),
      }),
    )
    .describe('Limits below their alert line, by Theil-Sen trend of the daily peaks with its 90 % interval'),
})

export const reportSchema = z.object({
  version: z.literal(REPORT_VERSION),
  drill: z.literal(true).optional().describe('A made-up alert, to see whether it arrives: no report of any use'),
  window: z.object({
    start: time,
    end: time,
    days: z.int().positive(),
    complete: z.boolean(),
    missing_minutes: z.int().nonnegative(),
    data_refreshed_at: time.nullable(),
    compared_with: z
      .object({ start: time, end: time })
      .nullable()
      .describe('The time before, which transitions compare with; null: with nothing'),
  }),
  usage_source: z.enum(['analytics', 'legacy', 'headers']).describe('headers: a log of response headers'),
  peak_window: z.enum(['minute', 'hour', 'second']),
  thresholds: z.object({ watch: ratio, alert: ratio }),
  status: z
    .enum(['ok', 'watch', 'alert'])
    .nullable()
    .describe('The worst measured band; null when nothing could be measured'),
  highest_utilization: ratio.nullable(),
  verdicts: z.array(verdictSchema),
  groups: z.array(groupViewSchema),
  drift: z.array(driftSchema),
  first_snapshot: z.boolean().describe('No snapshot was committed yet: nothing to compare with'),
  findings: z.array(findingSchema),
  planning: planningSchema.optional(),
  budgets: z.array(budgetSchema).optional().describe('A cap for each workspace, for limits in watch or alert'),
  what_if: whatIfSchema.optional().describe('Utilization as the lines of the input what-if would have made it'),
  spend: spendSchema.optional().describe('The monthly spend cap as a limit: a ratio and a date, no money'),
  back_test: z.array(backTestSchema).optional().describe('How often other alert lines would have fired'),
  refusals: z
    .array(refusalSchema)
    .optional()
    .describe('Responses with status 429 in a log of response headers, by what refused them'),
  accounting: accountingSchema
    .optional()
    .describe('Where the use of the window went; absent where only a log of responses is known'),
  log: logSchema.optional().describe('How much of a log of response headers was of use'),
  live: z
    .object({
      known_until: z
        .object({ tokens: time, requests: time })
        .describe('Up to when use is known: what is limited in tokens, and the rest'),
      hot_minutes: z.array(hotMinuteSchema).describe('Newest first'),
      hot_minutes_left_out: z.int().nonnegative(),
    })
    .optional()
    .describe('Of a live window (date: today, last-1h to last-48h) only'),
  unmatched_models: z.array(z.object({ model: z.string(), requests: count.nullable(), tokens: count })),
  unread_workspaces: z
    .array(z.object({ id: z.string(), name: z.string() }))
    .optional()
    .describe('Workspaces whose limits could not be read'),
  failures: z
    .array(z.object({ resource: z.string(), message: z.string() }))
    .describe('What could not be read or delivered; any of them fails the run'),
})

import * as z from 'zod'
import { count, groupSchema, measuredBandSchema, ratio, scopeSchema, time, transitionSchema } from './row-schemas.ts'

/** The parts of a report that are there only where something was asked or known. */

const side = z.object({ limit: count, peak: count, peak_at: time, utilization: ratio })

/** The report file's `what_if`. */
export const whatIfSchema = z.object({
  changes: z.array(z.string()).describe('The lines that hold, as they were given'),
  rows: z
    .array(
      z.object({
        scope: scopeSchema,
        group: groupSchema,
        limiter: z.string(),
        before: side,
        after: side.describe('With a busiest minute of its own'),
        lower_bound: z.boolean(),
        crosses: z
          .array(z.object({ line: z.enum(['watch', 'alert', 'limit']), at: time }))
          .describe('Lines reached only after, with the first minute (hour, day) at or over each'),
      }),
    )
    .describe('Every measured limit that the changes touch, the highest after them first'),
})

/** A row of the report file's `budgets`. */
export const budgetSchema = z.object({
  workspace: z.object({ id: z.string(), name: z.string() }),
  group: groupSchema,
  limiter: z.string(),
  cap: count.describe(
    "From the 99.9th percentile of the workspace's own minutes, scaled to fit the organization's limit",
  ),
  share: ratio.describe("Cap ÷ the organization's limit"),
  minutes_over: z
    .int()
    .nonnegative()
    .describe('Minutes of the last seven days, which the cap was not made from, above it'),
})

const number = z.int().nonnegative()
const tallySchema = z.object({
  line: ratio,
  days: number.describe('Days whose peak ÷ limit is at or over the line'),
  incidents: number.describe('Runs of such days in a row'),
})

/** A row of the report file's `back_test`. */
export const backTestSchema = z.object({
  scope: scopeSchema,
  group: groupSchema,
  limiter: z.string(),
  days: number.describe('Wholly known UTC days of the window'),
  lines: z.array(tallySchema),
  suggestion: z
    .object({ in_force: tallySchema, instead: tallySchema })
    .nullable()
    .describe('A higher line that still fires, and at most a third as often as the one in force'),
})

/** The report file's `spend`. */
export const spendSchema = z.object({
  share: ratio.describe('Month-to-date cost ÷ cap'),
  band: measuredBandSchema,
  transition: transitionSchema.nullable().describe('Compared with the day before'),
  reached_on: z.iso
    .date()
    .nullable()
    .describe("UTC day on which the cap was reached, or will be at the month's pace; null: not this month"),
  cap_source: z.enum(['api', 'policy']).describe('Who told the cap'),
})

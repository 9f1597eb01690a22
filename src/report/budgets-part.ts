import * as z from 'zod'
import type { Budget } from '../judge/planning/budgets.ts'
import { count, groupSchema, ratio } from './row-schemas.ts'

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

/** Budgets, as a part of the report file; an empty list says that no limit needs any. */
export function budgetsPart(budgets: readonly Budget[] | undefined) {
  if (!budgets) return {}
  return { budgets: budgets.map(({ minutesOver, ...rest }) => ({ ...rest, minutes_over: minutesOver })) }
}

import * as z from 'zod'
import type { BackTest } from '../judge/planning/back-test.ts'
import { groupSchema, ratio, scopeSchema } from './row-schemas.ts'

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

/** The back-test, as a part of the report file that is there only where it has something to say. */
export function backTestPart(backTests: readonly BackTest[]) {
  if (backTests.length === 0) return {}
  return {
    back_test: backTests.map(({ scope, group, limiter, days, lines, suggestion }) => ({
      scope,
      group,
      limiter,
      days,
      lines: [...lines],
      suggestion: suggestion && { in_force: suggestion.inForce, instead: suggestion.instead },
    })),
  }
}

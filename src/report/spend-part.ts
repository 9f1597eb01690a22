import * as z from 'zod'
import type { Spend } from '../judge/planning/spend.ts'
import { isoDay } from '../vocabulary/use/window.ts'
import { measuredBandSchema, ratio, transitionSchema } from './row-schemas.ts'

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

/** The spend cap, as a part of the report file that is there only where a cap and the cost are known. */
export function spendPart(spend: Spend | undefined) {
  if (!spend) return {}
  const { share, band, transition, reachedOn, capSource } = spend
  const date = reachedOn === null ? null : isoDay(reachedOn)
  return { spend: { share: Math.max(0, share), band, transition, reached_on: date, cap_source: capSource } }
}

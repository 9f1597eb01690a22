import type { Spend } from '../judge/planning/spend.ts'
import { isoDay } from '../vocabulary/use/window.ts'

/** The spend cap, as a part of the report file that is there only where a cap and the cost are known. */
export function spendPart(spend: Spend | undefined) {
  if (!spend) return {}
  const { share, band, transition, reachedOn, capSource } = spend
  const date = reachedOn === null ? null : isoDay(reachedOn)
  return { spend: { share: Math.max(0, share), band, transition, reached_on: date, cap_source: capSource } }
}

import * as z from 'zod'
import type { WhatIf, WhatIfRow } from '../judge/planning/what-if-minutes.ts'
import { isoTime } from '../vocabulary/use/window.ts'
import { count, groupSchema, ratio, scopeSchema, time } from './row-schemas.ts'

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

/** What if, as a part of the report file that is there only where something was asked and could be answered. */
export function whatIfPart(whatIf: WhatIf | undefined) {
  if (!whatIf || whatIf.changes.length === 0) return {}
  return { what_if: { changes: [...whatIf.changes], rows: whatIf.rows.map(rowOf) } }
}

function rowOf({ scope, group, limiter, before, after, lowerBound, crosses }: WhatIfRow) {
  return {
    scope,
    group,
    limiter,
    before: sideOf(before),
    after: sideOf(after),
    lower_bound: lowerBound,
    crosses: crosses.map(({ line, at }) => ({ line, at: isoTime(at) })),
  }
}

function sideOf({ limit, peak, peakAt, utilization }: WhatIfRow['before']) {
  return { limit, peak, peak_at: isoTime(peakAt), utilization }
}

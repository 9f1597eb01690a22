import type { WhatIf, WhatIfRow } from '../judge/planning/what-if-minutes.ts'
import { isoTime } from '../vocabulary/use/window.ts'

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

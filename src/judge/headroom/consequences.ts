import type { Consequence, Drift } from '../../vocabulary/drift.ts'
import { groupOf } from '../../vocabulary/groups.ts'
import type { LimitRef } from '../../vocabulary/limit-key.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'
import type { Window } from '../../vocabulary/window.ts'
import { effectiveLimit } from '../limits/effective.ts'
import { matchGroups } from '../limits/match.ts'
import type { Meters } from '../usage/meters.ts'
import { type Peak, peakOf, utilizationOf, windowSeries } from '../usage/peaks.ts'
import { unknownUse } from './unmeasured.ts'

type Context = {
  before: Snapshot
  after: Snapshot
  meters: Meters
  window: Window
  known: number
  peakWindow: 'minute' | 'hour'
  source: 'analytics' | 'legacy'
}

/**
 * What each drift does to headroom: the window's peak against what bound before and what binds now.
 * Where the limiter's type changed, each side is measured by its own counting rule.
 */
export function withConsequences(drift: readonly Drift[], context: Context): Drift[] {
  const { before, after } = context
  const match = matchGroups(before.groups, after.groups)
  return drift.map((item) => {
    if (!('limiter' in item)) return item
    const { scope, group, limiter } = item
    const now = groupOf(group, after.groups)
    const groupThen = (now && match.before(now)) ?? group
    const limiterThen = 'from' in item && item.from !== undefined ? item.from : limiter
    const peakThen = measured({ scope, group, limiter: limiterThen }, context)
    const peakNow = measured({ scope, group, limiter }, context)
    const consequence: Consequence = {
      peak: peakNow?.peak ?? null,
      before: ratio(peakThen, effectiveLimit(before, { scope, group: groupThen, limiter: limiterThen })),
      after: ratio(peakNow, effectiveLimit(after, { scope, group, limiter })),
    }
    return { ...item, consequence }
  })
}

function measured(limit: LimitRef, { meters, window, known, peakWindow, source }: Context): Peak | null {
  const meter = meters.find(limit)
  if (!meter || unknownUse(meter, { source, window, known }) !== null) return null
  return peakOf(windowSeries(meter.series, meters.grid, window, known), meter.rule, peakWindow)
}

function ratio(peak: Peak | null, limit: number | null): number | null {
  return peak === null || !limit ? null : utilizationOf(peak, limit)
}

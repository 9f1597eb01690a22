import type { Drift } from '../../report/report.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'
import type { Window } from '../../vocabulary/window.ts'
import { effectiveLimit } from '../limits/effective.ts'
import { groupOf, matchGroups } from '../limits/match.ts'
import type { Meters } from '../usage/meters.ts'
import { type Peak, peakOf, utilizationOf, windowSeries } from '../usage/peaks.ts'

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
    if (item.limiter === null) return item
    const group = groupOf({ ...item.group, models: [], limits: {} }, after.groups)
    const oldName = (group && match.before(group)) ?? item.group
    const typeBefore = item.from ?? item.limiter
    const peakBefore = peak(item, typeBefore, context)
    const peakAfter = peak(item, item.limiter, context)
    return {
      ...item,
      peak: peakAfter?.peak ?? null,
      utilization_before: ratio(peakBefore, effectiveLimit(before, item.scope, oldName, typeBefore)),
      utilization_after: ratio(peakAfter, effectiveLimit(after, item.scope, item.group, item.limiter)),
    }
  })
}

function peak(
  { scope, group }: Drift,
  limiter: string,
  { meters, window, known, peakWindow, source }: Context,
): Peak | null {
  const meter = meters.find(scope, group, limiter)
  const lacksRequests = source === 'legacy' && meter?.rule.counts.includes('requests')
  if (!meter || meter.hasUnknownRequests || lacksRequests) return null
  const series = windowSeries(meter.series, meters.grid, window, known)
  return series.knownMinutes === 0 ? null : peakOf(series, meter.rule, peakWindow)
}

function ratio(peak: Peak | null, limit: number | null): number | null {
  return peak === null || !limit ? null : utilizationOf(peak, limit)
}

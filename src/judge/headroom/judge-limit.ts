import type { Use } from '../../vocabulary/drift.ts'
import type { Group } from '../../vocabulary/limits/groups.ts'
import type { LimitRef } from '../../vocabulary/limits/limit-key.ts'
import { knownFor, type LimiterRule } from '../../vocabulary/limits/limiters.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import type { Span } from '../../vocabulary/use/window.ts'
import { effectiveLimit } from '../limits/effective.ts'
import type { Meter } from '../usage/meters.ts'
import { type MinuteSeries, type Peak, peakOf, utilizationOf, windowSeries } from '../usage/peaks.ts'
import { type KnownUse, unmeasuredReason } from './unmeasured.ts'

/** How minutes are judged: the span, what is known of it, and the series' own span. */
export type Minutes = KnownUse & { grid: Span; peakWindow: 'minute' | 'hour' }

export type Judgement =
  | { kind: 'unmeasured'; limit: number | null; reason: string }
  | { kind: 'measured'; limit: number; rule: LimiterRule; series: MinuteSeries; peak: Peak; utilization: number }

/** Peak ÷ limit of one limit over a span, or why it cannot be told. */
export function judgeLimit(
  judged: { group: Group; limiter: string; limit: number | null },
  meter: Meter | undefined,
  minutes: Minutes,
): Judgement {
  const { limit } = judged
  const reason = unmeasuredReason(judged, minutes, meter)
  if (reason !== null || !meter || !limit) return { kind: 'unmeasured', limit, reason: reason ?? '' }
  const series = windowSeries(meter.series, minutes.grid, minutes.span, knownFor(meter.rule, minutes.known))
  const peak = peakOf(series, meter.rule, minutes.peakWindow)
  return { kind: 'measured', limit, rule: meter.rule, series, peak, utilization: utilizationOf(peak, limit) }
}

/** A snapshot, and the meters that count by its make-up of groups. */
export type Side = { snapshot: Snapshot; meterOf: (limit: LimitRef) => Meter | undefined }

/** How these minutes would have been judged under that snapshot: by its limit, with its models in the group. */
export function useUnder({ snapshot, meterOf }: Side, limit: LimitRef | null, minutes: Minutes): Use {
  const value = limit && effectiveLimit(snapshot, limit)
  if (!limit || value === null) return { kind: 'none' }
  const judgement = judgeLimit({ ...limit, limit: value }, meterOf(limit), minutes)
  if (judgement.kind === 'unmeasured') return { kind: 'unmeasured', limit: value, reason: judgement.reason }
  return { kind: 'measured', limit: value, peak: judgement.peak.peak, utilization: judgement.utilization }
}

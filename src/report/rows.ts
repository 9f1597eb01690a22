import type { GroupView } from '../judge/headroom/group-views.ts'
import type { Drift } from '../vocabulary/drift.ts'
import { isMeasured, isRefused, type MeasuredVerdict, type Verdict } from '../vocabulary/verdict.ts'
import { isoTime } from '../vocabulary/window.ts'
import { refusedPart } from './refused-rows.ts'
import type { DriftRow, GroupViewRow, VerdictRow } from './report.ts'

/** Verdicts, drift and views as the rows of the report file. */

export function verdictRow(verdict: Verdict): VerdictRow {
  const { scope, group, limiter, configured, limitSource, lowerBound, thresholds } = verdict
  const base = { scope, group: { type: group.type, name: group.name }, limiter }
  const judgedBy = { configured, limit_source: limitSource, lower_bound: lowerBound }
  const own = thresholds && { thresholds }
  if (isMeasured(verdict)) return { ...base, ...judgedBy, ...figures(verdict), ...own }
  if (isRefused(verdict)) {
    const { limit, band, transition, refused, muted } = verdict
    const alert = { limit, band, transition, reason: 'refused' as const, refused: refusedPart(refused) }
    return { ...base, ...judgedBy, ...NO_FIGURES, ...alert, ...(muted && { muted }) }
  }
  const { limit, band, reason } = verdict
  return { ...base, ...judgedBy, ...NO_FIGURES, limit, band, reason, ...own }
}

const NO_FIGURES = {
  peak: null,
  peak_at: null,
  bracket: null,
  p99: null,
  minutes_over_threshold: null,
  utilization: null,
  transition: null,
  clipped: null,
  previous: null,
  hourly: null,
  drivers: null,
} as const

function figures(verdict: MeasuredVerdict) {
  const { limit, peak, peakAt, bracket, p99, minutesOverThreshold, utilization, band, transition } = verdict
  const { clipped, previous, hourly, drivers, lowestRemaining, requestId, muted } = verdict
  return {
    limit,
    peak,
    peak_at: isoTime(peakAt),
    bracket,
    p99,
    minutes_over_threshold: minutesOverThreshold,
    utilization,
    band,
    transition,
    reason: null,
    clipped: clipped && { from: isoTime(clipped.from), minutes: clipped.minutes },
    previous,
    hourly: hourly && [...hourly],
    drivers: drivers && {
      workspaces: [...drivers.workspaces],
      models: [...drivers.models],
      api_keys: [...drivers.apiKeys],
    },
    ...(lowestRemaining !== undefined && { lowest_remaining: lowestRemaining }),
    ...(requestId !== undefined && { request_id: requestId }),
    ...(muted && { muted }),
  }
}

export function driftRow(drift: Drift): DriftRow {
  const consequence = 'consequence' in drift ? drift.consequence : undefined
  return {
    class: drift.class,
    scope: drift.scope,
    group: drift.group,
    limiter: 'limiter' in drift ? drift.limiter : null,
    before: 'before' in drift ? drift.before : null,
    after: 'after' in drift ? drift.after : null,
    utilization_before: consequence?.before ?? null,
    utilization_after: consequence?.after ?? null,
    peak: consequence?.peak ?? null,
    model: 'model' in drift ? drift.model : null,
    from: ('from' in drift ? drift.from : null) ?? null,
    ...(drift.intended !== undefined && { intended: drift.intended }),
    ...(drift.at !== undefined && { at: isoTime(drift.at) }),
  }
}

export function groupViewRow({ scope, group, binds, cache }: GroupView): GroupViewRow {
  return {
    scope,
    group: { type: group.type, name: group.name },
    binds: [...binds],
    cache: cache && {
      read_share: cache.readShare,
      stretch: cache.stretch,
      hourly_read_share: [...cache.hourlyReadShare],
    },
  }
}

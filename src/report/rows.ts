import type { GroupView } from '../judge/headroom/group-views.ts'
import type { Consequence, Drift, Use } from '../vocabulary/drift.ts'
import { sameLimit } from '../vocabulary/limits/limit-key.ts'
import type { Accounting } from '../vocabulary/use/accounting.ts'
import { isoTime } from '../vocabulary/use/window.ts'
import { type Drivers, isMeasured, isRefused, type MeasuredVerdict, type Verdict } from '../vocabulary/verdict.ts'
import { refusedPart } from './refused-rows.ts'
import type { AccountingPart, ConsequenceRow, DriftRow, DriversPart, GroupViewRow, VerdictRow } from './report.ts'

/** Verdicts, drift and views as the rows of the report file. */

export function verdictRow(verdict: Verdict): VerdictRow {
  const { scope, group, limiter, configured, limitSource, lowerBound, thresholds } = verdict
  const base = { scope, group: { type: group.type, name: group.name }, limiter }
  const judgedBy = { configured, limit_source: limitSource, lower_bound: lowerBound }
  const own = thresholds && { thresholds }
  const ofLive = verdict.live && {
    known_until: isoTime(verdict.live.knownUntil),
    missing_minutes: verdict.live.missingMinutes,
  }
  if (isMeasured(verdict)) return { ...base, ...judgedBy, ...figures(verdict), ...own, ...ofLive }
  if (isRefused(verdict)) {
    const { limit, band, transition, refused, muted } = verdict
    const alert = { limit, band, transition, reason: 'refused' as const, refused: refusedPart(refused) }
    return { ...base, ...judgedBy, ...NO_FIGURES, ...alert, ...(muted && { muted }) }
  }
  const { limit, band, reason, soFar } = verdict
  const so_far = soFar && { peak: soFar.peak, peak_at: isoTime(soFar.peakAt), utilization: soFar.utilization }
  return { ...base, ...judgedBy, ...NO_FIGURES, limit, band, reason, ...own, ...ofLive, ...(so_far && { so_far }) }
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
  const { steady, clipped, previous, hourly, drivers, lowestRemaining, requestId, muted } = verdict
  return {
    limit,
    peak,
    peak_at: isoTime(peakAt),
    bracket,
    p99,
    ...(steady !== undefined && { steady }),
    minutes_over_threshold: minutesOverThreshold,
    utilization,
    band,
    transition,
    reason: null,
    clipped: clipped && { from: isoTime(clipped.from), minutes: clipped.minutes },
    previous,
    hourly: hourly && [...hourly],
    drivers: driversPart(drivers),
    ...(lowestRemaining !== undefined && { lowest_remaining: lowestRemaining }),
    ...(requestId !== undefined && { request_id: requestId }),
    ...(muted && { muted }),
  }
}

export function driversPart(drivers: Drivers | null): DriversPart | null {
  if (!drivers) return null
  const { workspaces, models, apiKeys } = drivers
  return { workspaces: [...workspaces], models: [...models], api_keys: [...apiKeys] }
}

export function accountingRow(accounting: Accounting): AccountingPart {
  const { tokens, requests, parts, unclaimedShare, unmutedShare, newlyUnclaimed, reconciled } = accounting
  return {
    tokens,
    requests,
    parts: parts.map((part) => ({ ...part, of: [...part.of] })),
    unclaimed_share: unclaimedShare,
    unmuted_share: unmutedShare,
    newly_unclaimed: [...newlyUnclaimed],
    reconciled,
  }
}

export function driftRow(drift: Drift): DriftRow {
  const own = 'limiter' in drift ? drift.consequences.find((consequence) => sameLimit(consequence, drift)) : undefined
  const ratioOf = (use: Use | undefined) => (use?.kind === 'measured' ? use.utilization : null)
  return {
    class: drift.class,
    scope: drift.scope,
    group: 'group' in drift ? drift.group : null,
    limiter: 'limiter' in drift ? drift.limiter : null,
    before: 'before' in drift ? drift.before : null,
    after: 'after' in drift ? drift.after : null,
    utilization_before: ratioOf(own?.before),
    utilization_after: ratioOf(own?.after),
    peak: peakOf(own),
    consequences: drift.consequences.map(consequenceRow),
    model: 'model' in drift ? drift.model : null,
    from: ('from' in drift ? drift.from : null) ?? null,
    ...('inherited' in drift && { inherited: drift.inherited }),
    ...('models' in drift && { models: [...drift.models] }),
    ...('unlisted' in drift && { unlisted_models: [...drift.unlisted] }),
    ...('limits' in drift && {
      limits: Object.entries(drift.limits).map(([limiter, limit]) => ({ limiter, limit })),
    }),
    ...(drift.intended !== undefined && { intended: drift.intended }),
    ...(drift.at !== undefined && { at: isoTime(drift.at) }),
    ...changedByCells(drift),
  }
}

function changedByCells({ changedBy }: Drift): Pick<DriftRow, 'changed_by' | 'candidates'> {
  if (!changedBy) return {}
  const records = changedBy.records.map(({ kind, id, name, at }) => ({ kind, id, name, at: isoTime(at) }))
  return records.length > 1 ? { changed_by: null, candidates: records } : { changed_by: records[0] ?? null }
}

/** The peak by the groups of now; of a limit that is gone, by those of before. */
function peakOf(consequence: Consequence | undefined): number | null {
  if (consequence?.after.kind === 'measured') return consequence.after.peak
  return consequence?.before.kind === 'measured' ? consequence.before.peak : null
}

export function consequenceRow({ scope, group, limiter, before, after }: Consequence): ConsequenceRow {
  const figuresOf = (use: Use) =>
    use.kind === 'measured' ? { limit: use.limit, peak: use.peak, utilization: use.utilization } : null
  const unmeasured = [after, before].find((use) => use.kind === 'unmeasured')
  return {
    scope,
    group: { type: group.type, name: group.name },
    limiter,
    before: figuresOf(before),
    after: figuresOf(after),
    ...(unmeasured && { reason: unmeasured.reason }),
  }
}

export function groupViewRow({ scope, group, binds, cache, use }: GroupView): GroupViewRow {
  return {
    scope,
    group: { type: group.type, name: group.name },
    binds: [...binds],
    cache: cache && {
      read_share: cache.readShare,
      stretch: cache.stretch,
      hourly_read_share: [...cache.hourlyReadShare],
      hourly_input: [...cache.hourlyInput],
    },
    ...(use && { use: { requests: use.requests, input_tokens: use.input, output_tokens: use.output } }),
  }
}

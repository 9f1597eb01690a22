import type { RefusalCounts } from '../../collect/headers-log/refusals.ts'
import type { LimiterReading, RefusalReading, Use } from '../../collect/headers-log/window-reading.ts'
import { MODEL_GROUP } from '../../vocabulary/limits/groups.ts'
import type { Scope } from '../../vocabulary/scope.ts'
import type {
  MeasuredVerdict,
  RefusalsByKind,
  Refused,
  RefusedVerdict,
  Thresholds,
  Verdict,
} from '../../vocabulary/verdict.ts'
import { bandOf, transitionOf } from '../headroom/bands.ts'
import { limitNow } from './seen-limits.ts'

/** What verdicts from a log are made of. */
type LogEvidence = {
  readings: readonly LimiterReading[]
  /** The same log, read for the window one day earlier; null: not known. */
  earlier: readonly LimiterReading[] | null
  /** The lines of the inputs; a row that `thresholdsOf` gives others carries them. */
  thresholds: Thresholds
  thresholdsOf: (limit: { scope: Scope; model: string; limiter: string }) => Thresholds
  scopeOf: (reading: { workspaceId: string | null }) => Scope
  /** Whether every line of the log could be read. */
  isComplete: boolean
}

/** One verdict for each limiter in the log: the response that had used most of the limit that it named itself. */
export function logVerdicts(evidence: LogEvidence): Verdict[] {
  const { readings, earlier, thresholds: ofInputs, thresholdsOf, scopeOf, isComplete } = evidence
  const uses = new Map(earlier?.map((reading) => [keyOf(reading), reading.use]))
  return readings.map((reading): Verdict => {
    const { model, limiter, latest, use } = reading
    const scope = scopeOf(reading)
    const thresholds = thresholdsOf({ scope, model, limiter })
    const areOwn = thresholds.alert !== ofInputs.alert || thresholds.watch !== ofInputs.watch
    const base = { ...baseOf(reading, scope), limiter, configured: limitNow(reading), ...(areOwn && { thresholds }) }
    if (!use) return { ...base, band: 'unmeasured', limit: latest, reason: reasonOf(reading) }
    const { used: peak, limit, at, requestId } = use.peak
    const utilization = peak / limit
    const band = bandOf(utilization, thresholds)
    const previous = previousOf(uses.get(keyOf(reading)) ?? null, thresholds)
    return {
      ...base,
      limit,
      peak,
      peakAt: at,
      bracket: null,
      p99: null,
      minutesOverThreshold: use.minutesAtOrOver(thresholds.alert),
      utilization,
      band,
      // Where the time before is not in the log, nothing may be lost as old news.
      transition: transitionOf(band, previous?.band ?? null, isComplete),
      previous,
      hourly: use.hourly,
      clipped: null,
      drivers: null,
      lowestRemaining: use.lowestRemaining,
      ...(requestId !== null && { requestId }),
    }
  })
}

function reasonOf({ limits }: LimiterReading): string {
  if (limits.length > 0 && limits.every(({ limit }) => limit === 0))
    return 'the limit is 0: there is nothing to divide by'
  return limits.length === 0
    ? 'no response in the window names this limit'
    : 'no response in the window says what was left of this limit'
}

function baseOf({ model }: { model: string }, scope: Scope) {
  return { scope, group: { type: MODEL_GROUP, name: model }, limitSource: scope.type, lowerBound: false }
}

function previousOf(use: Use | null, thresholds: Thresholds): MeasuredVerdict['previous'] {
  if (!use) return null
  const { used: peak, limit } = use.peak
  const utilization = peak / limit
  return { peak, limit, utilization, band: bandOf(utilization, thresholds) }
}

/** One alert for each model (in each workspace) whose requests were refused, whatever was used of its limits. */
export function refusedVerdicts(
  refusals: readonly RefusalReading[],
  earlier: readonly RefusalReading[] | null,
  scopeOf: (reading: { workspaceId: string | null }) => Scope,
): RefusedVerdict[] {
  const before = new Set(earlier?.map(({ workspaceId, model }) => keyOf({ workspaceId, model, limiter: REFUSED })))
  return refusals.map((refusal) => ({
    ...baseOf(refusal, scopeOf(refusal)),
    limiter: REFUSED,
    configured: null,
    limit: null,
    band: 'alert',
    transition: before.has(keyOf({ ...refusal, limiter: REFUSED })) ? 'continuing' : 'new',
    refused: refusedOf(refusal),
  }))
}

const REFUSED = 'refused'

function refusedOf({ counts, first, last, worst, retryAfter, hours }: RefusalReading): Refused {
  const byKind = byKindOf(counts)
  return {
    ...byKind,
    requests: Object.values(byKind).reduce((sum, number) => sum + number, 0),
    first,
    last,
    worst: { at: worst.at, requests: worst.count },
    retryAfter,
    hours: hours.map((hour) => ({ at: hour.at, ...byKindOf(hour.counts) })),
  }
}

function byKindOf(counts: RefusalCounts): RefusalsByKind {
  return {
    rateLimit: counts.rate_limit,
    acceleration: counts.acceleration,
    spendCap: counts.spend_cap,
    notTold: counts.not_told,
  }
}

function keyOf({
  workspaceId,
  model,
  limiter,
}: {
  workspaceId: string | null
  model: string
  limiter: string
}): string {
  return JSON.stringify([workspaceId, model, limiter])
}

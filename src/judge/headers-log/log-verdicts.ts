import type { LimiterReading, Use } from '../../collect/headers-log/reading.ts'
import { MODEL_GROUP } from '../../vocabulary/groups.ts'
import type { Scope } from '../../vocabulary/scope.ts'
import type { MeasuredVerdict, Thresholds, Verdict } from '../../vocabulary/verdict.ts'
import { bandOf, transitionOf } from '../headroom/bands.ts'
import { compareVerdicts } from '../headroom/verdicts.ts'

const MINUTES_PER_HOUR = 60

/** What verdicts from a log are made of. */
type LogEvidence = {
  readings: readonly LimiterReading[]
  /** The same log, read for the window one day earlier. */
  earlier: readonly LimiterReading[]
  /** The lines of the inputs; a row that `linesOf` gives others carries them. */
  thresholds: Thresholds
  thresholdsOf: (limit: { scope: Scope; model: string; limiter: string }) => Thresholds
  scopeOf: (reading: LimiterReading) => Scope
  /** Whether every line of the log could be read. */
  isComplete: boolean
}

/** One verdict for each limiter in the log: the most that was used up at once, against the latest limit. */
export function logVerdicts(evidence: LogEvidence): Verdict[] {
  const { readings, earlier, thresholds: ofInputs, thresholdsOf, scopeOf, isComplete } = evidence
  const dayBefore = new Map(earlier.map((reading) => [keyOf(reading), reading.use]))
  return readings
    .map((reading): Verdict => {
      const { model, limiter, limit, use } = reading
      const scope = scopeOf(reading)
      const thresholds = thresholdsOf({ scope, model, limiter })
      const areOwn = thresholds.alert !== ofInputs.alert || thresholds.watch !== ofInputs.watch
      const base = { ...baseOf(reading, scope), ...(areOwn && { thresholds }) }
      if (limit === 0) return { ...base, band: 'unmeasured', reason: 'the limit is 0: there is nothing to divide by' }
      if (!use)
        return { ...base, band: 'unmeasured', reason: 'no response in the window says what was left of this limit' }
      const utilization = use.peak / limit
      const band = bandOf(utilization, thresholds)
      const previous = previousOf(dayBefore.get(keyOf(reading)) ?? null, limit, thresholds)
      return {
        ...base,
        peak: use.peak,
        peakAt: use.at,
        bracket: null,
        p99: null,
        minutesOverThreshold: use.minutes.reduce((sum, used) => sum + Number(used / limit >= thresholds.alert), 0),
        utilization,
        band,
        transition: transitionOf(band, previous?.band ?? null, isComplete),
        previous,
        hourly: hourly(use),
        clipped: null,
        drivers: null,
        lowestRemaining: use.lowestRemaining,
      }
    })
    .sort(compareVerdicts)
}

function baseOf({ model, limiter, limit }: LimiterReading, scope: Scope) {
  return {
    scope,
    group: { type: MODEL_GROUP, name: model },
    limiter,
    limit,
    configured: limit,
    limitSource: scope.type,
    lowerBound: false,
  }
}

function previousOf(use: Use | null, limit: number, thresholds: Thresholds): MeasuredVerdict['previous'] {
  if (!use) return null
  const utilization = use.peak / limit
  return { peak: use.peak, limit, utilization, band: bandOf(utilization, thresholds) }
}

/** An hour without a response is not known: nothing was asked, or nothing was logged. */
function hourly({ minutes }: Use): (number | null)[] {
  return Array.from({ length: minutes.length / MINUTES_PER_HOUR }, (_, hour) => {
    const known = minutes
      .subarray(hour * MINUTES_PER_HOUR, (hour + 1) * MINUTES_PER_HOUR)
      .filter((used) => !Number.isNaN(used))
    return known.length === 0 ? null : Math.max(...known)
  })
}

function keyOf({ workspaceId, model, limiter }: LimiterReading): string {
  return JSON.stringify([workspaceId, model, limiter])
}

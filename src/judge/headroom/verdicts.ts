import type { UnreadableWorkspace } from '../../vocabulary/groups.ts'
import { groupOf } from '../../vocabulary/groups.ts'
import type { LimitRef } from '../../vocabulary/limit-key.ts'
import { limiterRule } from '../../vocabulary/limiters.ts'
import { compareText } from '../../vocabulary/order.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'
import type { MeasuredVerdict, Thresholds, UnmeasuredVerdict, Verdict } from '../../vocabulary/verdict.ts'
import type { Window } from '../../vocabulary/window.ts'
import { effectiveLimit, type JudgedLimiter } from '../limits/effective.ts'
import { matchGroups } from '../limits/match.ts'
import type { Meter, Meters } from '../usage/meters.ts'
import {
  bracketOf,
  clippedRun,
  dayEarlier,
  hourlyPeaks,
  minutesAtOrOver,
  p99Of,
  peakOf,
  utilizationOf,
  windowSeries,
} from '../usage/peaks.ts'
import { bandOf, transitionOf } from './bands.ts'
import { unmeasuredReason } from './unmeasured.ts'

/** What the verdicts are made of: limits, use, and the lines to judge by. */
export type Evidence = {
  judged: readonly JudgedLimiter[]
  /** Limits of the committed snapshot; the day before is judged by them. Null on the first run. */
  committed: Snapshot | null
  current: Snapshot
  meters: Meters
  window: Window
  /** Usage is complete up to here (UTC ms). */
  known: number
  source: 'analytics' | 'legacy'
  thresholds: Thresholds
  /** The lines of one limit, where they are not `thresholds` for all. */
  thresholdsOf?: (judged: JudgedLimiter) => Thresholds
  peakWindow: 'minute' | 'hour'
  /** Limits of which some use is known to be missing from the minutes: their peaks are at least what was seen. */
  isAtLeast?: (limit: JudgedLimiter) => boolean
}

/** One verdict for each judged limiter, in the order of the report. */
export function judge(evidence: Evidence): Verdict[] {
  const previousLimit = previousLimits(evidence)
  return evidence.judged.map((limiter) => judgeOne(limiter, evidence, previousLimit(limiter))).sort(compareVerdicts)
}

function judgeOne(judged: JudgedLimiter, evidence: Evidence, previousLimit: number | null): Verdict {
  const { scope, group, limiter, limit, configured, source } = judged
  const { meters, window, known, peakWindow } = evidence
  const thresholds = evidence.thresholdsOf?.(judged) ?? evidence.thresholds
  const areOwn = thresholds.alert !== evidence.thresholds.alert || thresholds.watch !== evidence.thresholds.watch
  const atLeast = evidence.isAtLeast?.(judged) ?? false
  const base = {
    scope,
    group: { type: group.type, name: group.name },
    limiter,
    configured,
    limitSource: source,
    lowerBound: atLeast || (limiterRule(group.type, limiter)?.lowerBound ?? false),
    ...(areOwn && { thresholds }),
  } as const
  const meter = meters.find(judged)
  const reason = unmeasuredReason(judged, evidence, meter)
  if (reason !== null || !meter || !limit) return { ...base, limit, band: 'unmeasured', reason: reason ?? '' }

  const series = windowSeries(meter.series, meters.grid, window, known)
  const { rule } = meter
  const peak = peakOf(series, rule, peakWindow)
  const utilization = utilizationOf(peak, limit)
  const band = bandOf(utilization, thresholds)
  const previous = previousOf(meter, { ...evidence, thresholds }, previousLimit ?? limit)
  const isComplete = series.knownMinutes === series.minutes && !atLeast
  const isDaily = rule.per === 'day'
  return {
    ...base,
    limit,
    peak: peak.peak,
    peakAt: peak.peakAt,
    bracket: isDaily ? null : bracketOf(series, rule),
    p99: isDaily ? null : p99Of(series, rule),
    minutesOverThreshold: isDaily ? null : minutesAtOrOver(series, rule, limit, thresholds.alert),
    utilization,
    band,
    transition: transitionOf(band, previous?.band ?? null, isComplete),
    clipped: isDaily || rule.lowerBound ? null : clippedRun(series, rule, limit),
    previous,
    hourly: isDaily ? null : hourlyPeaks(series, rule),
    drivers: null,
  }
}

/** The same series one day earlier, judged by the limit of then; null where that day was not read. */
function previousOf(
  meter: Meter,
  { meters, window, known, thresholds, peakWindow }: Evidence,
  limit: number,
): MeasuredVerdict['previous'] {
  if (!window.hasDayBefore || limit <= 0) return null
  const earlier = windowSeries(meter.series, meters.grid, dayEarlier(window), known)
  if (earlier.knownMinutes === 0) return null
  const peak = peakOf(earlier, meter.rule, peakWindow)
  const utilization = utilizationOf(peak, limit)
  return { peak: peak.peak, limit, utilization, band: bandOf(utilization, thresholds) }
}

/** The limit that bound a limiter according to the committed snapshot; groups are found by their content there. */
function previousLimits({ committed, current }: Evidence): (judged: JudgedLimiter) => number | null {
  if (!committed) return () => null
  const match = matchGroups(committed.groups, current.groups)
  return ({ scope, group, limiter }) => {
    const now = groupOf(group, current.groups)
    return effectiveLimit(committed, { scope, group: (now && match.before(now)) ?? group, limiter })
  }
}

/** A row for each override last known of a workspace whose limits could not be read; none where none was known. */
export function unreadableVerdicts(
  unreadable: readonly UnreadableWorkspace[],
  committed: Snapshot | null,
): UnmeasuredVerdict[] {
  return unreadable.flatMap(({ workspace, error }) => {
    const overrides = committed?.workspaces.find(({ id }) => id === workspace.id)?.overrides ?? []
    return overrides.flatMap((group) =>
      Object.keys(group.limits).map(
        (limiter): UnmeasuredVerdict => ({
          scope: { type: 'workspace', id: workspace.id, name: workspace.name },
          group: { type: group.type, name: group.name },
          limiter,
          limit: null,
          configured: null,
          limitSource: 'workspace',
          lowerBound: false,
          band: 'unmeasured',
          reason: `the limits of this workspace could not be read: ${error}`,
        }),
      ),
    )
  })
}

/** Organization first, then workspaces by name; groups by type, then name; limiters by name. */
export function compareVerdicts(a: LimitRef, b: LimitRef): number {
  const nameOf = ({ scope }: LimitRef) => (scope.type === 'organization' ? '' : `${scope.name}\n${scope.id}`)
  return (
    compareText(a.scope.type, b.scope.type) ||
    compareText(nameOf(a), nameOf(b)) ||
    compareText(a.group.type, b.group.type) ||
    compareText(a.group.name, b.group.name) ||
    compareText(a.limiter, b.limiter)
  )
}

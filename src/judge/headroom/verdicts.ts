import type { Use } from '../../vocabulary/drift.ts'
import { percent, plural } from '../../vocabulary/figures.ts'
import type { UnreadableWorkspace } from '../../vocabulary/limits/groups.ts'
import type { LimitRef } from '../../vocabulary/limits/limit-key.ts'
import { limiterRule } from '../../vocabulary/limits/limiters.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { compareText } from '../../vocabulary/order.ts'
import { isoTime, type KnownUntil, MINUTE, type Window } from '../../vocabulary/use/window.ts'
import type { Thresholds, UnmeasuredVerdict, Verdict } from '../../vocabulary/verdict.ts'
import { counterparts, limitBefore } from '../limits/counterparts.ts'
import { configuredLimit, type JudgedLimiter } from '../limits/effective.ts'
import type { Meters } from '../usage/meters.ts'
import { bracketOf, clippedRun, hourlyPeaks, minutesAtOrOver, p99Of, steadyUse } from '../usage/peaks.ts'
import { bandOf, transitionOf } from './bands.ts'
import { type Judgement, judgeLimit, useUnder } from './judge-limit.ts'

/** What the verdicts are made of: limits, use, and the lines to judge by. */
export type Evidence = {
  judged: readonly JudgedLimiter[]
  /** The committed snapshot, by whose limits and make-up the time before is judged. Null where none is known: then by those of now. */
  committed: Snapshot | null
  current: Snapshot
  meters: Meters
  window: Window
  known: KnownUntil
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
  const useBefore = usesBefore(evidence)
  return evidence.judged.map((limiter) => judgeOne(limiter, evidence, useBefore)).sort(compareVerdicts)
}

/** From half on Anthropic considers an increase, and asks for it. */
const STEADY_FROM = 0.5

function judgeOne(judged: JudgedLimiter, evidence: Evidence, useBefore: (judged: JudgedLimiter) => Use): Verdict {
  const { scope, group, limiter, configured, source } = judged
  const { meters, window, peakWindow, known } = evidence
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
  const minutes = { span: window, known, source: evidence.source, grid: meters.grid, peakWindow }
  const judgement = judgeLimit(judged, meters.find(judged), minutes)
  if (judgement.kind === 'unmeasured')
    return { ...base, limit: judgement.limit, band: 'unmeasured', reason: judgement.reason }

  const { limit, rule, series, utilization } = judgement
  const band = bandOf(utilization, thresholds)
  if (window.isLive) {
    const missing = series.minutes - series.knownMinutes
    const live = { knownUntil: window.start + series.knownMinutes * MINUTE, missingMinutes: missing }
    if (band === 'ok' && missing > 0) return notYet({ ...base, live }, judgement, thresholds)
    return {
      ...base,
      live,
      lowerBound: base.lowerBound || missing > 0,
      limit,
      band,
      utilization,
      ...ofSeries(judgement, thresholds),
      transition: null,
      previous: null,
      // Its hours are not those of the clock.
      hourly: null,
    }
  }
  const before = useBefore(judged)
  const previous =
    before.kind === 'measured'
      ? {
          peak: before.peak,
          limit: before.limit,
          utilization: before.utilization,
          band: bandOf(before.utilization, thresholds),
        }
      : null
  const isComplete = series.knownMinutes === series.minutes && !atLeast
  return {
    ...base,
    limit,
    utilization,
    band,
    ...ofSeries(judgement, thresholds),
    transition: transitionOf(band, previous?.band ?? null, isComplete),
    previous,
    ...(rule.per !== 'day' && utilization >= STEADY_FROM && { steady: steadyUse(series, rule) ?? 0 }),
    hourly: rule.per === 'day' ? null : hourlyPeaks(series, rule),
  }
}

type Measured = Extract<Judgement, { kind: 'measured' }>

/** The figures of the series alone. */
function ofSeries({ limit, rule, series, peak: { peak, peakAt } }: Measured, { alert }: Thresholds) {
  const isDaily = rule.per === 'day'
  return {
    peak,
    peakAt,
    bracket: isDaily ? null : bracketOf(series, rule),
    p99: isDaily ? null : p99Of(series, rule),
    minutesOverThreshold: isDaily ? null : minutesAtOrOver(series, rule, limit, alert),
    clipped: isDaily || rule.lowerBound ? null : clippedRun(series, rule, limit),
    drivers: null,
  }
}

/** Below the watch line as far as is known is no verdict: the minutes that are missing could hold more. */
function notYet<Base extends Pick<UnmeasuredVerdict, 'live'>>(
  base: Base,
  { limit, peak: { peak, peakAt }, utilization }: Measured,
  { watch, alert }: Thresholds,
) {
  const { knownUntil = 0, missingMinutes = 0 } = base.live ?? {}
  const reason = `${percent(utilization, [watch, alert])} at most until ${isoTime(knownUntil)}; ${plural(missingMinutes, 'minute')} after that ${missingMinutes === 1 ? 'is' : 'are'} not in yet`
  return { ...base, limit, band: 'unmeasured' as const, reason, soFar: { peak, peakAt, utilization } }
}

/**
 * The time before, as a run of that time would have judged it: by the limits and the make-up of the committed snapshot. A
 * limit that it does not know has no time before; one that a workspace inherited then had no verdict of its own.
 */
function usesBefore({ committed, current, meters, window, known, source, peakWindow }: Evidence) {
  const span = window.earlier
  if (!span) return (): Use => ({ kind: 'none' })
  const minutes = { span, known, source, grid: meters.grid, peakWindow }
  if (!committed)
    return (judged: JudgedLimiter) => useUnder({ snapshot: current, meterOf: meters.find }, judged, minutes)
  const between = counterparts(committed, current)
  return (judged: JudgedLimiter): Use => {
    const limit = limitBefore(judged, between)
    if (!limit || configuredLimit(committed, limit) === null) return { kind: 'none' }
    return useUnder({ snapshot: committed, meterOf: meters.findBefore }, limit, minutes)
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

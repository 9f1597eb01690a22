import type { Scope, Verdict } from '../../report/report.ts'
import type { UnreadableWorkspace } from '../../vocabulary/groups.ts'
import { limiterRule } from '../../vocabulary/limiters.ts'
import { compareText } from '../../vocabulary/order.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'
import { isoTime, type Window } from '../../vocabulary/window.ts'
import { effectiveLimit, type JudgedLimiter } from '../limits/effective.ts'
import { matchGroups } from '../limits/match.ts'
import type { Meter, Meters } from '../usage/meters.ts'
import {
  bracketOf,
  clippedRun,
  dayEarlier,
  hourlyPeaks,
  type MinuteSeries,
  minutesAtOrOver,
  p99Of,
  peakOf,
  utilizationOf,
  windowSeries,
} from '../usage/peaks.ts'
import { bandOf, type Thresholds, transitionOf } from './bands.ts'

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
  linesOf?: (judged: JudgedLimiter) => Thresholds
  peakWindow: 'minute' | 'hour'
}

/** One verdict for each judged limiter, in the order of the report. */
export function judge(evidence: Evidence): Verdict[] {
  const previousLimit = previousLimits(evidence)
  return evidence.judged.map((limiter) => verdictOf(limiter, evidence, previousLimit(limiter))).sort(compareVerdicts)
}

function verdictOf(judged: JudgedLimiter, evidence: Evidence, previousLimit: number | null): Verdict {
  const { scope, group, limiter, limit, configured, source } = judged
  const { meters, window, known, peakWindow } = evidence
  const thresholds = evidence.linesOf?.(judged) ?? evidence.thresholds
  const areOwn = thresholds.alert !== evidence.thresholds.alert || thresholds.watch !== evidence.thresholds.watch
  const base = {
    scope,
    group: { type: group.type, name: group.name },
    limiter,
    limit,
    configured,
    limit_source: source,
    lower_bound: limiterRule(group.type, limiter)?.lowerBound ?? false,
    drivers: null,
    ...(areOwn && { thresholds }),
  } as const
  const meter = meters.find(scope, group, limiter)
  const series = windowSeries(meter?.series ?? null, meters.grid, window, known)
  const reason = unmeasuredReason(judged, evidence, meter, series)
  if (reason !== null || !meter || !limit) return { ...base, ...UNMEASURED, reason }

  const { rule } = meter
  const peak = peakOf(series, rule, peakWindow)
  const utilization = utilizationOf(peak, limit)
  const band = bandOf(utilization, thresholds)
  const previous = previousOf(meter, { ...evidence, thresholds }, previousLimit ?? limit)
  const isComplete = series.knownMinutes === series.minutes
  const isDaily = rule.per === 'day'
  const clipped = isDaily || rule.lowerBound ? null : clippedRun(series, rule, limit)
  return {
    ...base,
    peak: peak.peak,
    peak_at: isoTime(peak.peakAt),
    bracket: isDaily ? null : bracketOf(series, rule),
    p99: isDaily ? null : p99Of(series, rule),
    minutes_over_threshold: isDaily ? null : minutesAtOrOver(series, rule, limit, thresholds.alert),
    utilization,
    band,
    transition: transitionOf(band, previous?.band ?? null, isComplete),
    reason: null,
    clipped: clipped && { from: isoTime(clipped.from), minutes: clipped.minutes },
    previous,
    hourly: isDaily ? null : hourlyPeaks(series, rule),
  }
}

/** What stands for the figures in a row that has none; its reason is to be added. */
export const UNMEASURED = {
  peak: null,
  peak_at: null,
  bracket: null,
  p99: null,
  minutes_over_threshold: null,
  utilization: null,
  band: 'unmeasured',
  transition: null,
  clipped: null,
  previous: null,
  hourly: null,
} as const satisfies Partial<Verdict>

const NOT_IN_USAGE: Readonly<Record<string, string>> = {
  batch: 'the usage API does not tell calls to the Message Batches API, nor how many requests wait in its queue',
  token_count: 'token counting is not in the usage data',
  files: 'calls to the Files API are not in the usage data',
  skills: 'calls to the Skills API are not in the usage data',
}

/** Why a limiter cannot be measured, as the end of "unmeasured: …"; null where it can. */
function unmeasuredReason(
  { group, limiter, limit }: JudgedLimiter,
  { source, window, known }: Evidence,
  meter: Meter | undefined,
  series: MinuteSeries,
): string | null {
  if (limit === null) return 'the API gives no value for this limit'
  if (limit === 0) return 'the limit is 0: there is nothing to divide by'
  const rule = limiterRule(group.type, limiter)
  if (!rule) return NOT_IN_USAGE[group.type] ?? `${limiter} is not a limiter this release knows how to count`
  if (!meter) return 'the API lists no models for this group, so that its use cannot be told'
  if (rule.counts.includes('requests') && source === 'legacy') return 'the legacy usage report has no request count'
  if (known <= window.start) return `usage data reached only to ${isoTime(known)}, before the window`
  if (meter.hasUnknownRequests) return 'the usage API left out the request count of some rows'
  // A day's sum from part of a day is only a lower bound, but never a reason to hide an alert: see peakOf.
  return series.knownMinutes === 0 ? 'no minute of the window is known' : null
}

/** The same series one day earlier, judged by the limit of then; null where that day was not read. */
function previousOf(
  meter: Meter,
  { meters, window, known, thresholds, peakWindow }: Evidence,
  limit: number,
): Verdict['previous'] {
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
    const now = current.groups.find((candidate) => candidate.type === group.type && candidate.name === group.name)
    return effectiveLimit(committed, scope, (now && match.before(now)) ?? group, limiter)
  }
}

/** A workspace whose limits could not be read: a row for each override last known of it, or one that stands for all of them. */
export function unreadableVerdicts(unreadable: readonly UnreadableWorkspace[], committed: Snapshot | null): Verdict[] {
  return unreadable.flatMap(({ workspace, error }) => {
    const scope: Scope = { type: 'workspace', id: workspace.id, name: workspace.name }
    const overrides = committed?.workspaces.find(({ id }) => id === workspace.id)?.overrides ?? []
    const rows = overrides.flatMap((group) =>
      Object.keys(group.limits).map((limiter) => ({ group: { type: group.type, name: group.name }, limiter })),
    )
    const all = rows.length > 0 ? rows : [{ group: { type: 'any', name: 'all groups' }, limiter: 'any' }]
    return all.map((row) => ({
      scope,
      ...row,
      limit: null,
      configured: null,
      limit_source: 'workspace',
      lower_bound: false,
      drivers: null,
      ...UNMEASURED,
      reason: `the limits of this workspace could not be read: ${error}`,
    }))
  })
}

/** Organization first, then workspaces by name; groups by type, then name; limiters by name. */
export function compareVerdicts(a: Verdict, b: Verdict): number {
  const scope = ({ scope }: Verdict) => (scope.type === 'organization' ? '' : `${scope.name}\n${scope.id}`)
  return (
    compareText(a.scope.type, b.scope.type) ||
    compareText(scope(a), scope(b)) ||
    compareText(a.group.type, b.group.type) ||
    compareText(a.group.name, b.group.name) ||
    compareText(a.limiter, b.limiter)
  )
}

import type { MeasuredRow, Report, VerdictRow } from '../report/report.ts'
import { MODEL_GROUP } from '../vocabulary/limits/groups.ts'
import { LIMITERS, limiterRule } from '../vocabulary/limits/limiters.ts'
import { ORGANIZATION } from '../vocabulary/scope.ts'
import { MINUTE } from '../vocabulary/use/window.ts'

/** How far over its line the made-up limit is: far enough to be an alert under any threshold. */
const USED = 0.9

/**
 * The one alert of a drill: a limit of the organization's own, used to 90 % or to the alert line, in the middle of the
 * window. Everything else of the report is left out, so that nothing real stands among what is made up.
 */
export function drillReport({ version, window, usage_source, peak_window, thresholds, verdicts }: Report): Report {
  const { scope, group, limiter, limit } = realLimit(verdicts)
  const peak = Math.ceil(limit * Math.max(USED, thresholds.alert))
  const middle = Math.floor((Date.parse(window.start) + Date.parse(window.end)) / 2 / MINUTE) * MINUTE
  const row: MeasuredRow = {
    scope,
    group,
    limiter,
    configured: limit,
    limit_source: 'organization',
    lower_bound: false,
    band: 'alert',
    limit,
    peak,
    peak_at: new Date(middle).toISOString(),
    bracket: peak,
    p99: peak,
    minutes_over_threshold: 1,
    utilization: peak / limit,
    transition: 'new',
    reason: null,
    clipped: null,
    previous: null,
    hourly: null,
    drivers: null,
  }
  return {
    version,
    drill: true,
    window: { ...window, complete: true, missing_minutes: 0 },
    usage_source,
    peak_window,
    thresholds,
    status: 'alert',
    highest_utilization: row.utilization,
    verdicts: [row],
    groups: [],
    drift: [],
    first_snapshot: false,
    findings: [],
    unmatched_models: [],
    failures: [],
  }
}

/** A limit that readers know, requests of a model group where there is one; of no group at all, one that is made up too. */
function realLimit(verdicts: readonly VerdictRow[]) {
  const organization = verdicts.flatMap(({ scope, group, limiter, limit }) =>
    scope.type === 'organization' && group.type === MODEL_GROUP && limit ? [{ scope, group, limiter, limit }] : [],
  )
  const ofRequests = (limiter: string) => limiterRule(MODEL_GROUP, limiter)?.unit === 'requests'
  return (
    organization.find(({ limiter }) => ofRequests(limiter)) ??
    organization[0] ?? {
      scope: ORGANIZATION,
      group: { type: MODEL_GROUP, name: 'Claude Example' },
      limiter: LIMITERS.find(({ type }) => ofRequests(type))?.type ?? '',
      limit: 1_000,
    }
  )
}

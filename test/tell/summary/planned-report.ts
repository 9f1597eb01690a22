import { planningOf } from '../../../src/judge/planning/planning.ts'
import type { GroupView, Report, Verdict } from '../../../src/report/report.ts'
import { REPORT_VERSION, reportSchema } from '../../../src/report/report-schema.ts'
import { verdictOf } from '../../judge/planning/verdict.ts'

/** Reports to plan by: figures that agree with each other, over some days that end with 2026-11-22. */

export const OPUS_GROUP = { type: 'model_group', name: 'Claude Opus 4.x' }
const OPUS = {
  ...OPUS_GROUP,
  models: ['claude-opus-4-6'],
  limits: {
    requests_per_minute: 1_000,
    input_tokens_per_minute_cache_aware: 2_000_000,
    output_tokens_per_minute: 400_000,
  },
}

/** A row whose daily peaks are these: each at 14:05 of its day, half of it in every other hour. */
export function rowOf(
  limiter: string,
  limit: number,
  peaks: readonly number[],
  details: Partial<Verdict> = {},
): Verdict {
  const peak = Math.max(...peaks)
  const day = peaks.indexOf(peak)
  const start = Date.UTC(2026, 10, 23 - peaks.length)
  const utilization = peak / limit
  return verdictOf({
    limiter,
    limit,
    configured: limit,
    peak,
    peak_at: new Date(start + day * 86_400_000).toISOString().replace('T00:00:00.000Z', 'T14:05:00Z'),
    bracket: peak + 1,
    p99: peak / 2,
    minutes_over_threshold: utilization >= 0.75 ? 3 : 0,
    utilization,
    band: utilization >= 0.75 ? 'alert' : utilization >= 0.5 ? 'watch' : 'ok',
    hourly: peaks.flatMap((value) => Array.from({ length: 24 }, (_, hour) => (hour === 14 ? value : value / 2))),
    ...details,
  })
}

export function reportOf(verdicts: Verdict[], days: number, details: Partial<Report> = {}): Report {
  const view: GroupView = {
    scope: { type: 'organization' },
    group: OPUS_GROUP,
    binds: [],
    cache: { read_share: 0.4, stretch: 1 / 0.6, hourly_read_share: Array.from({ length: days * 24 }, () => 0.4) },
  }
  const report: Report = {
    version: REPORT_VERSION,
    window: {
      start: new Date(Date.UTC(2026, 10, 23 - days)).toISOString().replace('.000', ''),
      end: '2026-11-23T00:00:00Z',
      days,
      complete: true,
      missing_minutes: 0,
      data_refreshed_at: '2026-11-23T02:00:00Z',
    },
    usage_source: 'analytics',
    peak_window: 'minute',
    thresholds: { watch: 0.5, alert: 0.75 },
    status: 'ok',
    highest_utilization: null,
    verdicts,
    groups: [view],
    drift: [],
    first_snapshot: false,
    findings: [],
    unmatched_models: [],
    failures: [],
    ...details,
  }
  return reportSchema.parse({ ...report, planning: planningOf(report, [OPUS], null) })
}

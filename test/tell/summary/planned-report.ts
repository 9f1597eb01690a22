import { planningOf } from '../../../src/judge/planning/planning.ts'
import type { Report } from '../../../src/report/report.ts'
import { reportOf as reported } from '../../../src/report/report-of.ts'
import { reportSchema } from '../../../src/report/schemas/report-schema.ts'
import { ORGANIZATION } from '../../../src/vocabulary/scope.ts'
import type { MeasuredBand, MeasuredVerdict } from '../../../src/vocabulary/verdict.ts'
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
const THRESHOLDS = { watch: 0.5, alert: 0.75 }
const DAY = 86_400_000
const END = Date.UTC(2026, 10, 23)

/** A row whose daily peaks are these: each at 14:05 of its day, half of it in every other hour. */
export function rowOf(
  limiter: string,
  limit: number,
  peaks: readonly number[],
  details: Partial<MeasuredVerdict> = {},
): MeasuredVerdict {
  const peak = Math.max(...peaks)
  const start = END - peaks.length * DAY
  const utilization = peak / limit
  return verdictOf({
    limiter,
    limit,
    configured: limit,
    peak,
    peakAt: start + peaks.indexOf(peak) * DAY + Date.UTC(1970, 0, 1, 14, 5),
    bracket: peak + 1,
    p99: peak / 2,
    minutesOverThreshold: utilization >= 0.75 ? 3 : 0,
    utilization,
    band: bandOf(utilization),
    hourly: peaks.flatMap((value) => Array.from({ length: 24 }, (_, hour) => (hour === 14 ? value : value / 2))),
    ...details,
  })
}

function bandOf(utilization: number): MeasuredBand {
  if (utilization >= THRESHOLDS.alert) return 'alert'
  return utilization >= THRESHOLDS.watch ? 'watch' : 'ok'
}

export function reportOf(verdicts: MeasuredVerdict[], days: number, details: Partial<Report> = {}): Report {
  const window = { start: END - days * DAY, end: END, days, earlier: null }
  const share = {
    readShare: 0.4,
    stretch: 1 / 0.6,
    hourlyReadShare: Array.from({ length: days * 24 }, () => 0.4),
    hourlyInput: Array.from({ length: days * 24 }, () => 9),
  }
  const views = [{ scope: ORGANIZATION, group: OPUS_GROUP, binds: [], cache: share }]
  const judged = { verdicts, views, windowStart: window.start, isComplete: true, thresholds: THRESHOLDS }
  const report = reported({
    window,
    coverage: { complete: true, missingMinutes: 0, refreshedAt: END + 2 * 3_600_000 },
    source: 'analytics',
    peakWindow: 'minute',
    thresholds: THRESHOLDS,
    verdicts,
    views,
    drift: [],
    isFirstSnapshot: false,
    findings: [],
    planning: planningOf({ ...judged, peakWindow: 'minute' }, [OPUS], { spendCapTier: null, usageTier: null }),
    unmatchedModels: [],
    unreadWorkspaces: [],
    failures: [],
  })
  return reportSchema.parse({ ...report, ...details })
}

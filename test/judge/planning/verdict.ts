import type { Verdict } from '../../../src/report/report.ts'

/** A measured verdict of the organization on Claude Opus 4.x, but for what is said otherwise. */
export function verdictOf(details: Partial<Verdict>): Verdict {
  const limit = details.limit ?? 1000
  const peak = details.peak === undefined ? 100 : details.peak
  return {
    scope: { type: 'organization' },
    group: { type: 'model_group', name: 'Claude Opus 4.x' },
    limiter: 'requests_per_minute',
    limit,
    configured: limit,
    limit_source: 'organization',
    peak,
    peak_at: '2026-11-22T14:05:00Z',
    bracket: peak,
    p99: peak,
    minutes_over_threshold: 0,
    utilization: peak === null ? null : peak / limit,
    band: peak === null ? 'unmeasured' : 'ok',
    transition: null,
    reason: null,
    lower_bound: false,
    clipped: null,
    previous: null,
    hourly: null,
    drivers: null,
    ...details,
  }
}

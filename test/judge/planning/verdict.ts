import { ORGANIZATION } from '../../../src/vocabulary/scope.ts'
import type { MeasuredVerdict, UnmeasuredVerdict } from '../../../src/vocabulary/verdict.ts'

const ABOUT = {
  scope: ORGANIZATION,
  group: { type: 'model_group', name: 'Claude Opus 4.x' },
  limiter: 'requests_per_minute',
  limitSource: 'organization',
  lowerBound: false,
} as const

/** A measured verdict of the organization on Claude Opus 4.x, but for what is said otherwise. */
export function verdictOf(details: Partial<MeasuredVerdict>): MeasuredVerdict {
  const { limit = 1000, peak = 100 } = details
  return {
    ...ABOUT,
    limit,
    configured: limit,
    peak,
    peakAt: Date.UTC(2026, 10, 22, 14, 5),
    bracket: peak,
    p99: peak,
    minutesOverThreshold: 0,
    utilization: peak / limit,
    band: 'ok',
    transition: null,
    clipped: null,
    previous: null,
    hourly: null,
    drivers: null,
    ...details,
  }
}

/** The same limit without figures. */
export const UNMEASURED: UnmeasuredVerdict = {
  ...ABOUT,
  limit: 1000,
  configured: 1000,
  band: 'unmeasured',
  reason: 'no minute of the window is known',
}

import { limiterRule } from '../../vocabulary/limiters.ts'
import { isoTime } from '../../vocabulary/window.ts'
import type { JudgedLimiter } from '../limits/effective.ts'
import type { Meter } from '../usage/meters.ts'

const NOT_IN_USAGE: Readonly<Record<string, string>> = {
  batch: 'the usage API does not tell calls to the Message Batches API, nor how many requests wait in its queue',
  token_count: 'token counting is not in the usage data',
  files: 'calls to the Files API are not in the usage data',
  skills: 'calls to the Skills API are not in the usage data',
}

/** What is known of the use: from which source, and up to when (UTC ms). */
export type KnownUse = { source: 'analytics' | 'legacy'; known: number; window: { start: number } }

/** Why a limiter cannot be measured, as the end of "unmeasured: …"; null where it can. */
export function unmeasuredReason(
  { group, limiter, limit }: JudgedLimiter,
  { source, window, known }: KnownUse,
  meter: Meter | undefined,
): string | null {
  if (limit === null) return 'the API gives no value for this limit'
  if (limit === 0) return 'the limit is 0: there is nothing to divide by'
  const rule = limiterRule(group.type, limiter)
  if (!rule) return NOT_IN_USAGE[group.type] ?? `${limiter} is not a limiter this release knows how to count`
  if (!meter) return 'the API lists no models for this group, so that its use cannot be told'
  return unknownUse(meter, { source, window, known })
}

/** Why the use that a meter holds is not known; null where it is. */
export function unknownUse({ rule, hasUnknownRequests }: Meter, { source, window, known }: KnownUse): string | null {
  if (rule.counts.includes('requests') && source === 'legacy') return 'the legacy usage report has no request count'
  // A day's sum from part of a day is only a lower bound, but never a reason to hide an alert: see peakOf.
  if (known <= window.start) return `usage data reached only to ${isoTime(known)}, before the window`
  return hasUnknownRequests ? 'the usage API left out the request count of some rows' : null
}

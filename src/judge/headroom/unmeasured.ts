import type { Group } from '../../vocabulary/limits/groups.ts'
import { knownFor, limiterRule } from '../../vocabulary/limits/limiters.ts'
import { DAY, isoTime, type KnownUntil, type Span } from '../../vocabulary/use/window.ts'
import type { Meter } from '../usage/meters.ts'

const NOT_IN_USAGE: Readonly<Record<string, string>> = {
  batch: 'the usage API does not tell calls to the Message Batches API, nor how many requests wait in its queue',
  token_count: 'token counting is not in the usage data',
  files: 'calls to the Files API are not in the usage data',
  skills: 'calls to the Skills API are not in the usage data',
}

/** What is known of the use in a span: from which source, and up to when (UTC ms). */
export type KnownUse = { source: 'analytics' | 'legacy'; known: KnownUntil; span: Span }

/** Why a limiter cannot be measured, as the end of "unmeasured: …"; null where it can. */
export function unmeasuredReason(
  { group, limiter, limit }: { group: Group; limiter: string; limit: number | null },
  use: KnownUse,
  meter: Meter | undefined,
): string | null {
  if (limit === null) return 'the API gives no value for this limit'
  if (limit === 0) return 'the limit is 0: there is nothing to divide by'
  const rule = limiterRule(group.type, limiter)
  if (!rule) return NOT_IN_USAGE[group.type] ?? `${limiter} is not a limiter this release knows how to count`
  if (!meter) return 'the API lists no models for this group, so that its use cannot be known'
  return unknownUse(meter, use)
}

/** Why the use that a meter holds is not known; null where it is. */
function unknownUse({ rule, hasUnknownRequests }: Meter, { source, span, known }: KnownUse): string | null {
  if (rule.counts.includes('requests') && source === 'legacy') return 'the legacy usage report has no request count'
  if (rule.per === 'day' && span.start % DAY !== 0)
    return 'a limit per day is of UTC days, and the window does not begin with one (date: today does)'
  const until = knownFor(rule, known)
  // A day's sum from part of a day is only a lower bound, but never a reason to hide an alert: see peakOf.
  if (until === span.start) return 'no minute of the window is in the usage data yet'
  if (until < span.start) return `usage data reached only to ${isoTime(until)}, before the window`
  return hasUnknownRequests ? 'the usage API left out the request count of some rows' : null
}

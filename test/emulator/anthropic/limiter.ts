import { ApiError } from './errors.ts'
import type { Limiter } from './options.ts'

const MINUTE = 60_000

/** What a limiter remembers between requests. */
export type Fill = { tokens: number; at: number }

/** Lets a request pass, or throws 429 as the service does. `now` is UTC ms. */
export function admitByRate(limiter: Limiter, fill: Fill, now: number): void {
  const { kind, perMinute } = limiter
  if (kind === 'calendar') {
    if (Math.floor(now / MINUTE) !== Math.floor(fill.at / MINUTE)) fill.tokens = perMinute
  } else {
    fill.tokens = Math.min(perMinute, fill.tokens + ((now - fill.at) / MINUTE) * perMinute)
  }
  fill.at = now
  if (fill.tokens >= 1) {
    fill.tokens -= 1
    return
  }
  const wait = kind === 'calendar' ? MINUTE - (now % MINUTE) : ((1 - fill.tokens) / perMinute) * MINUTE
  const headers: Record<string, string> = limiter.retryAfter ? { 'retry-after': String(Math.ceil(wait / 1000)) } : {}
  throw new ApiError(429, 'Number of requests has exceeded the limit of this endpoint', undefined, headers)
}

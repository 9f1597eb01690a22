import * as z from 'zod'
import { parseRetryAfter } from '../../transport/retry-after.ts'

/** Why a request was refused with 429. The first three call for different things: less use, a slower rise, more money. */
export const REFUSALS = ['rate_limit', 'acceleration', 'spend_cap', 'not_told'] as const
export type RefusalKind = (typeof REFUSALS)[number]
export type RefusalCounts = Readonly<Record<RefusalKind, number>>

export type Refusal = {
  kind: RefusalKind
  /** Seconds that `retry-after` asks to wait; null: it was not sent, as with a spend cap, or not logged. */
  retryAfter: number | null
}

const inner = z.object({
  type: z.string(),
  details: z.object({ error_code: z.string().nullish() }).nullish(),
})
/** The whole body, or its inner error: client libraries give either. */
const body = z.union([z.object({ error: inner }).transform(({ error }) => error), inner])

const BY_CODE: Readonly<Record<string, RefusalKind>> = {
  ramp_limit_exceeded: 'acceleration',
  enforced_spend_limit_reached: 'spend_cap',
  contract_spend_limit_reached: 'spend_cap',
}

/**
 * Why a response was refused, by `error.type` and `details.error_code` (docs: Errors; never by the message). A 429 without
 * a body, or with a code that is newer than this, is not told apart. Null: no 429.
 */
export function refusalOf(status: number | null, error: unknown): RefusalKind | null {
  if (status !== null && status !== 429) return null
  const parsed = body.safeParse(typeof error === 'string' ? jsonIn(error) : error)
  const type = parsed.success ? parsed.data.type : null
  if (status === null && type !== 'rate_limit_error') return null
  const code = parsed.success ? parsed.data.details?.error_code : null
  if (code) return BY_CODE[code] ?? 'not_told'
  return type === 'rate_limit_error' ? 'rate_limit' : 'not_told'
}

/** `retry-after` in whole seconds, rounded up, for a response of that moment (UTC ms). */
export function retryAfterSeconds(text: string | undefined, at: number): number | null {
  const wait = parseRetryAfter(text ?? null, at)
  return wait === null || !Number.isFinite(wait) ? null : Math.ceil(wait / 1000)
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

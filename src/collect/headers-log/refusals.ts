import * as z from 'zod'

/** Why a request was refused with 429. The three call for different things: less use, a slower rise, more money. */
export const REFUSALS = ['rate_limit', 'acceleration', 'spend_cap', 'not_told'] as const
export type Refusal = (typeof REFUSALS)[number]

const inner = z.object({
  type: z.string(),
  details: z.object({ error_code: z.string().nullish() }).nullish(),
})
/** The whole body, or its inner error: client libraries hand out either. */
const body = z.union([z.object({ error: inner }).transform(({ error }) => error), inner])

const BY_CODE: Readonly<Record<string, Refusal>> = {
  ramp_limit_exceeded: 'acceleration',
  enforced_spend_limit_reached: 'spend_cap',
  contract_spend_limit_reached: 'spend_cap',
}

/**
 * The refusal a response was, by `error.type` and `details.error_code` (docs: Errors; never by the message). A 429 without a
 * body, or with a code that is newer than this, is not told apart. Null: no 429.
 */
export function refusalOf(status: number | null, error: unknown): Refusal | null {
  const parsed = body.safeParse(error)
  const type = parsed.success ? parsed.data.type : null
  if (status === null ? type !== 'rate_limit_error' : status !== 429) return null
  const code = parsed.success ? parsed.data.details?.error_code : null
  if (code) return BY_CODE[code] ?? 'not_told'
  return type === 'rate_limit_error' ? 'rate_limit' : 'not_told'
}

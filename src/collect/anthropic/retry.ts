import type { Deps } from '../../deps.ts'
import { AuditError } from '../../errors.ts'
import { parseRetryAfter } from '../../transport/retry-after.ts'

/** When a read is tried again, and after how long. Only reads and token exchanges come here: both may be repeated. */

const MOST_TRIES = 6
/** Being told to wait is no failure: a large organization needs more requests than the API allows in a minute. */
const MOST_TRIES_WHEN_LIMITED = 12
const FIRST_WAIT = 500
const LONGEST_WAIT = 16_000
/** A longer `retry-after` is not waited for: the run says so and ends. */
const LONGEST_RETRY_AFTER = 120_000

/** What a reply says about trying again; `status` is undefined where there was no usable reply at all. */
export type Setback = { status: number | undefined; retryAfter: string | null; shouldRetry: string | null }

/**
 * Milliseconds to wait before the next try, or null where another try is no use.
 * Tried again: no reply, a broken one, 408, 409, 429, 5xx (529 among them). Never 400, 401, 403, 404.
 * `retry-after` (seconds or an HTTP date) is honoured; else full jitter below a bound that doubles.
 * `x-should-retry` overrides as in Anthropic's SDK, except that it can't make one of the four tried again.
 */
export function waitBeforeRetry(
  setback: Setback,
  tries: number,
  { now, random }: Pick<Deps, 'now' | 'random'>,
): number | null {
  const { status, shouldRetry } = setback
  if (status !== undefined) {
    if ([400, 401, 403, 404].includes(status) || shouldRetry === 'false') return null
    const usual = status === 408 || status === 409 || status === 429 || status >= 500
    if (!usual && shouldRetry !== 'true') return null
  }
  if (tries >= (status === 429 ? MOST_TRIES_WHEN_LIMITED : MOST_TRIES)) return null
  const asked = parseRetryAfter(setback.retryAfter, now())
  if (asked !== null) return asked <= LONGEST_RETRY_AFTER ? asked : null
  return random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1))
}

/** One try: what it brought, or why it failed and how long to wait before the next (null: there is no use in one). */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: AuditError; wait: number | null }

/**
 * Tries until it succeeds, fails for good, or the next try would come after `deadline` (UTC milliseconds).
 * Throws the AuditError of the last try.
 */
export async function persist<T>(
  deps: Pick<Deps, 'now' | 'sleep'>,
  { deadline, endpoint, log }: { deadline: number; endpoint: string; log: (line: string) => void },
  once: (tries: number) => Promise<Outcome<T>>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    if (deps.now() >= deadline)
      throw new AuditError(`${endpoint} was not sent: the time that the run allows itself is used up.`)
    const outcome = await once(tries)
    if (outcome.ok) return outcome.value
    if (outcome.wait === null || deps.now() + outcome.wait >= deadline) throw outcome.error
    log(`${outcome.error.message} Trying again in ${(outcome.wait / 1000).toFixed(1)} s.`)
    await deps.sleep(outcome.wait)
  }
}

import type { Deps } from '../../deps.ts'
import { AuditError } from '../../errors.ts'
import { parseRetryAfter } from '../../transport/retry-after.ts'
import { type Answer, LONGEST_RETRY_AFTER, type Outcome, type Pace } from './pace.ts'

/** When a read is tried again, and after how long. Only reads and token exchanges come here: both may be repeated. */

const MOST_TRIES = 6
const FIRST_WAIT = 500
const LONGEST_WAIT = 16_000

/** What a reply says about trying again; `status` is undefined where there was no usable reply at all. */
export type Setback = { status: number | undefined; retryAfter: string | null; shouldRetry: string | null }

/**
 * Milliseconds to wait before the next try after a failure, or null where another try is no use.
 * Tried again: no reply, a broken one, 408, 409, 5xx (529 among them). Never 400, 401, 403, 404.
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
    const usual = status === 408 || status === 409 || status >= 500
    if (!usual && shouldRetry !== 'true') return null
  }
  if (tries >= MOST_TRIES) return null
  const asked = parseRetryAfter(setback.retryAfter, now())
  if (asked !== null) return asked <= LONGEST_RETRY_AFTER ? asked : null
  return random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1))
}

/**
 * Tries until it succeeds or fails for good, each time in its turn. Being told to slow down is no failure: that ends with
 * the time of the run, or where the service serves nobody. Throws the AuditError of the last try.
 */
export async function persist<T>(
  { now, sleep, pace }: Pick<Deps, 'now' | 'sleep'> & { pace: Pace },
  { deadline, endpoint, log }: { deadline: () => number; endpoint: string; log: (line: string) => void },
  once: (tries: number) => Promise<Answer<T>>,
): Promise<T> {
  const inTime = async (tries: number) => {
    if (now() < deadline()) return once(tries)
    throw new AuditError(`${endpoint} was not sent: the time that the run allows itself is used up.`, {
      remedy: 'Audit fewer days, or set workspaces to those that matter.',
    })
  }
  let again = false
  for (let tries = 1; ; ) {
    const outcome: Outcome<T> = await pace.run(() => inTime(tries), again)
    if (outcome.kind === 'ok') return outcome.value
    const { error, wait } = outcome
    if (wait === null || now() + wait >= deadline()) throw error
    log(`${error.message} Trying again in ${(wait / 1000).toFixed(1)} s.`)
    again = outcome.kind === 'refused'
    if (again) continue
    tries++
    await sleep(wait)
  }
}

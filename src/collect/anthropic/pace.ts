import type { Deps } from '../../deps.ts'
import type { AuditError } from '../../errors.ts'
import { plural } from '../../vocabulary/figures.ts'
import { MINUTE } from '../../vocabulary/use/window.ts'
import { DOCUMENTED_PER_MINUTE } from './budget.ts'

/** One try: what it brought, why it failed, or that the service asks to slow down. Waits are milliseconds; null: no use in trying again. */
export type Outcome<T> =
  | { kind: 'ok'; value: T }
  | { kind: 'failed'; error: AuditError; wait: number | null }
  | { kind: 'refused'; error: AuditError; wait: number | null }

/** A refusal as it came: `retryAfter` is null where the service does not say how long to wait. */
export type Answer<T> =
  | Exclude<Outcome<T>, { kind: 'refused' }>
  | { kind: 'refused'; error: AuditError; retryAfter: number | null }

/**
 * One line for all requests of a run: first come, first served, at most so many under way. A 429 holds the whole line; the
 * request that got it stays at its head and asks alone until it is served. From then on the line keeps to the pace that
 * the service showed, and tries to walk a little faster after a long quiet time.
 */
export type Pace = {
  /** Waits for its turn and makes the request. `again`: it was refused and comes back to the head of the line. */
  run: <T>(request: () => Promise<Answer<T>>, again: boolean) => Promise<Outcome<T>>
  /** Requests a minute that the line keeps to; null as long as nobody asked it to slow down. */
  perMinute: () => number | null
}

/** A longer `retry-after` is not waited for: the run says so and ends. Milliseconds. */
export const LONGEST_RETRY_AFTER = 120_000
/** So many refusals in a row, with nothing served between them: the service serves nobody. */
const MOST_REFUSALS = 12
const FIRST_WAIT = 1000
const LONGEST_WAIT = 16_000
const LONGEST_INTERVAL = 15_000
/** Served in a row, after which the line tries to walk a little faster. */
const QUIET = 120

type Effects = Pick<Deps, 'now' | 'sleep' | 'random'>
type Line = { onLine: (waiting: number) => void; log: (text: string) => void }

export function createPace(most: number, { now, sleep, random }: Effects, { onLine, log }: Line): Pace {
  const line: (() => void)[] = []
  const servedAt: number[] = []
  let active = 0
  /** Milliseconds between two requests. */
  let interval = 0
  let nextAt = 0
  let isMoving = false
  /** Refusals in a row. What was under way together is refused together, and counts as one. */
  let refusals = 0
  let epoch = 0
  let servedSince = 0
  let saidAt = Number.NEGATIVE_INFINITY

  async function move(): Promise<void> {
    if (isMoving) return
    isMoving = true
    let waitedFor = 0
    while (line.length > 0 && active < (refusals > 0 ? 1 : most)) {
      // Held once more while it waited: it waits for that, too.
      if (nextAt > now() && nextAt !== waitedFor) {
        waitedFor = nextAt
        await sleep(nextAt - now())
        continue
      }
      nextAt = Math.max(now(), nextAt) + interval
      active++
      line.shift()?.()
    }
    isMoving = false
  }

  function served(since: number): void {
    const time = now()
    servedAt.push(time)
    while (servedAt[0] !== undefined && servedAt[0] <= time - MINUTE) servedAt.shift()
    if (since !== epoch) return
    refusals = 0
    if (++servedSince % QUIET === 0) interval *= 0.9
  }

  function refused(since: number, retryAfter: number | null): number | null {
    if (since === epoch) {
      epoch++
      refusals++
      if (interval === 0) interval = MINUTE / Math.max(DOCUMENTED_PER_MINUTE, servedAt.length)
      else if (servedSince > 0) interval = Math.min(LONGEST_INTERVAL, interval * 1.25)
      servedSince = 0
    }
    if (refusals >= MOST_REFUSALS || (retryAfter ?? 0) > LONGEST_RETRY_AFTER) return null
    const bound = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (refusals - 1))
    const wait = retryAfter ?? bound * (0.5 + random() / 2)
    nextAt = Math.max(nextAt, now() + wait)
    return wait
  }

  function settle<T>(answer: Answer<T>, since: number): Outcome<T> {
    if (answer.kind === 'refused')
      return { kind: 'refused', error: answer.error, wait: refused(since, answer.retryAfter) }
    const isAnswer = answer.kind === 'ok' || (answer.error.status !== undefined && answer.error.status < 500)
    if (isAnswer) served(since)
    return answer
  }

  function say(): void {
    const perMinute = interval > 0 ? MINUTE / interval : Number.POSITIVE_INFINITY
    if (line.length < perMinute || now() < saidAt + MINUTE) return
    saidAt = now()
    const minutes = Math.ceil(line.length / perMinute)
    log(
      `The API lets this run make about ${Math.round(perMinute)} requests a minute: ${plural(line.length, 'request')} in line, about ${plural(minutes, 'minute')}.`,
    )
  }

  return {
    run: async (request, again) => {
      const turn = new Promise<void>((wake) => {
        if (again) line.unshift(wake)
        else line.push(wake)
      })
      onLine(line.length)
      void move()
      await turn
      const since = epoch
      try {
        return settle(await request(), since)
      } finally {
        active--
        say()
        void move()
      }
    },
    perMinute: () => (interval > 0 ? MINUTE / interval : null),
  }
}

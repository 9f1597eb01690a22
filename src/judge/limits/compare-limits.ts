import type { Limits } from '../../vocabulary/limits/groups.ts'
import { compareText } from '../../vocabulary/order.ts'

/** A value that came, went or moved: at least one side has one. `from`: the limiter type it was counted by before. */
export type LimitDifference = { limiter: string; from?: string } & (
  | { before: number; after: number }
  | { before: null; after: number }
  | { before: number; after: null }
)

const PLAIN_INPUT = 'input_tokens_per_minute'
const CACHE_AWARE_INPUT = 'input_tokens_per_minute_cache_aware'

/** Limiters whose value differs; a limiter named without a value counts as absent. */
export function compareLimits(previous: Limits, next: Limits): LimitDifference[] {
  const swap = swapOf(previous, next)
  const limiters = [...new Set([...Object.keys(previous), ...Object.keys(next)])].sort(compareText)
  const changes = limiters
    .filter((limiter) => limiter !== swap?.limiter && limiter !== swap?.from)
    .flatMap((limiter) => differenceOf(limiter, given(previous, limiter), given(next, limiter)))
  return swap ? [swap, ...changes] : changes
}

const given = (limits: Limits, limiter: string): number | null => limits[limiter] ?? null

function differenceOf(limiter: string, before: number | null, after: number | null): LimitDifference[] {
  if (before === after) return []
  if (before === null) return after === null ? [] : [{ limiter, before, after }]
  return [{ limiter, before, after } as LimitDifference]
}

/** Input that is counted by the other of the two rules now: one change, not two. */
function swapOf(previous: Limits, next: Limits): (LimitDifference & { from: string }) | undefined {
  const ways = [
    { limiter: CACHE_AWARE_INPUT, from: PLAIN_INPUT },
    { limiter: PLAIN_INPUT, from: CACHE_AWARE_INPUT },
  ]
  return ways
    .flatMap(({ limiter, from }) => {
      const before = given(previous, from)
      const after = given(next, limiter)
      const isSwap = given(next, from) === null && given(previous, limiter) === null
      return before !== null && after !== null && isSwap ? [{ limiter, from, before, after }] : []
    })
    .at(0)
}

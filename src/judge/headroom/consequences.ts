import type { Change, Consequence } from '../../vocabulary/drift.ts'
import type { TouchedLimit } from '../limits/touched-limits.ts'
import { type Minutes, type Side, useUnder } from './judge-limit.ts'

/** A change, and the limits that it touches. */
export type TouchingChange = { change: Change; limits: readonly TouchedLimit[] }

/** What a change does to each limit it touches: the same minutes, judged under the snapshot of before and under that of now. */
export function consequencesOf(
  { limits }: TouchingChange,
  { before, after }: { before: Side; after: Side },
  minutes: Minutes,
): Consequence[] {
  return limits.flatMap((limit) => {
    const ref = limit.after ?? limit.before
    if (!ref) return []
    const { scope, group, limiter } = ref
    const uses = { before: useUnder(before, limit.before, minutes), after: useUnder(after, limit.after, minutes) }
    return [{ scope, group, limiter, ...uses }]
  })
}

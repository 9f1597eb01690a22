import type { RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import type { Span } from '../../vocabulary/use/window.ts'
import type { GroupFigures } from './group-review.ts'
import type { Move } from './moves.ts'

/** A quarter of use beside the limits and the cost, as it was judged. */

/** Utilization of a group's limit that comes first, by the minutes, as it was and as it would be; `isOver`: at an alert line then. */
export type Touched = { group: RateLimitGroup; before: number; after: number; isOver: boolean }
export type MoveReview = Pick<Move, 'group' | 'costChange'> &
  ({ kind: 'model'; from: string; to: string; part: number } | { kind: 'cache'; from: number; to: number }) & {
    touched: readonly Touched[]
    /** All use is known, and no group that it touches is over an alert line then. */
    isWithin: boolean
  }

/**
 * `raise`: a limit was at or over its alert line; `move`: so it was, and with a move of a model none would be; `unknown`:
 * nothing of the group was measured, or some of its use is missing and what is known is below the lines.
 */
export type Verdict = 'stay' | 'raise' | 'lower' | 'move' | 'unknown'
export type GroupReview = GroupFigures & {
  verdict: Verdict
  moves: readonly MoveReview[]
  /** What its models cost, batch and fast use too, as a share of all cost; null where that is not known. */
  costShare: number | null
}

export type CostShare = { name: string | null; share: number }
export type Costs =
  | {
      kind: 'known'
      models: readonly CostShare[]
      workspaces: readonly CostShare[]
      /** Up to when, where that is before the end; UTC ms. */
      knownUntil: number | null
    }
  | { kind: 'unknown'; problem: string }

export type Failure = { part: 'hours' | 'minutes' | 'cost'; problem: string }

export type Review = {
  span: Span
  /** Starts of the days that were read by the minute, UTC ms. */
  sampled: readonly number[]
  /** What could not be read, and why. */
  failures: readonly Failure[]
  /** Use that no limit counts though one should, where it is more than a trifle: a sentence for each kind. */
  unclaimed: readonly string[]
  source: 'analytics' | 'legacy'
  /** All of the use is known, and what was read adds up. */
  isWhole: boolean
  /** Up to when use is known, where that is before the end; UTC ms. */
  knownUntil: number | null
  groups: readonly GroupReview[]
  costs: Costs
}

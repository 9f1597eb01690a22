import { type RateLimitGroup, sameGroup } from '../../vocabulary/limits/groups.ts'
import type { CostPart } from '../../vocabulary/use/cost-part.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import type { JudgedLimiter } from '../limits/effective.ts'
import { type Buckets, createBuckets, minutesOf } from './buckets.ts'
import { type Move, movesOf } from './moves.ts'
import { pricesOf } from './prices.ts'

/** The organization whose quarter it is. */
export type Reviewed = {
  groups: readonly RateLimitGroup[]
  /** Those of the organization. */
  limits: readonly JudgedLimiter[]
  census: readonly UsageRow[]
  /** Null: not known. */
  costs: readonly CostPart[] | null
}

/** Takes the minutes of the sampled days: as they were, and as each move would have them. */
export type MinuteMeters = {
  fold: (rows: readonly UsageRow[]) => void
  minutes: Buckets
  moves: readonly { move: Move; minutes: Buckets }[]
}

/** `days`: starts of the days that will be read by the minute, UTC ms. */
export function createMinuteMeters({ groups, limits, census, costs }: Reviewed, days: readonly number[]): MinuteMeters {
  const layout = minutesOf(days)
  const minutes = createBuckets(groups, limits, layout)
  const moves = movesOf(groups, census, costs && pricesOf(costs, census)).map((move) => {
    const own = limits.filter(({ group }) => move.touched.some((one) => sameGroup(one, group)))
    return { move, minutes: createBuckets(groups, own, layout) }
  })
  return {
    minutes,
    moves,
    fold: (rows) => {
      minutes.fold(rows)
      for (const { move, minutes: would } of moves) would.fold(rows.flatMap(move.changed))
    },
  }
}

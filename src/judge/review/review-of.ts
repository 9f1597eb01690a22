import { groupKey, type RateLimitGroup, sameGroup } from '../../vocabulary/limits/groups.ts'
import type { CostPart } from '../../vocabulary/use/cost-part.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import type { Span } from '../../vocabulary/use/window.ts'
import type { JudgedLimiter } from '../limits/effective.ts'
import { type Buckets, createBuckets, minutesOf } from './buckets.ts'
import { type Evidence, type GroupFigures, groupFigures, tightest } from './group-review.ts'
import { type Move, movesOf } from './moves.ts'
import { pricesOf } from './prices.ts'

/** A quarter of use beside the limits and the cost: what to do with each group. */

/** Utilization of a group's limit that comes first, by the minutes, as it was and as it would be. */
export type Touched = { group: RateLimitGroup; before: number; after: number }
export type MoveReview = Pick<Move, 'group' | 'costChange'> &
  ({ kind: 'model'; from: string; to: string; part: number } | { kind: 'cache'; from: number; to: number }) & {
    touched: readonly Touched[]
    /** No group that it touches is over an alert line then. */
    isWithin: boolean
  }

/** `move`: with the model named there, no limit is over its alert line; `unknown`: nothing of the group was measured. */
export type Verdict = 'stay' | 'raise' | 'lower' | 'move' | 'unknown'
export type GroupReview = GroupFigures & { verdict: Verdict; moves: readonly MoveReview[] }

export type CostShare = { name: string | null; share: number }
export type Costs =
  | { kind: 'known'; models: readonly CostShare[]; workspaces: readonly CostShare[] }
  | { kind: 'unknown'; problem: string }

export type Review = {
  span: Span
  /** Starts of the days that were read by the minute, UTC ms. */
  sampled: readonly number[]
  source: 'analytics' | 'legacy'
  isWhole: boolean
  /** Up to when use is known, where that is before the end; UTC ms. */
  knownUntil: number | null
  groups: readonly GroupReview[]
  costs: Costs
}

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

export function createMinuteMeters(
  { groups, limits, census, costs }: Reviewed,
  sampled: readonly number[],
): MinuteMeters {
  const layout = minutesOf(sampled)
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

type Given = Omit<Review, 'groups' | 'costs'> & {
  reviewed: Reviewed
  meters: MinuteMeters
  /** Why the cost is not known. */
  problem: string | null
} & Pick<Evidence, 'hours' | 'thresholdsOf'>

/** The review, the groups whose limits were used most first. */
export function reviewOf({ reviewed, meters, problem, hours, thresholdsOf, ...known }: Given): Review {
  const { span, source, isWhole } = known
  const evidence = { span, source, isWhole, hours, thresholdsOf, minutes: meters.minutes }
  const limitsOf = (group: RateLimitGroup) => reviewed.limits.filter((limit) => sameGroup(limit.group, group))
  const figures = [...new Map(reviewed.limits.map(({ group }) => [groupKey(group), group])).values()].map((group) =>
    groupFigures(group, limitsOf(group), evidence),
  )
  const lineOf = (group: RateLimitGroup) => Math.min(...limitsOf(group).map((limit) => thresholdsOf(limit).alert))
  const moves = meters.moves.map(({ move, minutes }): MoveReview => {
    const touched = move.touched.flatMap((one) => {
      const [before, after] = [tightest(limitsOf(one), meters.minutes), tightest(limitsOf(one), minutes)]
      return before === null || after === null ? [] : [{ group: one, before, after }]
    })
    const isWithin = touched.length === move.touched.length && touched.every((one) => one.after < lineOf(one.group))
    const { group, costChange } = move
    const what =
      move.kind === 'model'
        ? { kind: move.kind, from: move.from, to: move.to, part: move.part }
        : { kind: move.kind, from: move.from, to: move.to }
    return { ...what, group, costChange, touched, isWithin }
  })
  const groups = figures.map((one): GroupReview => {
    const own = moves.filter(({ group }) => sameGroup(group, one.group))
    return { ...one, moves: own, verdict: verdictOf(one, own) }
  })
  return {
    ...known,
    groups: groups.sort((a, b) => highestOf(b) - highestOf(a)),
    costs: costsOf(reviewed.costs, problem),
  }
}

function verdictOf({ limits, isOverProvisioned }: GroupFigures, moves: readonly MoveReview[]): Verdict {
  const measured = limits.filter((limit) => limit.kind === 'measured')
  const highest = Math.max(...measured.map((limit) => limit.highest.utilization))
  if (measured.length === 0) return 'unknown'
  if (measured.some((limit) => limit.highest.utilization >= limit.thresholds.alert))
    return moves.some((move) => move.kind === 'model' && move.isWithin && hasSeen(move, highest)) ? 'move' : 'raise'
  return isOverProvisioned ? 'lower' : 'stay'
}

/** Whether the minutes that it was played through on hold the group's highest. */
const hasSeen = ({ group, touched }: MoveReview, highest: number): boolean =>
  touched.some((one) => sameGroup(one.group, group) && one.before >= highest)

const highestOf = ({ limits }: GroupFigures): number =>
  Math.max(-1, ...limits.map((limit) => (limit.kind === 'measured' ? limit.highest.utilization : -1)))

function costsOf(parts: readonly CostPart[] | null, problem: string | null): Costs {
  if (parts === null) return { kind: 'unknown', problem: problem ?? '' }
  return {
    kind: 'known',
    models: sharesOf(parts, ({ model }) => model),
    workspaces: sharesOf(parts, ({ workspaceId }) => workspaceId),
  }
}

function sharesOf(parts: readonly CostPart[], nameOf: (part: CostPart) => string | null): CostShare[] {
  return [...Map.groupBy(parts, nameOf)]
    .map(([name, some]) => ({ name, share: some.reduce((sum, { share }) => sum + share, 0) }))
    .sort((a, b) => b.share - a.share)
}

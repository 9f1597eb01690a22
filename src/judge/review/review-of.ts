import type { Policy } from '../../collect/repository/policy-schema.ts'
import type { Days, Hours } from '../../collect/review/hours.ts'
import type { CostReading } from '../../collect/spend/cost-shares.ts'
import { freshnessOf } from '../../collect/usage/freshness.ts'
import { groupKey, listedName, type RateLimitGroup, sameGroup } from '../../vocabulary/limits/groups.ts'
import { UNCLAIMED_LINE } from '../../vocabulary/use/accounting.ts'
import type { CostPart } from '../../vocabulary/use/cost-part.ts'
import { DAY, type Span } from '../../vocabulary/use/window.ts'
import type { Thresholds } from '../../vocabulary/verdict.ts'
import { thresholdsBy } from '../policy/apply.ts'
import { useMutesBy } from '../policy/mutes.ts'
import { atLeastBy } from '../usage/at-least.ts'
import { useFindings } from '../usage/use-findings.ts'
import { accountingOf, groupsWithUnknownKinds } from '../usage/where-use-went.ts'
import type { Buckets } from './buckets.ts'
import { type GroupFigures, groupFigures, tightest } from './group-review.ts'
import type { MinuteMeters, Reviewed } from './minute-meters.ts'
import type { CostShare, Costs, Failure, GroupReview, MoveReview, Review, Verdict } from './review.ts'

/** What was read of a quarter. */
type Given = {
  span: Span
  source: 'analytics' | 'legacy'
  reviewed: Reviewed
  hours: Buckets
  meters: MinuteMeters
  hourly: Pick<Hours, 'addsUp' | 'refreshedAt' | 'problem'>
  minutely: Days
  cost: CostReading
  policy: Policy
  /** The lines of the inputs. */
  thresholds: Thresholds
}

/** The review, the groups whose limits were used most first. */
export function reviewOf(given: Given): Review {
  const { span, source, reviewed, hours, meters, hourly, minutely, policy } = given
  const { groups, limits, census } = reviewed
  const known = freshnessOf([hourly.refreshedAt, minutely.refreshedAt], span).known.tokens
  const failures = failuresOf(given)
  const addsUp = hourly.addsUp && minutely.addsUp && minutely.problem === null
  const isWhole = addsUp && known === span.end && census.length > 0
  const thresholdsOf = thresholdsBy(policy, given.thresholds)
  const use = { window: census, earlier: [] }
  const evidence = {
    span,
    source,
    hours,
    isWhole,
    thresholdsOf,
    minutes: meters.minutes,
    isAtLeast: atLeastBy({ unreconciled: [], unknownKinds: groupsWithUnknownKinds(use, groups) }),
    problem: hourly.problem === null ? null : 'use by the hour could not be read',
  }

  const limitsOf = (group: RateLimitGroup) => limits.filter((limit) => sameGroup(limit.group, group))
  const lineOf = (group: RateLimitGroup) => Math.min(...limitsOf(group).map((limit) => thresholdsOf(limit).alert))
  const listed = new Set(groups.flatMap(({ models }) => models))
  const moves = meters.moves.map(({ move, minutes }): MoveReview => {
    const touched = move.touched.flatMap((one) => {
      const [before, after] = [tightest(limitsOf(one), meters.minutes), tightest(limitsOf(one), minutes)]
      return before === null || after === null ? [] : [{ group: one, before, after, isOver: after >= lineOf(one) }]
    })
    const isWithin = isWhole && touched.length === move.touched.length && touched.every(({ isOver }) => !isOver)
    const { group, costChange } = move
    const what =
      move.kind === 'model'
        ? { kind: move.kind, from: move.from, to: move.to, part: move.part }
        : { kind: move.kind, from: move.from, to: move.to }
    return { ...what, group, costChange, touched, isWithin }
  })
  const limited = [...new Map(limits.map(({ group }) => [groupKey(group), group])).values()]
  const reviews = limited.map((group): GroupReview => {
    const figures = groupFigures(group, limitsOf(group), evidence)
    const own = moves.filter((move) => sameGroup(move.group, group))
    const costShare = costShareOf(group, reviewed.costs, listed)
    return { ...figures, moves: own, verdict: verdictOf(figures, own), costShare }
  })
  const accounting = accountingOf(use, groups, { reconciled: addsUp, muteOf: useMutesBy(policy, span.end - DAY) })
  return {
    span,
    source,
    isWhole,
    failures,
    sampled: minutely.read.map(({ start }) => start),
    unclaimed:
      accounting.unmutedShare < UNCLAIMED_LINE
        ? []
        : useFindings({ ...accounting, reconciled: true }, []).map(({ message }) => message),
    knownUntil: known < span.end ? known : null,
    groups: reviews.sort((a, b) => highestOf(b) - highestOf(a)),
    costs: costsOf(given.cost, span),
  }
}

function failuresOf({ hourly, minutely, cost }: Given): Failure[] {
  return [
    { part: 'hours' as const, problem: hourly.problem },
    { part: 'minutes' as const, problem: minutely.problem },
    { part: 'cost' as const, problem: cost.kind === 'unknown' && cost.isFailure ? cost.problem : null },
  ].flatMap(({ part, problem }) => (problem === null ? [] : [{ part, problem }]))
}

function verdictOf({ limits, isOverProvisioned }: GroupFigures, moves: readonly MoveReview[]): Verdict {
  const measured = limits.filter((limit) => limit.kind === 'measured')
  const highest = Math.max(...measured.map((limit) => limit.highest.utilization))
  if (measured.length === 0) return 'unknown'
  if (measured.some((limit) => limit.highest.utilization >= limit.thresholds.alert))
    return moves.some((move) => move.kind === 'model' && move.isWithin && hasSeen(move, highest)) ? 'move' : 'raise'
  if (!measured.every((limit) => limit.isWhole)) return 'unknown'
  return isOverProvisioned ? 'lower' : 'stay'
}

/** Whether the minutes that it was played through on hold the group's highest. */
const hasSeen = ({ group, touched }: MoveReview, highest: number): boolean =>
  touched.some((one) => sameGroup(one.group, group) && one.before >= highest)

const highestOf = ({ limits }: GroupFigures): number =>
  Math.max(-1, ...limits.map((limit) => (limit.kind === 'measured' ? limit.highest.utilization : -1)))

function costShareOf(
  { models }: RateLimitGroup,
  parts: readonly CostPart[] | null,
  listed: ReadonlySet<string>,
): number | null {
  if (parts === null || models.length === 0) return null
  return parts
    .filter(({ model }) => model !== null && models.includes(listedName(model, listed) ?? ''))
    .reduce((sum, { share }) => sum + share, 0)
}

function costsOf(cost: CostReading, span: Span): Costs {
  if (cost.kind === 'unknown') return { kind: 'unknown', problem: cost.problem }
  const { refreshedAt } = cost
  return {
    kind: 'known',
    models: sharesOf(cost.parts, ({ model }) => model),
    workspaces: sharesOf(cost.parts, ({ workspaceId }) => workspaceId),
    knownUntil: refreshedAt !== null && refreshedAt < span.end ? refreshedAt : null,
  }
}

function sharesOf(parts: readonly CostPart[], nameOf: (part: CostPart) => string | null): CostShare[] {
  return [...Map.groupBy(parts, nameOf)]
    .map(([name, some]) => ({ name, share: some.reduce((sum, { share }) => sum + share, 0) }))
    .sort((a, b) => b.share - a.share)
}

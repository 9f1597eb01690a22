import type { MeasuredLimit, Used } from '../../judge/review/group-review.ts'
import type { GroupReview, MoveReview, Review, Verdict } from '../../judge/review/review.ts'
import { percent } from '../../vocabulary/figures.ts'
import type { Group } from '../../vocabulary/limits/groups.ts'
import { DAY, isoDay, isoTime } from '../../vocabulary/use/window.ts'
import type { Escape } from '../words/escape.ts'
import { groupName, isPerDay, limiterName, moment } from '../words/format.ts'

/** How the review writes its figures, on a page and on a screen. */

/** The order of decisions: what asks for something comes first. */
const ORDER: readonly Verdict[] = ['raise', 'move', 'lower', 'stay', 'unknown']

/** What asks for something first, and of each decision the groups that were used most; those that nothing is known of last. */
export const inOrder = ({ groups }: Review): GroupReview[] =>
  ORDER.flatMap((verdict) => groups.filter((group) => group.verdict === verdict))

/** The group's limits that were measured, the one that was used most first. */
export const measuredOf = ({ limits }: Pick<GroupReview, 'limits'>): MeasuredLimit[] =>
  limits.filter((limit) => limit.kind === 'measured').sort((a, b) => b.highest.utilization - a.highest.utilization)

/** The limit that comes first. */
export const first = (review: Pick<GroupReview, 'limits'>): MeasuredLimit | undefined => measuredOf(review)[0]

export type Decision = 'Raise' | 'Move or raise' | 'Lower' | 'Stay' | 'Not known' | 'Not measurable'

/** In a few words. */
export function decision({ verdict, limits }: GroupReview): Decision {
  switch (verdict) {
    case 'raise':
      return 'Raise'
    case 'move':
      return 'Move or raise'
    case 'lower':
      return 'Lower'
    case 'stay':
      return 'Stay'
    case 'unknown':
      return limits.some(({ kind }) => kind === 'measured') ? 'Not known' : 'Not measurable'
  }
}

/** The highest use as a percent that never rounds over a line of the limit. */
export const share = ({ highest, thresholds, lowerBound }: MeasuredLimit): string =>
  `${lowerBound ? '≥ ' : ''}${percent(highest.utilization, [thresholds.watch, thresholds.alert])}`

export const name = (group: Group, { limiter }: Pick<MeasuredLimit, 'limiter'>, safe: Escape): string =>
  limiterName({ group, limiter }, safe)

/** When the highest use was: a minute, or a day of a limit per day; empty where there was none. */
export function when(group: Group, { limiter, highest }: { limiter: string; highest: Used }): string {
  if (highest.value === 0) return ''
  return isPerDay({ group, limiter }) ? isoDay(highest.at) : moment(isoTime(highest.at))
}

/** The tier that would carry the group, beside the one whose values it has now. */
export function tierText({ carriedBy, tiersNow }: GroupReview): string {
  if (carriedBy.kind === 'none') return 'none'
  if (carriedBy.kind === 'unknown') return 'not known'
  if (tiersNow.includes(carriedBy.tier)) return `${carriedBy.tier}, as now`
  return tiersNow.length > 0 ? `${carriedBy.tier}, now ${tiersNow.join(' or ')}` : carriedBy.tier
}

/** A share of all cost; a correction of the bill can make it negative. */
export const percentOfCost = (ratio: number): string => (ratio < 0 ? `−${percent(-ratio)}` : percent(ratio))

/** `−8 %`, `+3 %`. */
export function signed(change: number): string {
  if (change === 0) return '0 %'
  return `${change < 0 ? '−' : '+'}${percent(Math.abs(change))}`
}

/** The moves that matter: first those that bring no limit to its alert line, and of these the one that saves most. */
export const movesOf = ({ groups }: Review): MoveReview[] =>
  groups
    .flatMap(({ moves }) => moves.filter(matters))
    .sort((a, b) => Number(bringsOver(a)) - Number(bringsOver(b)) || saved(b) - saved(a))

const bringsOver = ({ touched }: MoveReview) => touched.some(({ isOver }) => isOver)
const saved = ({ costChange }: MoveReview) => -(costChange ?? 0)

const LEAST = 0.01

const matters = ({ costChange, touched }: MoveReview): boolean =>
  Math.abs(costChange ?? 0) >= LEAST || touched.some(({ before, after }) => Math.abs(after - before) >= LEAST)

export function moveText(move: MoveReview, safe: Escape): string {
  if (move.kind === 'model') return `${percent(move.part)} of ${safe(move.from)} on ${safe(move.to)}`
  return `${groupName(move.group, safe)}: cache reads from ${percent(move.from)} to ${percent(move.to)} of input`
}

/** `Claude Opus 4.x 90 % → 45 %`, for each group that a move touches; it says which is at an alert line then. */
export const touchedTexts = ({ touched }: MoveReview, safe: Escape): string[] =>
  touched.map(
    ({ group, before, after, isOver }) =>
      `${groupName(group, safe)} ${percent(before)} → ${percent(after)}${isOver ? ' (reaches its alert line)' : ''}`,
  )

/** Days, those in a row as one. */
export function daysText(days: readonly number[]): string[] {
  const runs: { from: number; to: number }[] = []
  for (const day of days) {
    const last = runs.at(-1)
    if (last && day === last.to + DAY) last.to = day
    else runs.push({ from: day, to: day })
  }
  return runs.map(({ from, to }) => (from === to ? isoDay(from) : `${isoDay(from)} to ${isoDay(to)}`))
}

import type { MeasuredLimit } from '../../judge/review/group-review.ts'
import type { Failure, GroupReview, MoveReview, Review } from '../../judge/review/review.ts'
import { capital, listing, percent, plural } from '../../vocabulary/figures.ts'
import { sameGroup } from '../../vocabulary/limits/groups.ts'
import { TIERS } from '../../vocabulary/limits/published-tiers.ts'
import { DAY, isoTime } from '../../vocabulary/use/window.ts'
import { type Escape, SENTENCE_LENGTH } from '../words/escape.ts'
import { groupName, isPerDay, moment } from '../words/format.ts'
import { type Decision, daysText, decision, first, inOrder, measuredOf, name, share, when } from './review-words.ts'

/** Why which decision, what is not known, and how the quarter was sampled: in sentences. */

/** `lead` is what the eye should catch. */
export type Sentence = { lead: string; text: string }

/** How many groups of each decision, and the tier that would carry them all. */
export function headline(review: Review): string {
  const decisions = Map.groupBy(inOrder(review), decision)
  const parts = [...decisions].map(([what, { length }]) => COUNTED[what](length))
  return `Of ${plural(review.groups.length, 'group')}: ${parts.join(', ')}.${tierOfAll(review)}`
}

const COUNTED: Record<Decision, (groups: number) => string> = {
  Raise: (groups) => `raise ${groups}`,
  'Move or raise': (groups) => `move part of ${groups} or raise`,
  Lower: (groups) => `lower ${groups}`,
  Stay: (groups) => `stay with ${groups}`,
  'Not known': (groups) => `${groups} not known`,
  'Not measurable': (groups) => `${groups} not measurable`,
}

/** A tier is one of the whole organization. */
function tierOfAll({ groups }: Review): string {
  const known = groups.filter((group) => first(group)).map(({ carriedBy }) => carriedBy)
  const tiers = known.flatMap((one) => (one.kind === 'tier' ? [one.tier] : []))
  const highest = TIERS.findLast((tier) => tiers.includes(tier))
  return highest && tiers.length === known.length ? ` ${highest} would carry all that was measured.` : ''
}

/** What could not be read, or is not whole, so that less can be said. */
export function gaps(review: Review, safe: Escape): Sentence[] {
  const { failures, isWhole, sampled, unclaimed } = review
  const said = failures.filter(({ part }) => part !== 'cost')
  return [
    ...said.map(({ part, problem }) => ({
      lead: FAILED[part](sampled.length),
      text: safe(problem, SENTENCE_LENGTH),
    })),
    ...(isWhole || said.length > 0
      ? []
      : [{ lead: 'Use is not wholly known.', text: `${missing(review)} All figures are at least what is shown.` }]),
    ...unclaimed.map((sentence) => ({
      lead: 'Use that no limit here counts.',
      text: safe(sentence, SENTENCE_LENGTH),
    })),
  ]
}

function missing({ knownUntil, groups }: Review): string {
  if (knownUntil !== null) return `It is known until ${moment(isoTime(knownUntil))}.`
  const isUsed = groups.some((group) => (first(group)?.highest.value ?? 0) > 0)
  return isUsed
    ? 'What was read does not add up, though it was read twice: it was still coming in, or minutes of old days are gone.'
    : 'None was found: the key may be that of another organization.'
}

const FAILED: Record<Failure['part'], (days: number) => string> = {
  hours: () => 'Use by the hour could not be read, so that nothing of it is measurable.',
  minutes: (days) =>
    `Use by the minute could be read for ${plural(days, 'day')} only, so that figures are at least what is shown.`,
  cost: () => 'The cost could not be read, so that it is not measurable.',
}

/** Why each group that asks for something does, and what of the others is not known. */
export function reasons(review: Review, safe: Escape): Sentence[] {
  const unmeasured = review.groups.filter((group) => first(group) === undefined)
  const byReason = Map.groupBy(unmeasured, (group) => unmeasuredTexts(group, safe).join('; '))
  const texts = [...byReason].map(
    ([why, groups]) => `${listing(groups.map(({ group }) => groupName(group, safe)))} (${why})`,
  )
  return [
    ...inOrder(review).flatMap((group) => reason(group, review, safe)),
    ...(texts.length > 0 ? [{ lead: 'Not measurable:', text: `${listing(texts)}.` }] : []),
  ]
}

function reason(review: GroupReview, whole: Review, safe: Escape): Sentence[] {
  const top = first(review)
  if (!top) return []
  const group = groupName(review.group, safe)
  const partly = partlyText(review, safe)
  switch (review.verdict) {
    case 'raise':
      return [
        {
          lead: `Raise ${group}.`,
          text: `${pressed(review, whole, safe)}${carriers(review)}${caching(review)}${partly}`,
        },
      ]
    case 'move':
      return [
        {
          lead: `Move part of ${group}, or raise it.`,
          text: `${pressed(review, whole, safe)} ${review.moves
            .filter(isWay)
            .map((move) => way(move, safe))
            .join(' ')}${carriers(review)}${partly}`,
        },
      ]
    case 'lower': {
      const used = top.highest.value > 0 ? 'No limit of it was used to a tenth' : 'It was not used at all'
      return [{ lead: `Lower ${group}.`, text: `${used}: it is over-provisioned.` }]
    }
    case 'stay':
      return partly === '' ? [] : [{ lead: `Stay with ${group}, as far as is known.`, text: partly.trim() }]
    case 'unknown':
      return [
        {
          lead: `Not known: ${group}.`,
          text: `${name(review.group, top, safe)} was used to ${share(top)}, but some of its use is missing.${partly}`,
        },
      ]
  }
}

/** The limit that was at or over its line, and how often. */
function pressed({ group, limits }: GroupReview, { span, sampled }: Review, safe: Escape): string {
  const limit = measuredOf({ limits }).find(isOver)
  if (!limit) return ''
  const isDaily = isPerDay({ group, limiter: limit.limiter })
  const { times, days } = limit.over
  const of = isDaily
    ? ` on ${times} of ${plural((span.end - span.start) / DAY, 'day')}`
    : ` in ${plural(times, 'minute')} on ${days} of the ${plural(sampled.length, 'day')} that were read by the minute`
  const line = `its alert line of ${percent(limit.thresholds.alert)}`
  return `${capital(name(group, limit, safe))} reached ${line}${times > 0 ? of : ''}, highest ${share(limit)} (${when(group, limit)}).`
}

const isOver = ({ highest, thresholds }: MeasuredLimit) => highest.utilization >= thresholds.alert

function carriers({ carriedBy }: GroupReview): string {
  if (carriedBy.kind === 'tier') return ` ${carriedBy.tier} would carry it.`
  return carriedBy.kind === 'none' ? ' No published tier would carry it: ask for limits of your own.' : ''
}

/** Where more caching would do as well. */
function caching({ moves }: GroupReview): string {
  const move = moves.find(({ kind, isWithin }) => kind === 'cache' && isWithin)
  return move?.kind === 'cache'
    ? ` With ${percent(move.to)} of its input read from the cache it would be below its alert line.`
    : ''
}

const isWay = ({ kind, isWithin }: MoveReview) => kind === 'model' && isWithin

function way({ group, from, to, touched, costChange }: MoveReview, safe: Escape): string {
  const own = touched.find((one) => sameGroup(one.group, group))
  const others = touched
    .filter((one) => one !== own)
    .map((one) => `${groupName(one.group, safe)} at ${percent(one.after)}`)
  const beside = others.length > 0 ? `, ${listing(others)}` : ''
  const cost =
    costChange === null ? '' : `, and all cost ${percent(Math.abs(costChange))} ${costChange < 0 ? 'lower' : 'higher'}`
  return `With half of ${safe(String(from))} on ${safe(String(to))} it would be at ${percent(own?.after ?? 0)}${beside}${cost}.`
}

function partlyText(review: GroupReview, safe: Escape): string {
  const texts = unmeasuredTexts(review, safe)
  return texts.length > 0 ? ` Not measurable: ${texts.join('; ')}.` : ''
}

/** The limits of a group that were not measured, by why. */
function unmeasuredTexts({ group, limits }: GroupReview, safe: Escape): string[] {
  const byReason = Map.groupBy(
    limits.flatMap((limit) => (limit.kind === 'unmeasured' ? [limit] : [])),
    ({ reason: why }) => why,
  )
  const isAll = limits.every(({ kind }) => kind === 'unmeasured')
  return [...byReason].map(([why, some]) => {
    const text = safe(why, SENTENCE_LENGTH)
    return isAll && byReason.size === 1
      ? text
      : `${listing(some.map((limit) => name(group, limit, safe)))}, for ${text}`
  })
}

/** How the quarter was sampled. */
export function sampling({ span, sampled, source, costs, failures }: Review): string[] {
  const days = plural((span.end - span.start) / DAY, 'day')
  const hasHours = failures.every(({ part }) => part !== 'hours')
  const byMinute =
    sampled.length === 0
      ? 'By the minute, no day.'
      : `By the minute, ${plural(sampled.length, 'day')}: those with the busiest hours, the worst of each group first (${listing(daysText(sampled))}). Highest use is theirs: a short burst on another day is not seen.`
  return [
    ...(hasHours
      ? [
          `By the hour, all ${days}: typical use, which is the median of the hours with use, each as its mean per minute; and the busiest hour of each week.`,
          byMinute,
        ]
      : []),
    `Use is that of the whole organization, from ${source === 'analytics' ? 'the analytics API' : 'the legacy report, which does not count requests'}; limits and lines are those of now.`,
    'Moves are played through on the same minutes: half of the model that costs a group most on the next cheaper one in use, token for token; or more of the input read from the cache. Whether that model does the work as well, no figure here says. A move that changes neither cost nor use by one percent is left out.',
    ...(costs.kind === 'known'
      ? [
          `Cost is the bill after discount in shares, no amounts${costs.knownUntil === null ? '' : `, known until ${moment(isoTime(costs.knownUntil))}`}; a token of a kind costs on each model what it cost on that bill.`,
        ]
      : []),
  ]
}

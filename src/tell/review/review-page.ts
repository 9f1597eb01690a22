import type { GroupReview, MoveReview, Review, Verdict } from '../../judge/review/review-of.ts'
import { listing, percent, plural } from '../../vocabulary/figures.ts'
import { DAY, isoDay, isoTime } from '../../vocabulary/use/window.ts'
import { markdownText, SENTENCE_LENGTH } from '../words/escape.ts'
import { groupName, moment, period } from '../words/format.ts'
import { bullets, stack, under } from '../words/markdown.ts'
import { costSection, movesSection, signed, useSection } from './review-sections.ts'
import { first, name, share, when } from './review-words.ts'

/**
 * The one page for "stay, raise, lower, or move part of it". `workspaceNames`: names by ID. Cost is in it as percent alone:
 * there is no amount of money.
 */
export function reviewPage(review: Review, workspaceNames: ReadonlyMap<string, string>): string {
  const { span } = review
  const title = `# Claude rate limits: review of ${period({ start: isoTime(span.start), end: isoTime(span.end) })}`
  return `${stack(
    title,
    under('## What to do', bullets(ORDER.flatMap((verdict) => ofVerdict(review, verdict)))),
    under('## Use beside the limits', useSection(review)),
    under('## Share of cost', costSection(review, workspaceNames)),
    under('## What would change both', movesSection(review)),
    under('## How it was sampled', bullets(sampling(review))),
  )}\n`
}

const ORDER: readonly Verdict[] = ['raise', 'move', 'lower', 'stay', 'unknown']

function ofVerdict({ groups }: Review, verdict: Verdict): string[] {
  return groups.filter((group) => group.verdict === verdict).map(advice)
}

function advice(review: GroupReview): string {
  const group = groupName(review.group, markdownText)
  const top = first(review)
  if (!top || review.verdict === 'unknown') {
    const reasons = new Set(review.limits.flatMap((limit) => (limit.kind === 'unmeasured' ? [limit.reason] : [])))
    return `**Not measurable:** ${group}: ${listing([...reasons].map((reason) => markdownText(reason, SENTENCE_LENGTH)))}.`
  }
  const partly = review.limits.some(({ kind }) => kind === 'unmeasured') ? ', as far as its limits are measurable' : ''
  const used = `${name(review.group, top)} was used to ${share(top)} (${when(review.group, top)}), typically to ${percent(top.typical.utilization)}`
  const { carriedBy } = review
  const tier = carriedBy.kind === 'tier' ? ` ${carriedBy.tier} of the published tiers would carry it.` : ''
  switch (review.verdict) {
    case 'raise':
      return `**Raise** ${group}${partly}: ${used}.${carriedBy.kind === 'none' ? ' No published tier would carry it: ask for limits of your own.' : tier}${caching(review)}`
    case 'move':
      return `**Move part of it, or raise** ${group}${partly}: ${used}. ${listing(review.moves.filter(isWay).map(way))}.`
    case 'lower':
      return `**Lower, or leave it unused** ${group}: none of its limits was used to a tenth, the highest to ${share(top)}: it is over-provisioned.${tier}`
    case 'stay':
      return `**Stay** ${group}${partly}: ${used}.${tier}`
  }
}

/** Where more caching would do as well. */
function caching({ moves }: GroupReview): string {
  const move = moves.find(({ kind, isWithin }) => kind === 'cache' && isWithin)
  return move?.kind === 'cache'
    ? ` With ${percent(move.to)} of its input read from the cache it would be below its alert line.`
    : ''
}

const isWay = ({ kind, isWithin }: MoveReview) => kind === 'model' && isWithin

function way({ from, to, touched, costChange }: MoveReview): string {
  const groups = touched.map(
    ({ group, before, after }) => `${groupName(group, markdownText)} ${percent(before)} → ${percent(after)}`,
  )
  const cost = costChange === null ? '' : `, all cost ${signed(costChange)}`
  return `With half of ${markdownText(String(from))} on ${markdownText(String(to))} no limit is over its alert line: ${listing(groups)}${cost}`
}

function sampling({ span, sampled, source, isWhole, knownUntil, groups }: Review): string[] {
  const days = (span.end - span.start) / DAY
  const measured = groups.some(({ verdict }) => verdict !== 'unknown')
  return [
    `By the hour: all ${plural(days, 'day')}. Typical use and the weeks come from these: the median of the hours with use, each as its mean per minute.`,
    sampled.length === 0
      ? 'By the minute: no day, since no use was found.'
      : `By the minute: the ${plural(sampled.length, 'day')} with the busiest hours, the worst of each group first: ${listing(sampled.map(isoDay))}. The highest use is that of these minutes, so a short burst on another day is not seen.`,
    `Read from ${source === 'analytics' ? 'the analytics API' : 'the legacy report, which does not count requests'}. Limits and lines are those of now, of the organization.`,
    'Moves are played through on the same minutes: half of the model of a group that costs most moved to the next cheaper one in use, token for token; or its input read from the cache to a higher share. Whether that model does the work as well, no usage data says.',
    'Costs are shares of the bill after discount. What a model costs is what it cost on it, for each token of a kind.',
    ...(isWhole || !measured
      ? []
      : [
          knownUntil === null
            ? '**Usage was still coming in while it was read, or none was found:** the figures are at least these, and nothing is called over-provisioned.'
            : `**Usage is known until ${moment(isoTime(knownUntil))} only:** the figures are at least these, and nothing is called over-provisioned.`,
        ]),
  ]
}

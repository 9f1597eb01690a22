import type { MeasuredLimit } from '../../judge/review/group-review.ts'
import type { CostShare, GroupReview, Review } from '../../judge/review/review.ts'
import { atMost, count, percent, plural } from '../../vocabulary/figures.ts'
import { PUBLISHED } from '../../vocabulary/limits/published-tiers.ts'
import { isoTime } from '../../vocabulary/use/window.ts'
import { markdownText, SENTENCE_LENGTH } from '../words/escape.ts'
import { groupName, isPerDay, period } from '../words/format.ts'
import { bullets, details, stack, table, unbroken, under } from '../words/markdown.ts'
import { gaps, headline, reasons, type Sentence, sampling } from './review-reasons.ts'
import {
  decision,
  first,
  inOrder,
  measuredOf,
  movesOf,
  moveText,
  name,
  percentOfCost,
  share,
  signed,
  tierText,
  touchedTexts,
  when,
} from './review-words.ts'

const right = (head: string) => ({ head, align: 'right' as const })
const MOST = 10

/**
 * The one page for "stay, raise, lower, or move part of it", as Markdown. `workspaceNames`: names by ID. Cost is in it as
 * percent alone: there is no amount of money.
 */
export function reviewPage(review: Review, workspaceNames: ReadonlyMap<string, string>): string {
  const { span } = review
  const days = period({ start: isoTime(span.start), end: isoTime(span.end) })
  return `${stack(
    `# Claude rate limits and cost, ${days}`,
    `**${headline(review)}**`,
    decisions(review),
    bullets([...gaps(review, markdownText), ...reasons(review, markdownText)].map(bold)),
    under('## What would change cost and use', moves(review)),
    under('## Share of cost', costs(review, workspaceNames)),
    details('Every limit', everyLimit(review)),
    under('## How it was sampled', bullets(sampling(review))),
  )}\n`
}

const bold = ({ lead, text }: Sentence): string => `**${lead}** ${text}`

/** A row for each group, by its limit that was used most. */
function decisions(review: Review): string {
  const heads = [
    { head: 'Decision' },
    { head: 'Group' },
    right('Highest'),
    right('Typical'),
    right('Cost'),
    { head: 'Tier that carries it' },
    { head: 'Comes first' },
    { head: 'Weeks' },
  ]
  const rows = inOrder(review).flatMap((group) => {
    const top = first(group)
    return top ? [[`**${decision(group)}**`, groupName(group.group, markdownText), ...figures(group, top)]] : []
  })
  return stack(
    table(
      heads,
      rows.map((row) => row.map(unbroken)),
    ),
    rows.length > 0 &&
      `<sub>Highest and typical use of the limit that comes first; cost of the group's models, of all cost; the lowest tier, as [published](${PUBLISHED.source}) on ${PUBLISHED.date}, on which no limit would reach its alert line; the busiest hour of each week beside that of the busiest one (█), oldest first.</sub>`,
  )
}

function figures(review: GroupReview, top: MeasuredLimit): string[] {
  const at = when(review.group, top)
  return [
    share(top),
    percent(top.typical.utilization),
    review.costShare === null ? '' : percentOfCost(review.costShare),
    tierText(review),
    `${name(review.group, top, markdownText)}${at && `, ${at}`}`,
    weeks(top),
  ]
}

const TICKS = '▁▂▃▄▅▆▇█'

function weeks({ weeks: all }: MeasuredLimit): string {
  const most = Math.max(...all)
  const tick = (use: number) => TICKS[Math.min(TICKS.length - 1, Math.floor((use / most) * TICKS.length))] ?? ''
  return most > 0 ? `\`${all.map(tick).join('')}\`` : ''
}

function everyLimit(review: Review): string {
  const rows = inOrder(review).flatMap((group) =>
    measuredOf(group).map((limit) => [
      `${groupName(group.group, markdownText)}, ${name(group.group, limit, markdownText)}`,
      count(limit.limit),
      `${count(limit.highest.value)} (${share(limit)})`,
      `${count(limit.busiest.value)} (${percent(limit.busiest.utilization)})`,
      `${count(limit.typical.value)} (${percent(limit.typical.utilization)})`,
      overText(group, limit),
    ]),
  )
  const heads = [
    right('Value'),
    right('Highest'),
    right('Busiest hour'),
    right('Typical'),
    right('At or over its line'),
  ]
  return table([{ head: 'Limit' }, ...heads], rows)
}

function overText({ group }: GroupReview, { limiter, over: { times } }: MeasuredLimit): string {
  return times === 0 ? '' : plural(times, isPerDay({ group, limiter }) ? 'day' : 'minute')
}

/** What a cheaper model or more caching would do to cost and headroom. */
function moves(review: Review): string {
  const { shown, more } = atMost(movesOf(review), MOST)
  const rows = shown.map((move) => [
    moveText(move, markdownText),
    move.costChange === null ? 'not known' : signed(move.costChange),
    touchedTexts(move, markdownText).join('<br>'),
  ])
  return stack(
    table([{ head: 'Change' }, right('All cost'), { head: 'Highest use, by the minutes' }], rows),
    more > 0 && `${more} more with less to gain.`,
  )
}

/** Who the cost is for, in percent. */
function costs({ costs: known }: Review, workspaceNames: ReadonlyMap<string, string>): string {
  if (known.kind === 'unknown') return `Not measurable: ${markdownText(known.problem, SENTENCE_LENGTH)}`
  return stack(
    sharesTable('Model', known.models, (id) => id, 'of no model (such as web searches)'),
    sharesTable('Workspace', known.workspaces, (id) => workspaceNames.get(id) ?? id, 'of no workspace'),
  )
}

function sharesTable(head: string, shares: readonly CostShare[], nameOf: (id: string) => string, none: string): string {
  const { shown, more } = atMost(shares, MOST)
  const rest = shares.slice(MOST).reduce((sum, one) => sum + one.share, 0)
  const rows = shown.map((one) => [one.name === null ? none : markdownText(nameOf(one.name)), percentOfCost(one.share)])
  return table(
    [{ head }, right('Share of cost')],
    [...rows, ...(more > 0 ? [[`${count(more)} more`, percentOfCost(rest)]] : [])],
  )
}

import type { CarriedBy } from '../../judge/review/group-review.ts'
import type { CostShare, MoveReview, Review } from '../../judge/review/review-of.ts'
import { atMost, count, percent } from '../../vocabulary/figures.ts'
import { PUBLISHED } from '../../vocabulary/limits/published-tiers.ts'
import { markdownText, SENTENCE_LENGTH } from '../words/escape.ts'
import { groupName } from '../words/format.ts'
import { details, stack, table, unbroken } from '../words/markdown.ts'
import { first, measuredOf, name, share, when } from './review-words.ts'

const right = (head: string) => ({ head, align: 'right' as const })
const MOST_SHARES = 10

/** A row for each group by its limit that was used most, and below them every limit. */
export function useSection({ groups }: Review): string {
  const rows = groups.flatMap((review) => {
    const top = first(review)
    if (!top) return []
    return [
      [
        groupName(review.group, markdownText),
        name(review.group, top),
        share(top),
        top.highest.value > 0 ? when(review.group, top) : '',
        percent(top.typical.utilization),
        weeks(top.weeks),
        tierCell(review.carriedBy),
      ],
    ]
  })
  const all = groups.flatMap((review) =>
    measuredOf(review).map((limit) => [
      `${groupName(review.group, markdownText)}, ${name(review.group, limit)}`,
      count(limit.limit),
      `${count(limit.highest.value)} (${share(limit)})`,
      `${count(limit.busiest.value)} (${percent(limit.busiest.utilization)})`,
      `${count(limit.typical.value)} (${percent(limit.typical.utilization)})`,
    ]),
  )
  const heads = [
    { head: 'Group' },
    { head: 'Comes first' },
    right('Highest'),
    { head: 'When' },
    right('Typical'),
    { head: 'Weeks' },
    { head: 'Tier that carries it' },
  ]
  return stack(
    table(
      heads,
      rows.map((row) => row.map(unbroken)),
    ) || 'No limit could be measured.',
    rows.length > 0 &&
      `<sub>Weeks, oldest first: the busiest hour of each beside that of the busiest week (█). Tiers as [published](${PUBLISHED.source}) on ${PUBLISHED.date}: the lowest on which no limit would be over its alert line.</sub>`,
    details(
      'Every limit',
      table([{ head: 'Limit' }, right('Value'), right('Highest'), right('Busiest hour'), right('Typical')], all),
    ),
  )
}

const TICKS = '▁▂▃▄▅▆▇█'

function weeks(all: readonly number[]): string {
  const most = Math.max(...all)
  const tick = (use: number) => TICKS[Math.min(TICKS.length - 1, Math.floor((use / most) * TICKS.length))] ?? ''
  return most > 0 ? `\`${all.map(tick).join('')}\`` : ''
}

function tierCell(carriedBy: CarriedBy): string {
  switch (carriedBy.kind) {
    case 'tier':
      return carriedBy.tier
    case 'none':
      return 'none'
    case 'unknown':
      return `not known: ${carriedBy.why}`
  }
}

/** Who the cost is for, in percent. */
export function costSection({ costs }: Review, workspaceNames: ReadonlyMap<string, string>): string {
  if (costs.kind === 'unknown') return markdownText(costs.problem, SENTENCE_LENGTH)
  const workspaceOf = (id: string) => workspaceNames.get(id) ?? id
  return stack(
    sharesTable('Model', costs.models, (model) => model, 'of no model (such as web searches)'),
    sharesTable('Workspace', costs.workspaces, workspaceOf, 'of no workspace'),
  )
}

function sharesTable(head: string, shares: readonly CostShare[], nameOf: (id: string) => string, none: string): string {
  const { shown } = atMost(shares, MOST_SHARES)
  const rest = shares.slice(MOST_SHARES)
  const rows = shown.map((one) => [one.name === null ? none : markdownText(nameOf(one.name)), percentOfCost(one.share)])
  const others = rest.reduce((sum, one) => sum + one.share, 0)
  return table(
    [{ head }, right('Share of cost')],
    [...rows, ...(rest.length > 0 ? [[`${count(rest.length)} more`, percentOfCost(others)]] : [])],
  )
}

/** A correction of the bill can make a share negative. */
const percentOfCost = (ratio: number): string => (ratio < 0 ? `−${percent(-ratio)}` : percent(ratio))

/** What a cheaper model or more caching would do to cost and headroom. */
export function movesSection({ groups }: Review): string {
  const moves = groups.flatMap((group) => group.moves)
  const rows = moves.map((move) => [
    moveText(move),
    move.costChange === null ? 'not known' : signed(move.costChange),
    move.touched
      .map(({ group, before, after }) => `${groupName(group, markdownText)} ${percent(before)} → ${percent(after)}`)
      .join('<br>'),
  ])
  return stack(
    table([{ head: 'Change' }, right('All cost'), { head: 'Highest use' }], rows),
    rows.length > 0 && '<sub>Highest use is that of the limit that comes first, on the days read by the minute.</sub>',
  )
}

/** `−8 %`, `+3 %`. */
export const signed = (change: number): string => `${change < 0 ? '−' : '+'}${percent(Math.abs(change))}`

function moveText(move: MoveReview): string {
  if (move.kind === 'model') return `${percent(move.part)} of ${markdownText(move.from)} on ${markdownText(move.to)}`
  return `${groupName(move.group, markdownText)}: cache reads from ${percent(move.from)} to ${percent(move.to)} of input`
}

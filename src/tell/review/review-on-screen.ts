import type { CostShare, GroupReview, Review, Verdict } from '../../judge/review/review.ts'
import { atMost, listing, percent } from '../../vocabulary/figures.ts'
import { isoTime } from '../../vocabulary/use/window.ts'
import { type Column, columns, paragraph } from '../terminal/layout.ts'
import { painted, type Screen, terminalText } from '../terminal/style.ts'
import { SENTENCE_LENGTH } from '../words/escape.ts'
import { groupName, period } from '../words/format.ts'
import { gaps, headline, reasons, type Sentence, sampling } from './review-reasons.ts'
import {
  decision,
  first,
  inOrder,
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

const MOST = 5
const right = (head: string): Column => ({ head, align: 'right' })

/** The review for a terminal: the decisions first, then why, and what else would do. `workspaceNames`: names by ID. */
export function reviewOnScreen(review: Review, workspaceNames: ReadonlyMap<string, string>, screen: Screen): string {
  const { span } = review
  const days = period({ start: isoTime(span.start), end: isoTime(span.end) })
  const told = ({ lead, text }: Sentence) => paragraph(`${painted('bold', lead, screen)} ${text}`, screen, '-')
  return `${[
    paragraph(`Claude rate limits and cost, ${days}. ${painted('bold', headline(review), screen)}`, screen),
    decisions(review, screen),
    [...gaps(review, terminalText), ...reasons(review, terminalText)].map(told).join('\n'),
    section('What would change cost and use', moves(review, screen), screen),
    section('Share of cost', costs(review, workspaceNames, screen), screen),
    section(
      'How it was sampled',
      sampling(review)
        .map((text) => paragraph(text, screen, '-'))
        .join('\n'),
      screen,
    ),
  ]
    .filter(Boolean)
    .join('\n\n')}\n`
}

const section = (title: string, body: string, screen: Screen): string =>
  body === '' ? '' : `${painted('bold', title, screen)}\n${body}`

const COLOURS: Record<Verdict, Parameters<typeof painted>[0]> = {
  raise: 'red',
  move: 'red',
  lower: 'yellow',
  stay: 'green',
  unknown: 'gray',
}

function decisions(review: Review, screen: Screen): string {
  const rows = inOrder(review).map((group) => {
    const top = first(group)
    const under = top ? painted('gray', about(group), screen) : ''
    return [
      top ? share(top) : '',
      top ? percent(top.typical.utilization) : '',
      group.costShare === null ? '' : percentOfCost(group.costShare),
      painted(COLOURS[group.verdict], decision(group), screen),
      `${groupName(group.group, terminalText)}${under && `\n${under}`}`,
    ]
  })
  return columns(
    [right('Highest'), right('Typical'), right('Cost'), { head: 'Decision' }, { head: 'Group' }],
    rows,
    4,
    screen,
  )
}

function about(review: GroupReview): string {
  const top = first(review)
  if (!top) return ''
  const at = when(review.group, top)
  const tier = `carried by ${tierText(review)}`
  return `${name(review.group, top, terminalText)}${at && `, ${at}`}${review.carriedBy.kind === 'unknown' ? '' : `; ${tier}`}`
}

function moves(review: Review, screen: Screen): string {
  const { shown } = atMost(movesOf(review), MOST)
  if (shown.length === 0) return ''
  const rows = shown.map((move) => [
    move.costChange === null ? 'not known' : signed(move.costChange),
    `${moveText(move, terminalText)}\n${painted('gray', touchedTexts(move, terminalText).join(', '), screen)}`,
  ])
  return columns([right('All cost'), { head: 'Change, and highest use by the minutes' }], rows, 1, screen)
}

function costs({ costs: known }: Review, workspaceNames: ReadonlyMap<string, string>, screen: Screen): string {
  if (known.kind === 'unknown')
    return paragraph(`Not measurable: ${terminalText(known.problem, SENTENCE_LENGTH)}`, screen, '-')
  const line = (what: string, shares: readonly CostShare[], nameOf: (id: string) => string) =>
    paragraph(
      `${what}: ${listing(
        shares.map(
          (one) => `${one.name === null ? 'none' : terminalText(nameOf(one.name))} ${percentOfCost(one.share)}`,
        ),
        MOST,
      )}.`,
      screen,
      '-',
    )
  return [
    line('By model', known.models, (id) => id),
    line('By workspace', known.workspaces, (id) => workspaceNames.get(id) ?? id),
  ].join('\n')
}

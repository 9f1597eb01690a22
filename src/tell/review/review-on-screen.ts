import type { CostShare, Review, Verdict } from '../../judge/review/review.ts'
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
  percentOfCost,
  share,
  signed,
  tierText,
  touchedTexts,
} from './review-words.ts'

const MOST = 5
const right = (head: string): Column => ({ head, align: 'right' })

/**
 * The review for a terminal: the groups, what else would do, and what to do as the last lines, where the eye is when a
 * command ends. `workspaceNames`: names by ID.
 */
export function reviewOnScreen(review: Review, workspaceNames: ReadonlyMap<string, string>, screen: Screen): string {
  const { span } = review
  const days = period({ start: isoTime(span.start), end: isoTime(span.end) })
  const told = ({ lead, text }: Sentence) => paragraph(`${painted('bold', lead, screen)} ${text}`, screen, '-')
  const sentences = [...gaps(review, terminalText), ...reasons(review, terminalText)]
  return `${[
    paragraph(`Claude rate limits and cost, ${days}`, screen),
    groups(review, screen),
    section('What would change cost and use', moves(review, screen), screen),
    section('Share of cost', costs(review, workspaceNames, screen), screen),
    section('How it was sampled', listed(sampling(review), screen), screen),
    section('What to do', sentences.map(told).join('\n'), screen),
    paragraph(painted('bold', headline(review), screen), screen),
  ]
    .filter(Boolean)
    .join('\n\n')}\n`
}

const listed = (texts: readonly string[], screen: Screen) =>
  texts.map((text) => paragraph(text, screen, '-')).join('\n')

const section = (title: string, body: string, screen: Screen): string =>
  body === '' ? '' : `${painted('bold', title, screen)}\n${body}`

const COLOURS: Record<Verdict, Parameters<typeof painted>[0]> = {
  raise: 'red',
  move: 'red',
  lower: 'yellow',
  stay: 'green',
  unknown: 'gray',
}

/** A row for each group, by its limit that was used most. */
function groups(review: Review, screen: Screen): string {
  const rows = inOrder(review).flatMap((group) => {
    const top = first(group)
    if (!top) return []
    return [
      [
        share(top),
        percent(top.typical.utilization),
        group.costShare === null ? '' : percentOfCost(group.costShare),
        painted(COLOURS[group.verdict], decision(group), screen),
        tierText(group),
        groupName(group.group, terminalText),
      ],
    ]
  })
  const heads = [right('Highest'), right('Typical'), right('Cost'), { head: 'Decision' }, { head: 'Carried by' }]
  return rows.length > 0 ? columns([...heads, { head: 'Group' }], rows, 5, screen) : ''
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

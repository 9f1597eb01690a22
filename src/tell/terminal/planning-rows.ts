import type { Report } from '../../report/report.ts'
import { atMost, count, listing, percent } from '../../vocabulary/figures.ts'
import { crossings } from '../planning/what-if-section.ts'
import { SENTENCE_LENGTH } from '../words/escape.ts'
import { groupName, limiterName, limitName, percentOf } from '../words/format.ts'
import { andMore } from '../words/list.ts'
import { type Column, columns, paragraph } from './layout.ts'
import { painted, type Screen, terminalText } from './style.ts'

const MOST = 15
const right = (head: string): Column => ({ head, align: 'right' })

/** Every limit that the asked changes touch, before and after, the highest after them first; empty where nothing was asked. */
export function whatIfRows(report: Report, screen: Screen): string {
  const { what_if: whatIf } = report
  if (!whatIf) return ''
  const { shown, more } = atMost(whatIf.rows, MOST)
  const share = percentOf(report)
  const rows = shown.map((row) => {
    const reached = crossings(row, report)
    const name = limitName(row, terminalText)
    const atLeast = row.lower_bound ? '≥ ' : ''
    return [
      `${atLeast}${share(row.before.utilization)}`,
      `${atLeast}${share(row.after.utilization)}`,
      reached ? `${name}\n${painted('gray', `would reach ${reached}`, screen)}` : name,
    ]
  })
  const changes = listing(whatIf.changes.map((change) => terminalText(change, SENTENCE_LENGTH)))
  return [
    painted('bold', paragraph(`What if ${changes}`, screen), screen),
    rows.length > 0
      ? columns([right('Now'), right('Then'), { head: 'Limit' }], rows, 2, screen)
      : paragraph('No limit that was measured would be used otherwise.', screen),
    more > 0 && painted('gray', andMore(more), screen),
  ]
    .filter(Boolean)
    .join('\n')
}

/** A cap for each workspace; empty where none was asked for. */
export function budgetRows({ budgets }: Report, screen: Screen): string {
  if (!budgets) return ''
  const { shown, more } = atMost(budgets, MOST)
  const rows = shown.map(({ workspace, group, limiter, cap, share, minutes_over: over }) => [
    count(cap),
    percent(share),
    count(over),
    `${terminalText(workspace.name)}\n${painted('gray', `${groupName(group, terminalText)}, ${limiterName({ group, limiter }, terminalText)}`, screen)}`,
  ])
  const heads = [right('Cap'), right('Share'), right('Minutes over it'), { head: 'Workspace' }]
  return [
    painted('bold', 'Budgets that fit the limit of the organization', screen),
    rows.length > 0
      ? columns(heads, rows, 3, screen)
      : paragraph(
          'None: no limit per minute is in watch or alert, or none was used before the last seven days.',
          screen,
        ),
    more > 0 && painted('gray', andMore(more), screen),
    shown.length > 0 && paragraph('The commands that set them are in the summary: --summary FILE.', screen),
  ]
    .filter(Boolean)
    .join('\n')
}

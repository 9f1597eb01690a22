import type { Report } from '../../report/report.ts'
import { atMost, count } from '../../vocabulary/figures.ts'
import { markdownText } from '../words/escape.ts'
import { moment, scopeName } from '../words/format.ts'
import { andMore } from '../words/list.ts'
import { stack, table } from '../words/markdown.ts'

const WHAT_TO_DO =
  '<sub>Refused with 429, told apart by the code of the error. A rate limit: use less at once, or ask for more. Acceleration: let use rise more slowly. A spend cap: waiting does not help before the month ends.</sub>'

/** Responses with status 429 in a log, by what refused them: each kind has a remedy of its own. */
export function refusedRequests(report: Report, most: number): string {
  const { shown, more } = atMost(report.refusals ?? [], most)
  const rows = shown.map(({ scope, model, first, last, ...counts }) => [
    `${markdownText(model)}${scope.type === 'workspace' ? `, ${scopeName(scope, markdownText)}` : ''}`,
    ...[counts.rate_limit, counts.acceleration, counts.spend_cap, counts.not_told].map(count),
    moment(first),
    moment(last),
  ])
  const columns = ['Rate limit', 'Acceleration', 'Spend cap', 'Not told'].map((head) => ({
    head,
    align: 'right' as const,
  }))
  if (rows.length === 0) return ''
  return stack(
    table([{ head: 'Model' }, ...columns, { head: 'First' }, { head: 'Last' }], rows),
    andMore(more),
    WHAT_TO_DO,
  )
}

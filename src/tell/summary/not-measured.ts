import type { Report, VerdictRow } from '../../report/report.ts'
import { atMost, capital, count, plural } from '../../vocabulary/figures.ts'
import { MODEL_GROUP } from '../../vocabulary/limits/groups.ts'
import { limiterRule } from '../../vocabulary/limits/limiters.ts'
import type { Scope } from '../../vocabulary/scope.ts'
import { markdownText, SENTENCE_LENGTH } from '../words/escape.ts'
import { groupName, limiterName } from '../words/format.ts'
import { details, stack, table } from '../words/markdown.ts'
import { isUnread, unmeasured } from '../words/select.ts'

/**
 * Anthropic's documentation gives these limits (rate limits, Managed Agents, as of 2026-08-22); the Rate Limits API does not
 * list them, and usage data does not show the calls.
 */
const MANAGED_AGENTS: readonly (readonly string[])[] = [
  [
    'Managed Agents, create endpoints',
    '300 requests/min',
    'As documented, not measured: the Rate Limits API does not list it',
    'Count the calls in your own client or gateway.',
  ],
  [
    'Managed Agents, read endpoints',
    '1,200 requests/min',
    'As documented, not measured: the Rate Limits API does not list it',
    'Count the calls in your own client or gateway.',
  ],
]

/** The limits without a figure: why, and how to measure them. One row for each kind, at most `most`. */
export function notMeasured(report: Report, most: number): string {
  const rows = unmeasured(report)
  const isLog = report.usage_source === 'headers'
  const fromDocumentation = isLog ? [] : MANAGED_AGENTS
  const kinds = Map.groupBy(
    rows,
    (row) => `${row.group.type} ${row.group.name} ${row.limiter} ${row.reason} ${row.scope.type}`,
  )
  const { shown, more } = atMost([...kinds.values()], most)
  const limits = table(
    [
      { head: 'Limit' },
      { head: 'Value', align: 'right' },
      { head: 'Why there is no figure' },
      { head: 'How to measure it' },
    ],
    [...shown.map((same) => cells(same, report)), ...fromDocumentation],
  )
  if (isLog && rows.length === 0) return ''
  return details(
    `${plural(rows.length, isLog ? 'limit' : 'configured limit')} not measured${isLog ? '' : ', and two known from the documentation only'}`,
    stack(limits, more > 0 && `${plural(more, 'more kind')} of limit not measured: see the report file.`),
  )
}

function cells(rows: readonly VerdictRow[], report: Report): string[] {
  const [first] = rows
  if (!first) return []
  return [
    `${groupName(first.group, markdownText)}, ${limiterName(first, markdownText)}${whereOf(first.scope, rows.length)}`,
    limitsOf(rows),
    markdownText(capital(first.reason ?? 'no reason given'), SENTENCE_LENGTH),
    howToMeasure(first, report),
  ]
}

function whereOf(scope: Scope, workspaces: number): string {
  if (scope.type === 'organization') return ''
  return workspaces === 1 ? `, workspace ${markdownText(scope.name)}` : `, ${plural(workspaces, 'workspace')}`
}

function limitsOf(rows: readonly VerdictRow[]): string {
  const [value = null, ...others] = new Set(rows.map(({ limit }) => limit))
  if (others.length > 0) return 'various'
  return value === null ? 'none given' : count(value)
}

function howToMeasure(row: VerdictRow, report: Report): string {
  const { group, limiter, limit } = row
  if (report.usage_source === 'headers') return 'Log responses of this model in the window, with their headers.'
  if (isUnread(row, report)) return 'Run the audit again once the limits of this workspace can be read.'
  if (limiter === 'enqueued_batch_requests')
    return 'Sum `request_counts.processing` over the batches that `GET /v1/messages/batches` lists as in progress.'
  if (group.type !== MODEL_GROUP) return 'Count the calls in your own client or gateway.'
  if (!limit) return 'There is no value to compare with; the Console shows what applies.'
  return limiterRule(group.type, limiter)?.counts.includes('requests')
    ? 'Usage from the analytics API counts requests (`usage-api: analytics`); else count them in your own gateway.'
    : 'Log the `anthropic-ratelimit-*` headers of your own responses.'
}

import type { Report, Verdict } from '../../report/report.ts'
import { capital, count, plural } from '../../vocabulary/figures.ts'
import { MODEL_GROUP } from '../../vocabulary/groups.ts'
import { limiterRule } from '../../vocabulary/limiters.ts'
import { markdownText, SENTENCE_LENGTH } from '../words/escape.ts'
import { groupName, limiterName } from '../words/format.ts'
import { details, stack, table } from '../words/markdown.ts'
import { unmeasured } from '../words/select.ts'

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

/** What no figure stands for, why, and how one could get one. At most `most` rows; limits of the same kind share one. */
export function notMeasured(report: Report, most: number): string {
  const rows = unmeasured(report)
  const kinds = Map.groupBy(
    rows,
    (row) => `${row.group.type} ${row.group.name} ${row.limiter} ${row.reason} ${row.scope.type}`,
  )
  const lines = [...kinds.values()].slice(0, most).map(line)
  const drawn = table(
    [
      { head: 'Limit' },
      { head: 'Value', align: 'right' },
      { head: 'Why there is no figure' },
      { head: 'How to measure it' },
    ],
    [...lines, ...MANAGED_AGENTS],
  )
  const left = kinds.size - lines.length
  return details(
    `${plural(rows.length, 'configured limit')} not measured, and two known from the documentation only`,
    stack(drawn, left > 0 && `${plural(left, 'more kind')} of limit not measured: see the report file.`),
  )
}

function line(rows: readonly Verdict[]): string[] {
  const [first] = rows
  if (!first) return []
  const scope =
    first.scope.type === 'organization'
      ? ''
      : rows.length === 1
        ? `, workspace ${markdownText(first.scope.name)}`
        : `, ${plural(rows.length, 'workspace')}`
  const values = new Set(rows.map(({ limit }) => limit))
  return [
    `${groupName(first.group, markdownText)}, ${limiterName(first, markdownText)}${scope}`,
    values.size > 1 ? 'various' : first.limit === null ? 'none given' : count(first.limit),
    markdownText(capital(first.reason ?? 'no reason given'), SENTENCE_LENGTH),
    howToMeasure(first),
  ]
}

function howToMeasure({ scope, group, limiter, limit }: Verdict): string {
  if (limit === null && scope.type === 'workspace')
    return 'Run the audit again once the limits of this workspace can be read.'
  if (limiter === 'enqueued_batch_requests')
    return 'Sum `request_counts.processing` over the batches that `GET /v1/messages/batches` lists as in progress.'
  if (group.type !== MODEL_GROUP) return 'Count the calls in your own client or gateway.'
  if (!limit) return 'There is no value to compare with; the Console shows what applies.'
  return limiterRule(group.type, limiter)?.counts.includes('requests')
    ? 'Usage from the analytics API counts requests (`usage-api: analytics`); else count them in your own gateway.'
    : 'Log the `anthropic-ratelimit-*` headers of your own responses.'
}

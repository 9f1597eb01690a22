import type { RefusedRow, Report } from '../../report/report.ts'
import { count, listing, plural } from '../../vocabulary/figures.ts'
import { type Clock, inUtc } from './clock.ts'
import type { Escape } from './escape.ts'
import { groupName, moment, scopeName } from './format.ts'
import { refusedRows } from './select.ts'

/** What is said of requests that were refused: who, by what, when, and what to do. */

const NAMED = 3

/** `500 requests refused`; empty where none was, or all are muted. */
export function refusedCount(report: Report): string {
  const requests = refusedRows(report).reduce((sum, { refused }) => sum + refused.requests, 0)
  return requests === 0 ? '' : `${plural(requests, 'request')} refused`
}

/** `claude-opus-4-6 in workspace production`. */
export function refusedName({ scope, group }: Pick<RefusedRow, 'scope' | 'group'>, safe: Escape): string {
  return `${groupName(group, safe)}${scope.type === 'workspace' ? ` in ${scopeName(scope, safe)}` : ''}`
}

/** `500 requests refused (250 by a rate limit, 250 by acceleration), most at 2026-11-22 14:05 UTC (40), asked to wait 8 s, at most 30 s`. */
export function refusedText({ refused }: Pick<RefusedRow, 'refused'>, clock: Clock = inUtc): string {
  const { requests, worst_minute: worst } = refused
  return [
    `${plural(requests, 'request')} refused (${refusedBy(refused)})`,
    `most at ${moment(worst.at, clock)} (${count(worst.requests)})`,
    waitText(refused.retry_after),
  ]
    .filter(Boolean)
    .join(', ')
}

function refusedBy(refused: RefusedRow['refused']): string {
  const parts = [
    refused.rate_limit > 0 && `${count(refused.rate_limit)} by a rate limit`,
    refused.acceleration > 0 && `${count(refused.acceleration)} by acceleration`,
    refused.spend_cap > 0 && `${count(refused.spend_cap)} by a spend cap`,
    refused.not_told > 0 && `${count(refused.not_told)} without a reason in the log`,
  ]
  return parts.filter(Boolean).join(', ')
}

/** How long `retry-after` asked to wait; empty where it did not. */
export function waitText(wait: RefusedRow['refused']['retry_after']): string {
  if (wait === null) return ''
  return wait.median === wait.max
    ? `asked to wait ${count(wait.max)} s`
    : `asked to wait ${count(wait.median)} s (median), at most ${count(wait.max)} s`
}

/** What to do about refusals, one sentence or two for each kind that there was; the kind that no wait helps with comes first. */
export function refusedAdvice(report: Report, safe: Escape, clock: Clock = inUtc): string[] {
  const rows = refusedRows(report)
  const named = (of: readonly RefusedRow[]) =>
    listing(
      of.map((row) => refusedName(row, safe)),
      NAMED,
    )
  const ofKind = (kind: keyof Kinds) => rows.filter(({ refused }) => refused[kind] > 0)
  return KINDS.flatMap(([kind, advise]) => {
    const refused = ofKind(kind)
    return refused.length > 0 ? [advise(named(refused), refused, clock)] : []
  })
}

type Kinds = Pick<RefusedRow['refused'], 'spend_cap' | 'acceleration' | 'rate_limit' | 'not_told'>

const KINDS: readonly [keyof Kinds, (names: string, rows: readonly RefusedRow[], clock: Clock) => string][] = [
  [
    'spend_cap',
    (names, rows) =>
      `Raise the spend cap or stop what can wait (${names}): the money is spent until ${nextMonth(rows)}, and no rate limit helps.`,
  ],
  [
    'acceleration',
    (names) =>
      `Let use rise more slowly (${names}): a sharp rise is refused even far below the limits. Ramp up over minutes, and wait as long as \`retry-after\` asks.`,
  ],
  [
    'rate_limit',
    (names, rows, clock) =>
      `Use less at once (${names}): spread out what runs around ${worstMinute(rows, clock)} and wait as long as \`retry-after\` asks, or ask Anthropic for more.`,
  ],
  [
    'not_told',
    (names) =>
      `Log the body of refused responses as \`error\` (${names}): it says whether a rate limit, acceleration or a spend cap refused them.`,
  ],
]

/** A spend cap is per calendar month (docs: Rate limits, "Reaching your spend cap"). */
function nextMonth(rows: readonly RefusedRow[]): string {
  const last = new Date(Math.max(...rows.map(({ refused }) => Date.parse(refused.last))))
  return moment(new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + 1, 1)).toISOString())
}

function worstMinute(rows: readonly RefusedRow[], clock: Clock): string {
  const worst = rows.map(({ refused }) => refused.worst_minute)
  return moment(worst.reduce((most, one) => (one.requests > most.requests ? one : most)).at, clock)
}

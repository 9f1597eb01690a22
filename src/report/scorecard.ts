import { markdownText } from './escape.ts'
import { atMost, BAND_MARK, count, groupName, limiterName, peakTime, percent, percentOf, plural } from './format.ts'
import { bar, type Column, details, stack, table, unbroken, under } from './markdown.ts'
import type { Report, Scope } from './report.ts'
import { isInert, type Measured, measured, sameScope } from './select.ts'

/** A table of up to this many rows is read as a whole; in a longer one the quiet rows are folded away. */
const READ_AS_A_WHOLE = 12

const COLUMNS: Column[] = [
  { head: 'Band' },
  { head: 'Group' },
  { head: 'Limiter' },
  { head: 'Used' },
  { head: 'Peak', align: 'right' },
  { head: 'When (UTC)' },
  { head: 'Limit', align: 'right' },
  { head: 'Headroom', align: 'right' },
  { head: 'Day before' },
]

/**
 * The scorecard: every measured verdict, the organization first, then each workspace that has something at or over the watch
 * line, then all others together. The highest use is at the head of each table. At most `most` rows in all.
 */
export function scorecard(report: Report, most: number): string {
  const { shown, more } = atMost(measured(report), most)
  const scopes = distinctScopes(report)
  const organization = shown.filter(({ scope }) => scope.type === 'organization')
  const ofScope = (scope: Scope) => shown.filter((row) => sameScope(row.scope, scope))
  const workspaces = scopes.filter(({ type }) => type === 'workspace')
  const loud = workspaces.filter((scope) => ofScope(scope).some(({ band }) => band !== 'ok'))
  const quiet = shown.filter(
    ({ scope }) => scope.type === 'workspace' && !loud.some((other) => sameScope(other, scope)),
  )
  return stack(
    under('#### Organization', scopeTable(organization, report)),
    ...loud.map((scope) => under(`#### Workspace ${name(scope)}`, scopeTable(ofScope(scope), report))),
    quietWorkspaces(quiet, loud.length > 0, report),
    more > 0 && `${plural(more, 'row')} with less use ${more === 1 ? 'is' : 'are'} not shown here.`,
  )
}

function scopeTable(rows: readonly Measured[], report: Report): string {
  const draw = (some: readonly Measured[]) =>
    table(
      COLUMNS,
      some.map((row) => cells(row, report)),
    )
  if (rows.length <= READ_AS_A_WHOLE) return draw(rows)
  const quiet = rows.filter(({ band }) => band === 'ok')
  const line = percentOf(report)(report.thresholds.watch)
  return stack(
    draw(rows.filter(({ band }) => band !== 'ok')),
    details(`${plural(quiet.length, 'limit')} below ${line}`, draw(quiet)),
  )
}

function quietWorkspaces(rows: readonly Measured[], others: boolean, report: Report): string {
  const workspaces = new Set(rows.map(({ scope }) => (scope.type === 'workspace' ? scope.id : ''))).size
  const line = percentOf(report)(report.thresholds.watch)
  const drawn = table(
    [{ head: 'Workspace' }, ...COLUMNS],
    rows.map((row) => [name(row.scope), ...cells(row, report)]),
  )
  return details(
    `${plural(workspaces, others ? 'more workspace' : 'workspace', others ? 'more workspaces' : 'workspaces')} with limits of ${workspaces === 1 ? 'its' : 'their'} own, all below ${line}`,
    drawn,
  )
}

function cells(row: Measured, report: Report): string[] {
  const share = percentOf(report)
  const loud = row.band === 'alert' || row.band === 'watch'
  const figure = `${row.lower_bound ? '≥ ' : ''}${share(row.utilization)}`
  const { alert, watch } = report.thresholds
  const headroom = percent(Math.abs(1 - row.utilization), [1 - watch, 1 - alert])
  return [
    `${BAND_MARK[row.band]}&nbsp;${row.band}`,
    groupName(row.group, markdownText),
    limiterName(row, markdownText).replace(/^(\w+) tokens/, '$1&nbsp;tokens'),
    `${bar(row.utilization)} ${loud ? `**${figure}**` : figure}`,
    count(row.peak),
    (peakTime(row, report) ?? '').replace(/ UTC$/, ''),
    isInert(row) ? `${count(row.limit)} (own ${count(row.configured ?? 0)} is inert)` : count(row.limit),
    `${row.lower_bound ? '≤ ' : ''}${row.utilization > 1 ? '−' : ''}${headroom}`,
    dayBefore(row, report),
  ].map(unbroken)
}

function dayBefore(row: Measured, report: Report): string {
  const before = row.previous === null ? 'not known' : percentOf(report)(row.previous.utilization)
  return row.transition === null ? before : `${before}, ${row.transition}`
}

function distinctScopes(report: Report): Scope[] {
  const scopes: Scope[] = []
  for (const { scope } of report.verdicts) if (!scopes.some((other) => sameScope(other, scope))) scopes.push(scope)
  return scopes
}

const name = (scope: Scope) => (scope.type === 'workspace' ? markdownText(scope.name) : 'Organization')

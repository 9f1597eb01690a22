import type { GroupViewRow, Report } from '../../report/report.ts'
import { atMost, count, percent, plural } from '../../vocabulary/figures.ts'
import { markdownText } from '../words/escape.ts'
import { groupName, limiterName, percentOf, scopeName } from '../words/format.ts'
import { andMore } from '../words/list.ts'
import { details, READ_AS_A_WHOLE, stack, table } from '../words/markdown.ts'

/** For each group the limiter that comes first, how far off the others are, and what its cache is worth; the closest group first. */
export function whatBinds(report: Report, most: number): string {
  const share = percentOf(report)
  const views = report.groups.filter(({ binds }) => binds.length > 0)
  const { shown, more } = atMost(
    views.toSorted((a, b) => (b.binds[0]?.utilization ?? 0) - (a.binds[0]?.utilization ?? 0)),
    most,
  )
  const rows = shown.map(({ scope, group, binds, cache }) => {
    const named = binds.map(
      ({ limiter, utilization }) => `${limiterName({ group, limiter }, markdownText)} ${share(utilization)}`,
    )
    return [
      `${groupName(group, markdownText)}${scope.type === 'workspace' ? `, ${scopeName(scope, markdownText)}` : ''}`,
      named[0] ?? '',
      named.slice(1).join(', '),
      cache ? percent(cache.read_share) : '',
      cache ? saved(cache) : '',
    ]
  })
  const groups = table(
    [
      { head: 'Group' },
      { head: 'Binds first' },
      { head: 'Then' },
      { head: 'Input read from cache', align: 'right' },
      { head: 'Cache reads save', align: 'right' },
    ],
    rows,
  )
  return stack(rows.length > READ_AS_A_WHOLE ? details(plural(rows.length, 'group'), groups) : groups, andMore(more))
}

/** How many times the input a limit carries for which cache reads are free. */
function saved(cache: NonNullable<GroupViewRow['cache']>): string {
  return cache.stretch === null ? 'all input is read from the cache' : `${count(Number(cache.stretch.toFixed(1)))} ×`
}

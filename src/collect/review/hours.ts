import { describeError } from '../../errors.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { HOUR, MINUTE, type Span } from '../../vocabulary/use/window.ts'
import {
  add,
  agree,
  type Cell,
  COUNTERS,
  cellsOf,
  completing,
  keyOf,
  type MinutesQuery,
  nothing,
  rowsPerMinute,
  tellingApart,
} from '../usage/cells.ts'
import { earliest } from '../usage/freshness.ts'
import { createMinuteTable } from '../usage/minute-table.ts'
import { requestsOf } from '../usage/ranges.ts'
import type { UsageReader } from '../usage/usage-reader.ts'

/** Use of the whole organization over a long span, by the hour, and of a few of its days by the minute. */

export type Hours = {
  rows: readonly UsageRow[]
  /** Whether they add up to the census. */
  addsUp: boolean
  refreshedAt: number | null
  /** Why they could not be read: then there are none. */
  problem: string | null
}

/** By model, and by what decides how use counts. */
function questionOf(census: readonly UsageRow[]): MinutesQuery {
  const groupBy = ['model' as const, ...tellingApart(['model'], census)]
  return { of: 'organization', models: null, isFiltered: false, workspaceIds: null, groupBy }
}

/** Reads every hour of the span. `census`: its whole use without times. */
export async function collectHours(reader: UsageReader, span: Span, census: readonly UsageRow[]): Promise<Hours> {
  const query = questionOf(census)
  const complete = completing(query.groupBy, census)
  const cells = cellsOf(query, { earlier: [], window: census }, (model) => model)
  const seen = new Map<string, UsageRow>()
  // As many rows an hour as there would be a minute, were each hour one.
  const rowsPerBucket = rowsPerMinute(cells.values(), { start: 0, end: ((span.end - span.start) / HOUR) * MINUTE })
  const asked = { ...span, width: '1h' as const, groupBy: query.groupBy, rowsPerBucket }
  try {
    const { refreshedAt } = await reader.read(asked, (page) => {
      // A row that comes twice counts once.
      for (const row of page) seen.set(`${row.at} ${keyOf(query.groupBy, row)}`, complete(row))
    })
    const rows = [...seen.values()]
    return { rows, addsUp: addUp(rows, query, cells), refreshedAt, problem: null }
  } catch (error) {
    return { rows: [], addsUp: false, refreshedAt: null, problem: describeError(error) }
  }
}

function addUp(rows: readonly UsageRow[], { groupBy }: MinutesQuery, cells: ReadonlyMap<string, Cell>): boolean {
  const byKey = Map.groupBy(rows, (row) => keyOf(groupBy, row))
  return [...new Set([...cells.keys(), ...byKey.keys()])].every((key) => {
    const sums = nothing()
    for (const row of byKey.get(key) ?? []) add(sums, row)
    const { window } = cells.get(key) ?? { window: nothing() }
    return COUNTERS.every((counter) => agree(sums[counter], window[counter]))
  })
}

/** About how many requests so many days by the minute take. */
export function requestsForDays(reader: UsageReader, days: readonly Span[], census: readonly UsageRow[]): number {
  const { size } = cellsOf(questionOf(census), { earlier: [], window: census }, (model) => model)
  return days.reduce((sum, day) => sum + requestsOf(reader.source, day, size), 0)
}

/** `read`: the days that were; `problem`: why those after them were not. */
export type Days = { read: readonly Span[]; addsUp: boolean; refreshedAt: number | null; problem: string | null }

/**
 * Reads days by the minute, and hands the rows of each whole day to `fold`; they should add up to its hours. It stops at the
 * first day that cannot be read.
 */
export async function collectDays(
  reader: UsageReader,
  days: readonly Span[],
  { census, hours }: { census: readonly UsageRow[]; hours: readonly UsageRow[] },
  fold: (rows: readonly UsageRow[]) => void,
): Promise<Days> {
  const query = questionOf(census)
  let addsUp = true
  const stated: (number | null)[] = []
  const read: Span[] = []
  for (const day of days) {
    const own = hours.filter(({ at }) => at >= day.start && at < day.end)
    const cells = cellsOf(query, { earlier: [], window: own }, (model) => model)
    const table = createMinuteTable(query, cells, { grid: day, windowStart: day.start, nameOf: (model) => model })
    const asked = {
      ...day,
      width: '1m' as const,
      groupBy: query.groupBy,
      rowsPerBucket: rowsPerMinute(cells.values(), day),
    }
    try {
      const { refreshedAt } = await reader.read(asked, table.take)
      stated.push(refreshedAt)
    } catch (error) {
      return { read, addsUp, refreshedAt: earliest(stated), problem: describeError(error) }
    }
    addsUp &&= table.addsUp()
    for (const rows of table.rows()) fold(rows)
    read.push(day)
  }
  return { read, addsUp, refreshedAt: earliest(stated), problem: null }
}

import { describeError } from '../../errors.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { COUNTERS, rowsOf, type UseByMinute } from '../../vocabulary/use/use-by-minute.ts'
import { HOUR, MINUTE, type Span } from '../../vocabulary/use/window.ts'
import {
  add,
  agree,
  type Cell,
  cellsOf,
  completing,
  keyOf,
  type MinutesQuery,
  nothing,
  rowsPerMinute,
  tellingApart,
} from '../usage/cells.ts'
import { type Census, readCensus } from '../usage/census.ts'
import { earliest } from '../usage/freshness.ts'
import { collectMinutes } from '../usage/minutes.ts'
import { requestsOf } from '../usage/ranges.ts'
import type { Counted } from '../usage/usage.ts'
import type { UsageReader } from '../usage/usage-reader.ts'

/** Use of the whole organization over a long span, by the hour, and of a few of its days by the minute. */

/** `census`: the whole use without times; where the hours did not add up to it at first, that of a later count. */
export type Hours = {
  census: readonly UsageRow[]
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

/** Reads every hour of the span, and all once more where they do not add up to the census. */
export async function collectHours(
  { reader, census, recount }: Pick<Counted, 'reader' | 'census' | 'recount'>,
  span: Span,
): Promise<Hours> {
  try {
    const first = await readHours(reader, span, census)
    return first.addsUp ? first : await readHours(reader, span, await recount())
  } catch (error) {
    return { census: census.window, rows: [], addsUp: false, refreshedAt: null, problem: describeError(error) }
  }
}

async function readHours(
  reader: UsageReader,
  span: Span,
  { window: census, refreshedAt: counted }: Census,
): Promise<Hours> {
  const query = questionOf(census)
  const complete = completing(query.groupBy, census)
  const whole = { earlier: [], window: census }
  const cells = cellsOf(query, whole, sameModel)
  const seen = new Map<string, UsageRow>()
  // As many rows an hour as there would be a minute, were each hour one.
  const hours = { start: 0, end: ((span.end - span.start) / HOUR) * MINUTE }
  const rowsPerBucket = rowsPerMinute(query, whole, hours)
  const asked = { ...span, width: '1h' as const, groupBy: query.groupBy, rowsPerBucket }
  const { refreshedAt } = await reader.read(asked, (page) => {
    // A row that comes twice counts once.
    for (const row of page) seen.set(`${row.at} ${keyOf(query.groupBy, row)}`, complete(row))
  })
  const rows = [...seen.values()]
  return {
    census,
    rows,
    addsUp: addUp(rows, query, cells),
    problem: null,
    refreshedAt: earliest([counted, refreshedAt]),
  }
}

const sameModel = (model: string) => model

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
export function requestsForDays(reader: UsageReader, days: readonly Span[], { census }: Pick<Hours, 'census'>): number {
  const { size } = cellsOf(questionOf(census), { earlier: [], window: census }, sameModel)
  return days.reduce((sum, day) => sum + requestsOf(reader.source, day, size), 0)
}

/** `read`: the days that were; `problem`: why those after them were not. */
export type Days = { read: readonly Span[]; addsUp: boolean; refreshedAt: number | null; problem: string | null }

/**
 * Reads days by the minute, and hands the rows of each whole day to `fold`; they should add up to its hours, and a day that
 * does not is asked for again. It stops at the first day that cannot be read.
 */
export async function collectDays(
  reader: UsageReader,
  days: readonly Span[],
  { census, rows: hours }: Pick<Hours, 'census' | 'rows'>,
  { fold, log }: { fold: (rows: readonly UsageRow[]) => void; log: (line: string) => void },
): Promise<Days> {
  const plan = { queries: [questionOf(census)], nameOf: sameModel }
  const organization = (use: UseByMinute) => {
    for (const rows of rowsOf(use)) fold(rows)
  }
  const folds = { organization, workspaces: () => {} }
  let addsUp = true
  const stated: (number | null)[] = []
  const read: Span[] = []
  for (const day of days) {
    const own = hours.filter(({ at }) => at >= day.start && at < day.end)
    const recount = () => readCensus(reader, day, day.start)
    const context = { reader, grid: day, windowStart: day.start, recount, log }
    try {
      const counted = { window: own, earlier: [], refreshedAt: null }
      const { refreshedAt, unreconciled } = await collectMinutes(counted, plan, folds, context)
      stated.push(refreshedAt)
      addsUp &&= unreconciled.length === 0
      read.push(day)
    } catch (error) {
      return { read, addsUp, refreshedAt: earliest(stated), problem: describeError(error) }
    }
  }
  return { read, addsUp, refreshedAt: earliest(stated), problem: null }
}

import { AuditError } from '../../errors.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import type { UseByMinute } from '../../vocabulary/use/use-by-minute.ts'
import { cellsOf, covers, type MinutesQuery, rowsPerMinute } from './cells.ts'
import type { Census } from './census.ts'
import { earliest } from './freshness.ts'
import { createMinuteTable, type MinuteTable } from './minute-table.ts'
import type { Dimension, Range, UsageReader } from './usage-reader.ts'

/** What to read by the minute. */
export type MinutesPlan = {
  queries: readonly MinutesQuery[]
  /** The model that stands for all that are in the same groups as this one. */
  nameOf: (model: string) => string
}

type Fold = (use: UseByMinute) => void
/** Who takes the use of the organization, and who that of workspaces. */
export type Folds = Record<MinutesQuery['of'], Fold>

export type Minutes = {
  /** What the minutes were held against: where they did not add up at first, that part is of a later count. */
  census: Census
  refreshedAt: number | null
  /** Questions whose minutes did not add up to the census, asked twice: peaks from them are "at least". */
  unreconciled: readonly MinutesQuery[]
  /** Whether the service takes the filter by model. */
  takesFilter: boolean
}

/** More at once would be under way in part each, and all that is under way is in memory. */
const QUERIES_AT_ONCE = 1

type Context = {
  reader: UsageReader
  grid: Range
  /** Where the window begins in the grid, UTC milliseconds. */
  windowStart: number
  /** Counts anew, to hold minutes against that have come in since. */
  recount: () => Promise<Census>
  log: (line: string) => void
}

/**
 * Reads the plan and hands each question's minutes on once they add up to the census; a question whose do not is asked
 * again, once, and held against a new count. Throws AuditError: part of a window's minutes is no window.
 */
export async function collectMinutes(
  census: Census,
  plan: MinutesPlan,
  folds: Folds,
  context: Context,
): Promise<Minutes> {
  const { recount, log } = context
  const first = await readFiltered(plan.queries, census, plan, folds, context)
  if (first.differing.length === 0)
    return { census, refreshedAt: first.refreshedAt, unreconciled: [], takesFilter: first.takesFilter }
  log(
    `The minutes of ${first.differing.length} of ${plan.queries.length} questions do not add up to the whole: they are asked for again.`,
  )
  const again = await recount()
  const newer = withPart(census, again, first.differing)
  const second = await readAll(first.differing, newer, plan, context, ({ query, table }) => {
    hand(table, folds[query.of])
    return table.addsUp()
  })
  return {
    census: newer,
    refreshedAt: earliest([first.refreshedAt, again.refreshedAt, second.refreshedAt]),
    unreconciled: second.differing,
    takesFilter: first.takesFilter,
  }
}

type Read = { differing: readonly MinutesQuery[]; refreshedAt: number | null }
type Filled = { query: MinutesQuery; table: MinuteTable }

/** A service that does not take the filter by model answers 400; then one question for all models takes the place of the rest. */
async function readFiltered(
  queries: readonly MinutesQuery[],
  census: Census,
  plan: MinutesPlan,
  folds: Folds,
  context: Context,
): Promise<Read & { takesFilter: boolean }> {
  const left = new Set(queries)
  const take = ({ query, table }: Filled) => {
    left.delete(query)
    if (!table.addsUp()) return false
    hand(table, folds[query.of])
    return true
  }
  const differing: MinutesQuery[] = []
  try {
    const read = await readAll(queries, census, plan, context, (filled) => {
      const isWhole = take(filled)
      if (!isWhole) differing.push(filled.query)
      return isWhole
    })
    return { ...read, takesFilter: true }
  } catch (error) {
    const canDoWithout = [...left].some(({ isFiltered }) => isFiltered)
    if (!(error instanceof AuditError && error.status === 400 && canDoWithout)) throw error
    context.log(`The filter by model was refused, so that all models are read: ${error.message}`)
    const rest = await readAll(withoutFilter([...left]), census, plan, context, take)
    return { differing: [...differing, ...rest.differing], refreshedAt: rest.refreshedAt, takesFilter: false }
  }
}

/** Reads queries side by side, a few at once; `take` says whether it took the minutes as whole. */
async function readAll(
  queries: readonly MinutesQuery[],
  census: Census,
  { nameOf }: MinutesPlan,
  { reader, grid, windowStart }: Context,
  take: (filled: Filled) => boolean,
): Promise<Read> {
  const differing: MinutesQuery[] = []
  const stated: (number | null)[] = []
  const waiting = [...queries]
  let hasFailed = false
  const readOne = async (query: MinutesQuery) => {
    const cells = cellsOf(query, census, nameOf)
    const table = createMinuteTable(query, cells, { grid, windowStart, nameOf })
    const { refreshedAt } = await reader.read(toUsageQuery(query, census, grid), table.take)
    stated.push(refreshedAt)
    if (!take({ query, table })) differing.push(query)
  }
  const readInTurn = async () => {
    for (let query = waiting.shift(); query && !hasFailed; query = waiting.shift()) {
      try {
        await readOne(query)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: QUERIES_AT_ONCE }, readInTurn))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return { differing, refreshedAt: earliest(stated) }
}

function toUsageQuery(query: MinutesQuery, census: Census, grid: Range) {
  return {
    ...grid,
    width: '1m',
    groupBy: query.groupBy,
    models: query.isFiltered && query.models !== null ? query.models : undefined,
    workspaceIds: query.workspaceIds ?? undefined,
    rowsPerBucket: rowsPerMinute(query, census, grid),
  } as const
}

/** One question for each of organization and workspaces, with all models told apart. */
function withoutFilter(queries: readonly MinutesQuery[]): MinutesQuery[] {
  return [...Map.groupBy(queries, ({ of }) => of)].map(([of, some]) => {
    const workspaceIds = some.flatMap((query) => query.workspaceIds ?? [])
    const models = some.some((query) => query.models === null) ? null : some.flatMap((query) => query.models ?? [])
    return {
      of,
      models: models && [...new Set(models)],
      isFiltered: false,
      workspaceIds: of === 'workspaces' ? [...new Set(workspaceIds)] : null,
      groupBy: [
        ...(of === 'workspaces' ? ['workspace_id' as const] : []),
        'model',
        ...TOLD_APART.filter((dimension) => some.some(({ groupBy }) => groupBy.includes(dimension))),
      ],
    }
  })
}

const TOLD_APART: readonly Dimension[] = ['service_tier', 'speed', 'product']

/** The census with that part of it counted anew which these questions ask about. */
function withPart(census: Census, newer: Census, queries: readonly MinutesQuery[]): Census {
  const tests = queries.map(covers)
  const isAsked = (row: UsageRow) => tests.some((test) => test(row))
  const mixed = (before: readonly UsageRow[], after: readonly UsageRow[]) => [
    ...before.filter((row) => !isAsked(row)),
    ...after.filter(isAsked),
  ]
  return {
    window: mixed(census.window, newer.window),
    earlier: mixed(census.earlier, newer.earlier),
    refreshedAt: earliest([census.refreshedAt, newer.refreshedAt]),
  }
}

function hand(table: MinuteTable, fold: Fold): void {
  for (const use of table.uses()) fold(use)
}

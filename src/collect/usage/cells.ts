import { isCounted, useOf } from '../../vocabulary/use/counting.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { COUNTERS, type Counter, type Label } from '../../vocabulary/use/use-by-minute.ts'
import { MINUTE } from '../../vocabulary/use/window.ts'
import type { Dimension, Range } from './usage-reader.ts'

/** The whole use of the window, and of the time before it: one row for each combination of dimensions, without a time. */
export type WholeUse = { window: readonly UsageRow[]; earlier: readonly UsageRow[] }

/** One question for minutes: which use, and by what it is told apart. */
export type MinutesQuery = {
  /** Whose series its rows go to. */
  of: 'organization' | 'workspaces'
  /** Names as the census has them; null: whatever the model. */
  models: readonly string[] | null
  /** Whether the service is asked for these models only; else it is asked for all, and the rest is left aside. */
  isFiltered: boolean
  /** Null: all of them. */
  workspaceIds: readonly string[] | null
  groupBy: readonly Dimension[]
}

/** Null: some row did not say. */
export type Sums = Record<Counter, number | null>

/** All use of one combination of the grouped dimensions: the census' own sums, which the minutes have to add up to. */
export type Cell = { label: Label; earlier: Sums; window: Sums }

const VALUE_OF: Record<Dimension, (row: UsageRow) => string | null> = {
  model: (row) => row.model,
  workspace_id: (row) => row.workspaceId,
  service_tier: (row) => row.serviceTier,
  speed: (row) => row.speed,
  product: (row) => row.product,
  api_key_id: (row) => row.apiKeyId,
  organization_id: (row) => row.organizationId,
}

/** A text that two rows share exactly where all these dimensions are the same: the key of maps. */
export function keyOf(groupBy: readonly Dimension[], row: UsageRow): string {
  let key = ''
  for (const dimension of groupBy) key += `${VALUE_OF[dimension](row) ?? NONE}\n`
  return key
}

/** No name or ID has such a character. */
const NONE = '\0'

/** Whether a row belongs to what a query asks for. A dimension that it is not grouped by is the service's to tell. */
export function covers({ models, workspaceIds }: Pick<MinutesQuery, 'models' | 'workspaceIds'>) {
  const names = models && new Set(models)
  const ids = workspaceIds && new Set(workspaceIds)
  return ({ model, workspaceId }: Pick<UsageRow, 'model' | 'workspaceId'>): boolean =>
    (names === null || (model !== null && names.has(model))) &&
    (ids === null || (workspaceId !== null && ids.has(workspaceId)))
}

/** The cells of a query by their keys. `nameOf`: the model that stands for all that are always in the same groups. */
export function cellsOf(
  query: MinutesQuery,
  { earlier, window }: WholeUse,
  nameOf: (model: string) => string,
): Map<string, Cell> {
  const isCovered = covers(query)
  const cells = new Map<string, Cell>()
  for (const [part, rows] of [
    ['earlier', earlier],
    ['window', window],
  ] as const) {
    for (const row of rows) {
      if (!isCovered(row)) continue
      const key = keyOf(query.groupBy, row)
      const cell = cells.get(key) ?? { label: labelOf(query, row, nameOf), earlier: nothing(), window: nothing() }
      add(cell[part], row)
      cells.set(key, cell)
    }
  }
  return cells
}

/** What a row stands for. `like`: a row of the census, for the dimensions that the query is not grouped by. */
export function labelOf(
  query: MinutesQuery,
  row: UsageRow,
  nameOf: (model: string) => string,
  like: Label = row,
): Label {
  const { groupBy, workspaceIds } = query
  const grouped = (dimension: Dimension) => groupBy.includes(dimension)
  const model = grouped('model') ? row.model : like.model
  const onlyWorkspace = workspaceIds?.length === 1 ? (workspaceIds[0] ?? null) : null
  return {
    model: model === null ? null : nameOf(model),
    workspaceId: grouped('workspace_id') ? row.workspaceId : onlyWorkspace,
    serviceTier: grouped('service_tier') ? row.serviceTier : like.serviceTier,
    speed: grouped('speed') ? row.speed : like.speed,
    product: grouped('product') ? row.product : like.product,
  }
}

export function nothing(): Sums {
  return {
    requests: 0,
    uncachedInput: 0,
    cacheCreation: 0,
    cacheRead: 0,
    output: 0,
    unknownTokens: 0,
    webSearches: 0,
  }
}

/** Adds a row. */
export function add(sums: Sums, row: Pick<UsageRow, Counter>): void {
  for (const counter of COUNTERS) {
    const sum = sums[counter]
    const value = row[counter]
    sums[counter] = sum === null || value === null ? null : sum + value
  }
}

/** Requests that one of the two does not tell can't be held against the other. */
export function agree(a: number | null, b: number | null): boolean {
  return a === null || b === null || a === b
}

/** About how many rows a minute of a query has: a cell has one in each minute at most, and no more than it has requests. */
export function rowsPerMinute(query: MinutesQuery, { earlier, window }: WholeUse, { start, end }: Range): number {
  const isCovered = covers(query)
  // Of the cells only what is needed here: a plan asks this of many queries.
  const requests = new Map<string, number | null>()
  for (const row of [...earlier, ...window]) {
    if (!isCovered(row)) continue
    const key = keyOf(query.groupBy, row)
    const known = requests.get(key) ?? (requests.has(key) ? null : 0)
    requests.set(key, known === null || row.requests === null ? null : known + row.requests)
  }
  const minutes = (end - start) / MINUTE
  return [...requests.values()].reduce<number>((rows, some) => rows + Math.min(minutes, some || minutes), 0) / minutes
}

const TELLING: readonly Dimension[] = ['service_tier', 'speed', 'product']
const SUBSETS: readonly (readonly Dimension[])[] = Array.from({ length: 2 ** TELLING.length }, (_none, bits) =>
  TELLING.filter((_dimension, index) => bits & (1 << index)),
).sort((a, b) => a.length - b.length)

/**
 * The fewest dimensions more by which rows of one combination all count alike: where there is no batch use it
 * need not be told apart, and neither do two products that count the same.
 */
export function tellingApart(groupBy: readonly Dimension[], rows: readonly UsageRow[]): readonly Dimension[] {
  const isEnough = (more: readonly Dimension[]) => {
    const uses = new Map<string, string>()
    return rows.every((row) => {
      const key = keyOf([...groupBy, ...more], row)
      const use = isCounted(row) ? useOf(row) : 'none'
      if (uses.has(key)) return uses.get(key) === use
      uses.set(key, use)
      return true
    })
  }
  return SUBSETS.find(isEnough) ?? TELLING
}

/** Fills in what a query did not tell apart: as it is in the census wherever these dimensions are the same. */
export function completing(groupBy: readonly Dimension[], rows: readonly UsageRow[]): (row: UsageRow) => UsageRow {
  const known = new Map(rows.map((row) => [keyOf(groupBy, row), row]))
  return (row) => {
    const like = known.get(keyOf(groupBy, row))
    if (!like) return row
    return {
      ...row,
      serviceTier: row.serviceTier ?? like.serviceTier,
      speed: row.speed ?? like.speed,
      product: row.product ?? like.product,
    }
  }
}

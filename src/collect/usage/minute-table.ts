import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { MINUTE, MINUTES_PER_DAY } from '../../vocabulary/use/window.ts'
import {
  type Cell,
  COUNTERS,
  type Counter,
  covers,
  keyOf,
  type Label,
  labelOf,
  type MinutesQuery,
  nothing,
} from './cells.ts'
import type { Range } from './usage-reader.ts'

/**
 * The minutes of one query until they are known to be whole: a few numbers a minute, whatever the rows. A row that comes
 * twice, the same minute of the same combination, is set twice and so counts once.
 */
export type MinuteTable = {
  take: (rows: readonly UsageRow[]) => void
  /** Whether the minutes add up to what the census says, by kind of token, requests and searches, in the window and before it. */
  addsUp: () => boolean
  /** The minutes as rows that can be counted, as many at a time as a day has. */
  rows: () => Generator<UsageRow[]>
}

/** For each counter its values by the minute; null: there is none of it. */
type Columns = {
  label: Label
  isSet: Uint8Array
  /** The minutes that are set, as they came: most use has few. */
  set: number[]
  /** Minutes whose requests are not known; null: there is none. */
  uncounted: Uint8Array | null
} & Record<Counter, Float64Array | null>

/** `windowStart`: where the earlier part of the grid ends, UTC milliseconds. */
export function createMinuteTable(
  query: MinutesQuery,
  cells: ReadonlyMap<string, Cell>,
  { grid, windowStart, nameOf }: { grid: Range; windowStart: number; nameOf: (model: string) => string },
): MinuteTable {
  const minutes = (grid.end - grid.start) / MINUTE
  const earlierMinutes = (windowStart - grid.start) / MINUTE
  const table = new Map<string, Columns>()
  const isCovered = covers({
    models: query.groupBy.includes('model') ? query.models : null,
    workspaceIds: query.groupBy.includes('workspace_id') ? query.workspaceIds : null,
  })

  const columnsOf = (row: UsageRow): Columns => {
    const key = keyOf(query.groupBy, row)
    const known = table.get(key)
    if (known) return known
    const anyCell = cells.values().next().value
    const label = cells.get(key)?.label ?? labelOf(query, row, nameOf, anyCell?.label)
    const columns: Columns = {
      label,
      isSet: new Uint8Array(minutes),
      set: [],
      uncounted: null,
      requests: null,
      uncachedInput: null,
      cacheCreation: null,
      cacheRead: null,
      output: null,
      unknownTokens: null,
      webSearches: null,
    }
    table.set(key, columns)
    return columns
  }

  const rowAt = (columns: Columns, minute: number): UsageRow => {
    const { label } = columns
    return {
      at: grid.start + minute * MINUTE,
      model: label.model,
      workspaceId: label.workspaceId,
      apiKeyId: null,
      organizationId: null,
      serviceTier: label.serviceTier,
      speed: label.speed,
      product: label.product,
      requests: columns.uncounted?.[minute] ? null : (columns.requests?.[minute] ?? 0),
      uncachedInput: columns.uncachedInput?.[minute] ?? 0,
      cacheCreation: columns.cacheCreation?.[minute] ?? 0,
      cacheRead: columns.cacheRead?.[minute] ?? 0,
      output: columns.output?.[minute] ?? 0,
      unknownTokens: columns.unknownTokens?.[minute] ?? 0,
      webSearches: columns.webSearches?.[minute] ?? 0,
    }
  }

  const isSumOf = (columns: Columns | undefined, counter: Counter, from: number, to: number, whole: number | null) => {
    // Requests that one of the two does not tell can't be held against the other.
    const isUntold = counter === 'requests' && columns?.uncounted?.subarray(from, to).includes(1)
    if (isUntold || whole === null) return true
    const column = columns?.[counter]
    if (!columns || !column) return whole === 0
    let sum = 0
    for (const minute of columns.set) if (minute >= from && minute < to) sum += column[minute] ?? 0
    return sum === whole
  }

  return {
    take: (rows) => {
      for (const row of rows)
        if (isCovered(row)) setMinute(columnsOf(row), (row.at - grid.start) / MINUTE, row, minutes)
    },
    addsUp: () => {
      const keys = new Set([...cells.keys(), ...table.keys()])
      return [...keys].every((key) => {
        const columns = table.get(key)
        const { earlier, window } = cells.get(key) ?? { earlier: nothing(), window: nothing() }
        return COUNTERS.every(
          (counter) =>
            isSumOf(columns, counter, 0, earlierMinutes, earlier[counter]) &&
            isSumOf(columns, counter, earlierMinutes, minutes, window[counter]),
        )
      })
    },
    *rows() {
      for (const columns of table.values()) {
        for (let from = 0; from < columns.set.length; from += MINUTES_PER_DAY)
          yield columns.set.slice(from, from + MINUTES_PER_DAY).map((minute) => rowAt(columns, minute))
      }
    },
  }
}

/** On its own, so that it is compiled once for all tables. */
function setMinute(columns: Columns, minute: number, row: UsageRow, minutes: number): void {
  if (!columns.isSet[minute]) columns.set.push(minute)
  columns.isSet[minute] = 1
  columns.requests = withValue(columns.requests, minute, row.requests ?? 0, minutes)
  columns.uncachedInput = withValue(columns.uncachedInput, minute, row.uncachedInput, minutes)
  columns.cacheCreation = withValue(columns.cacheCreation, minute, row.cacheCreation, minutes)
  columns.cacheRead = withValue(columns.cacheRead, minute, row.cacheRead, minutes)
  columns.output = withValue(columns.output, minute, row.output, minutes)
  columns.unknownTokens = withValue(columns.unknownTokens, minute, row.unknownTokens, minutes)
  columns.webSearches = withValue(columns.webSearches, minute, row.webSearches, minutes)
  if (row.requests === null) columns.uncounted ??= new Uint8Array(minutes)
  if (columns.uncounted) columns.uncounted[minute] = Number(row.requests === null)
}

function withValue(column: Float64Array | null, minute: number, value: number, minutes: number): Float64Array | null {
  if (column === null && value === 0) return null
  const values = column ?? new Float64Array(minutes)
  values[minute] = value
  return values
}

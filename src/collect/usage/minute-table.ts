import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { MINUTE } from '../../vocabulary/use/window.ts'
import {
  add,
  agree,
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
  /** The minutes as rows that can be counted, some at a time. */
  rows: () => Generator<UsageRow[]>
}

type Columns = {
  label: Label
  isSet: Uint8Array
  /** The minutes that are set, as they came. */
  set: number[]
  /** Minutes whose requests are not known; null: there is none. */
  uncounted: Uint8Array | null
  values: Partial<Record<Counter, Float64Array>>
}

/** `windowStart`: where the earlier part of the grid ends, UTC milliseconds. */
export function createMinuteTable(
  query: MinutesQuery,
  cells: ReadonlyMap<string, Cell>,
  { grid, windowStart, nameOf }: { grid: Range; windowStart: number; nameOf: (model: string) => string },
): MinuteTable {
  const minutes = (grid.end - grid.start) / MINUTE
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
    const columns: Columns = { label, isSet: new Uint8Array(minutes), set: [], uncounted: null, values: {} }
    table.set(key, columns)
    return columns
  }

  const rowAt = ({ label, uncounted, values }: Columns, minute: number): UsageRow => {
    const value = (counter: Counter) => values[counter]?.[minute] ?? 0
    return {
      ...label,
      at: grid.start + minute * MINUTE,
      apiKeyId: null,
      organizationId: null,
      requests: uncounted?.[minute] ? null : value('requests'),
      uncachedInput: value('uncachedInput'),
      cacheCreation: value('cacheCreation'),
      cacheRead: value('cacheRead'),
      output: value('output'),
      unknownTokens: value('unknownTokens'),
      webSearches: value('webSearches'),
    }
  }

  const sumsOf = (columns: Columns | undefined) => {
    const sums = { earlier: nothing(), window: nothing() }
    for (const minute of columns?.set ?? []) {
      const part = grid.start + minute * MINUTE < windowStart ? sums.earlier : sums.window
      if (columns) add(part, rowAt(columns, minute))
    }
    return sums
  }

  return {
    take: (rows) => {
      for (const row of rows) {
        if (!isCovered(row)) continue
        const columns = columnsOf(row)
        const minute = (row.at - grid.start) / MINUTE
        if (!columns.isSet[minute]) columns.set.push(minute)
        columns.isSet[minute] = 1
        for (const counter of COUNTERS) {
          const value = row[counter]
          if (value) columns.values[counter] ??= new Float64Array(minutes)
          const column = columns.values[counter]
          if (column) column[minute] = value ?? 0
        }
        if (row.requests === null) columns.uncounted ??= new Uint8Array(minutes)
        if (columns.uncounted) columns.uncounted[minute] = Number(row.requests === null)
      }
    },
    addsUp: () => {
      const keys = new Set([...cells.keys(), ...table.keys()])
      return [...keys].every((key) => {
        const counted = sumsOf(table.get(key))
        const { earlier, window } = cells.get(key) ?? { earlier: nothing(), window: nothing() }
        return COUNTERS.every(
          (counter) =>
            agree(counted.earlier[counter], earlier[counter]) && agree(counted.window[counter], window[counter]),
        )
      })
    },
    *rows() {
      for (const columns of table.values()) {
        yield columns.set.map((minute) => rowAt(columns, minute))
      }
    },
  }
}

import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { COUNTERS, type Counter, noUse, setMinute, type UseByMinute } from '../../vocabulary/use/use-by-minute.ts'
import { MINUTE } from '../../vocabulary/use/window.ts'
import { type Cell, covers, keyOf, labelOf, type MinutesQuery, nothing } from './cells.ts'
import type { Range } from './usage-reader.ts'

/**
 * The minutes of one query until they are known to be whole: a few numbers a minute, whatever the rows. A row that comes
 * twice, the same minute of the same combination, is set twice and so counts once.
 */
export type MinuteTable = {
  take: (rows: readonly UsageRow[]) => void
  /** Whether the minutes add up to what the census says, by kind of token, requests and searches, in the window and before it. */
  addsUp: () => boolean
  uses: () => Iterable<UseByMinute>
}

/** `windowStart`: where the earlier part of the grid ends, UTC milliseconds. */
export function createMinuteTable(
  query: MinutesQuery,
  cells: ReadonlyMap<string, Cell>,
  { grid, windowStart, nameOf }: { grid: Range; windowStart: number; nameOf: (model: string) => string },
): MinuteTable {
  const minutes = (grid.end - grid.start) / MINUTE
  const earlierMinutes = (windowStart - grid.start) / MINUTE
  const table = new Map<string, UseByMinute>()
  const isCovered = covers({
    models: query.groupBy.includes('model') ? query.models : null,
    workspaceIds: query.groupBy.includes('workspace_id') ? query.workspaceIds : null,
  })

  const useOf = (row: UsageRow): UseByMinute => {
    const key = keyOf(query.groupBy, row)
    const known = table.get(key)
    if (known) return known
    const anyCell = cells.values().next().value
    const label = cells.get(key)?.label ?? labelOf(query, row, nameOf, anyCell?.label)
    const use = noUse(label, grid)
    table.set(key, use)
    return use
  }

  const isSumOf = (use: UseByMinute | undefined, counter: Counter, from: number, to: number, whole: number | null) => {
    // Requests that one of the two does not tell can't be held against the other.
    const isUntold = counter === 'requests' && use?.uncounted?.subarray(from, to).includes(1)
    if (isUntold || whole === null) return true
    const column = use?.[counter]
    if (!use || !column) return whole === 0
    let sum = 0
    for (const minute of use.minutes) if (minute >= from && minute < to) sum += column[minute] ?? 0
    return sum === whole
  }

  return {
    take: (rows) => {
      for (const row of rows) if (isCovered(row)) setMinute(useOf(row), row)
    },
    addsUp: () => {
      const keys = new Set([...cells.keys(), ...table.keys()])
      return [...keys].every((key) => {
        const use = table.get(key)
        const { earlier, window } = cells.get(key) ?? { earlier: nothing(), window: nothing() }
        return COUNTERS.every(
          (counter) =>
            isSumOf(use, counter, 0, earlierMinutes, earlier[counter]) &&
            isSumOf(use, counter, earlierMinutes, minutes, window[counter]),
        )
      })
    },
    uses: () => table.values(),
  }
}

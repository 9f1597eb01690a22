import { AuditError } from '../../errors.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { rowsOf } from '../../vocabulary/use/use-by-minute.ts'
import { type Cell, cellsOf, covers, type MinutesQuery, rowsPerMinute, tellingApart } from '../usage/cells.ts'
import type { Census } from '../usage/census.ts'
import { createMinuteTable } from '../usage/minute-table.ts'
import type { Dimension, Range, UsageReader } from '../usage/usage-reader.ts'

/** Which use to read by the minute: that of these models (names as the census has them; null: all) in these workspaces (null: all). */
export type UseOf = { models: readonly string[] | null; workspaceIds: readonly string[] | null }

/**
 * Reads part of a window's use minute by minute, told apart by workspace, model, and by what decides how it counts, and
 * hands it to `fold` once it adds up to the census. Throws AuditError, also where it does not: part of it would be a guess.
 */
export async function readMinutesOf(
  use: UseOf,
  { reader, span, census, takesFilter }: { reader: UsageReader; span: Range; census: Census; takesFilter: boolean },
  fold: (rows: readonly UsageRow[]) => void,
): Promise<void> {
  const known = { earlier: [], window: census.window }
  const names = (model: string) => model
  const dimensions: readonly Dimension[] = ['workspace_id', 'model']
  const groupBy = [...dimensions, ...tellingApart(dimensions, known.window.filter(covers(use)))]
  const isFiltered = takesFilter && use.models !== null
  const query: MinutesQuery = { of: 'workspaces', ...use, isFiltered, groupBy }
  const cells: Map<string, Cell> = cellsOf(query, known, names)
  if (cells.size === 0) return
  const table = createMinuteTable(query, cells, { grid: span, windowStart: span.start, nameOf: names })
  const asked = {
    ...span,
    width: '1m' as const,
    groupBy,
    models: isFiltered ? (use.models ?? undefined) : undefined,
    workspaceIds: use.workspaceIds ?? undefined,
    rowsPerBucket: rowsPerMinute(query, known, span),
  }
  await reader.read(asked, table.take)
  if (!table.addsUp())
    throw new AuditError('The minutes that were read do not add up to the whole use of the window.', {
      remedy: 'Usage may still have come in: run the job again.',
    })
  for (const part of table.uses()) for (const rows of rowsOf(part)) fold(rows)
}

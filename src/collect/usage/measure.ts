import type { UsageRow } from '../../vocabulary/usage-row.ts'
import { MINUTE, type Window } from '../../vocabulary/window.ts'
import type { UsageQuery, UsageReader } from './usage-reader.ts'

/** What to ask for, and who takes the rows. */
export type Reading = { query: UsageQuery; fold: (rows: readonly UsageRow[]) => void }

/** Up to when usage is known, and what the API said of it. All UTC ms. */
export type Freshness = {
  /** Usage is complete up to here: a whole minute, at most the window's end. */
  known: number
  /** The API's own statement; null where it made none. */
  refreshedAt: number | null
}

/** Reads all that is asked for, side by side. Throws what the reader throws. */
export async function measureUsage(
  reader: UsageReader,
  readings: readonly Reading[],
  window: Window,
): Promise<Freshness> {
  const results = await Promise.all(readings.map(({ query, fold }) => reader.read(query, fold)))
  const stated = results.flatMap(({ refreshedAt }) => (refreshedAt === null ? [] : [refreshedAt]))
  // Null is allowed by the API's types and not explained; the legacy report never says. Days that have ended are then taken
  // as whole, and a finding says that nobody confirmed it.
  if (stated.length === 0) return { known: window.end, refreshedAt: null }
  const stalest = Math.min(...stated)
  return { known: Math.min(Math.floor(stalest / MINUTE) * MINUTE, window.end), refreshedAt: stalest }
}

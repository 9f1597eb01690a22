import { AuditError } from '../../errors.ts'
import type { ApiInputs } from '../../inputs/inputs.ts'
import type { Run } from '../../run.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { usesOf } from '../../vocabulary/use/use-by-minute.ts'
import { isoTime, MINUTE, type Span } from '../../vocabulary/use/window.ts'
import { keyOf } from '../usage/cells.ts'
import type { Folds } from '../usage/minutes.ts'
import type { Dimension, Range, UsageReader } from '../usage/usage-reader.ts'

/**
 * What of a live window is known by now: by the analytics API up to the time that it states, and from there on, in tokens
 * alone, by the legacy report, which is fresher.
 */

/** Within which use is typically in the legacy report, which does not say itself up to when it is complete (Usage and Cost API, data freshness). */
const LEGACY_LAG = 5 * MINUTE

/** The part of a live window that the source knows, whole minutes; empty, at the window's start, where it knows none. */
export function knownPart(
  { start, end }: Span,
  { source, refreshedAt, now }: { source: UsageReader['source']; refreshedAt: number | null; now: number },
): Range {
  const until = source === 'analytics' ? (refreshedAt ?? start) : now - LEGACY_LAG
  return { start, end: Math.min(Math.max(Math.floor(until / MINUTE) * MINUTE, start), end) }
}

/** The last minutes of a live window, known in tokens alone, and who knows them. */
export type Tail = Range & { reader: UsageReader }

const DIMENSIONS: readonly Dimension[] = ['model', 'workspace_id', 'service_tier', 'speed']

/**
 * Reads from `from` on what the legacy report knows of the window, and hands it on. Null where it is no fresher, or
 * refuses: then those minutes stay unknown, with a warning.
 */
export async function readTail(
  legacy: UsageReader,
  { deps, log, inputs }: Run<ApiInputs>,
  from: number,
  folds: Folds,
): Promise<Tail | null> {
  const { end } = knownPart(inputs.window, { source: 'legacy', refreshedAt: null, now: deps.now() })
  if (end <= from) return null
  const rows = new Map<string, UsageRow>()
  try {
    await legacy.read({ start: from, end, width: '1m', groupBy: DIMENSIONS }, (page) => {
      // A row that comes twice counts once. Of requests and searches these minutes say nothing, and stay unknown.
      for (const row of page) rows.set(`${row.at} ${keyOf(DIMENSIONS, row)}`, { ...row, requests: 0, webSearches: 0 })
    })
  } catch (error) {
    if (!(error instanceof AuditError)) throw error
    log.warning(
      `Tokens are known until ${isoTime(from)} only, because the legacy report could not be read: ${error.message}`,
    )
    return null
  }
  for (const use of usesOf([...rows.values()], { start: from, end })) {
    folds.organization(use)
    folds.workspaces(use)
  }
  return { start: from, end, reader: legacy }
}

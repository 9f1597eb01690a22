import type { UsageRow } from '../../vocabulary/usage-row.ts'

/** Usage by time, from either of Anthropic's two APIs, in one shape. */

export type Dimension = 'model' | 'workspace_id' | 'service_tier' | 'speed' | 'product' | 'api_key_id'

/** [start, end) in UTC milliseconds, on bucket bounds. */
export type Range = { start: number; end: number }

export type UsageQuery = {
  /** UTC milliseconds, inclusive, on a bucket's bound. */
  start: number
  /** UTC milliseconds, exclusive, on a bucket's bound. */
  end: number
  width: '1m' | '1h' | '1d'
  groupBy: readonly Dimension[]
  models?: readonly string[]
  workspaceIds?: readonly string[]
}

/** `expected` is an estimate that becomes better while pages come in. */
export type Progress = { read: number; expected: number }

export type UsageReader = {
  source: 'analytics' | 'legacy'
  /**
   * Hands every row of the query to `fold` exactly once, in any order, a page at a time; keeps none of them.
   * `refreshedAt`: up to when the data is complete (UTC milliseconds), null where the API does not say.
   * Throws AuditError; rows folded by then are not the whole.
   */
  read: (query: UsageQuery, fold: (rows: readonly UsageRow[]) => void) => Promise<{ refreshedAt: number | null }>
}

export type ReaderOptions = {
  /** Called after each page, with the figures of all queries of this reader so far. */
  onPage?: (progress: Progress) => void
}

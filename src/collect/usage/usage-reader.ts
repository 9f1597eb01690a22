import type { UsageRow } from '../../vocabulary/use/usage-row.ts'

/** Usage by time, from either of Anthropic's two APIs, in one shape. */

export type Dimension =
  | 'model'
  | 'workspace_id'
  | 'service_tier'
  | 'speed'
  | 'product'
  | 'api_key_id'
  | 'organization_id'

export type Source = 'analytics' | 'legacy'

/** [start, end) in UTC milliseconds, on bucket bounds. */
export type Range = { start: number; end: number }

export type UsageQuery = Range & {
  /** `all`: no buckets, one row for each combination over the whole range. Only the analytics API has it, by whole hours. */
  width: '1m' | '1h' | '1d' | 'all'
  groupBy: readonly Dimension[]
  /** Absent: all of them. */
  models?: readonly string[] | undefined
  workspaceIds?: readonly string[] | undefined
  /** About how many rows a bucket has: ranges are cut to fill their pages. */
  rowsPerBucket?: number
}

/** `expected` is an estimate that becomes better while pages come in. */
export type Progress = { read: number; expected: number }

export type UsageReader = {
  source: Source
  /**
   * Hands every row of the query to `fold` exactly once, in any order, a page at a time; keeps none of them.
   * `refreshedAt`: up to when the data is complete (UTC milliseconds), null where the API does not say.
   * Throws AuditError; rows folded by then are not the whole.
   */
  read: (query: UsageQuery, fold: (rows: readonly UsageRow[]) => void) => Promise<{ refreshedAt: number | null }>
}

/** Called after each page, with the figures of all queries of this reader so far. */
export type OnPage = (progress: Progress) => void

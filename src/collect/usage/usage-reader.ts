import { AuditError } from '../../errors.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import { createAnalyticsReader } from './analytics.ts'
import { createLegacyReader } from './legacy.ts'

/** Usage by time, from either of Anthropic's two APIs, in one shape. */

export type Dimension = 'model' | 'workspace_id' | 'service_tier' | 'speed' | 'product' | 'api_key_id'

/** What one combination of the asked dimensions used in one bucket. A dimension is null where it was not asked for or does not apply. */
export type UsageRow = {
  /** Start of the bucket, UTC milliseconds. */
  at: number
  model: string | null
  /** The legacy report says null for the default workspace. */
  workspaceId: string | null
  apiKeyId: string | null
  serviceTier: string | null
  speed: string | null
  product: string | null
  /** Null: not counted, which is not zero. */
  requests: number | null
  uncachedInput: number
  /** Writes to the 5-minute and the 1-hour cache together. */
  cacheCreation: number
  cacheRead: number
  output: number
  webSearches: number
}

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

/**
 * Decides once which API the run reads usage from. `auto` asks the analytics API for the first bucket of `probe`
 * and takes the legacy report where that is refused (400, 403 or 404), with a warning that says so.
 * Throws AuditError where the analytics API fails in any other way.
 */
export async function chooseUsage(
  client: AnthropicClient,
  mode: 'auto' | 'analytics' | 'legacy',
  probe: UsageQuery,
  options: ReaderOptions = {},
): Promise<{ reader: UsageReader; warning: string | null }> {
  if (mode === 'legacy') return { reader: createLegacyReader(client, options), warning: null }
  const analytics = createAnalyticsReader(client, options)
  if (mode === 'analytics') return { reader: analytics, warning: null }
  try {
    await analytics.probe(probe)
    return { reader: analytics, warning: null }
  } catch (error) {
    if (!(error instanceof AuditError) || ![400, 403, 404].includes(error.status ?? 0)) throw error
    return {
      reader: createLegacyReader(client, options),
      warning: `Usage is read from the legacy report, which does not count requests, because the analytics API refused: ${error.message}`,
    }
  }
}

import type * as z from 'zod'
import type { UsageRow } from '../../vocabulary/usage-row.ts'
import { DAY, isoTime } from '../../vocabulary/window.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import { nextCursor } from '../anthropic/pages.ts'
import { analyticsPageSchema } from '../anthropic/schemas.ts'
import { bucketStarts, WIDTHS } from './buckets.ts'
import { type RowPage, readByTime, type TimeOrder } from './by-time.ts'
import type { Progress, Range, ReaderOptions, UsageQuery, UsageReader } from './usage-reader.ts'

/** The Usage and Cost Analytics API: GET /v1/organizations/analytics/usage (beta). */

const PATH = '/v1/organizations/analytics/usage'
const RESOURCE = `GET ${PATH}`
const BETAS = ['analytics-usage-cost-2026-08-24']
/** The API's maximum; its default is 20. */
const PAGE_SIZE = 1000

/** The longest range of one call by bucket width. */
const LONGEST = { '1m': DAY, '1h': 31 * DAY, '1d': 31 * DAY } as const

/**
 * Enough to keep every connection busy. All days of a month at once would have thousands of requests waiting, which grow
 * old in memory.
 */
const RANGES_AT_ONCE = 4

type AnalyticsItem = z.infer<typeof analyticsPageSchema>['data'][number]

/** `probe` asks for the first bucket of a query, one row, and throws AuditError as any read would. */
export function createAnalyticsReader(
  client: AnthropicClient,
  { onPage }: ReaderOptions,
): UsageReader & { probe: (query: UsageQuery) => Promise<void> } {
  const order: TimeOrder = { kept: null }
  const progress: Progress = { read: 0, expected: 0 }

  const getPage = (query: UsageQuery, { start, end }: Range, limit: number, page?: string) =>
    client.get(
      PATH,
      {
        starting_at: isoTime(start),
        ending_at: isoTime(end),
        time_bucket_width: query.width,
        group_by: query.groupBy,
        models: query.models,
        workspace_ids: query.workspaceIds,
        order_by: 'time',
        order: 'asc',
        limit,
        page,
      },
      analyticsPageSchema,
      { betas: BETAS },
    )

  return {
    source: 'analytics',
    probe: async (query) => {
      await getPage(query, { start: query.start, end: query.start + WIDTHS[query.width] }, 1)
    },
    read: async (query, fold) => {
      let refreshedAt: number | null = null
      const readPage = async (range: Range, cursor?: string): Promise<RowPage> => {
        const page = await getPage(query, range, PAGE_SIZE, cursor)
        const stated = page.data_refreshed_at ? Date.parse(page.data_refreshed_at) : Number.NaN
        if (!Number.isNaN(stated)) refreshedAt = Math.min(refreshedAt ?? stated, stated)
        const rows = toRows(page.data, range, WIDTHS[query.width])
        // The promises that led here have grown old while they waited, and though they are done with they would keep
        // what they resolved to, megabytes a page, until the next collection of all garbage.
        page.data.length = 0
        return { rows, next: nextCursor(RESOURCE, page.has_more, page.next_page) }
      }
      const task = { resource: RESOURCE, width: WIDTHS[query.width], readPage, order, progress }
      const ranges = splitRange(query, LONGEST[query.width])
      progress.expected += ranges.length
      const foldPage = (rows: readonly UsageRow[]) => {
        fold(rows)
        onPage?.({ ...progress })
      }
      const readInTurn = async () => {
        for (let range = ranges.shift(); range; range = ranges.shift())
          await readByTime({ ...task, fold: foldPage }, range)
      }
      await Promise.all(Array.from({ length: RANGES_AT_ONCE }, readInTurn))
      return { refreshedAt }
    },
  }
}

/** Ranges no longer than `longest`, from the start on: of whole UTC days where the query is. */
function splitRange({ start, end }: Range, longest: number): Range[] {
  const count = Math.ceil((end - start) / longest)
  return Array.from({ length: count }, (_, i) => ({
    start: start + i * longest,
    end: Math.min(end, start + (i + 1) * longest),
  }))
}

function toRows(items: readonly AnalyticsItem[], range: Range, width: number): UsageRow[] {
  const startOf = bucketStarts(RESOURCE, range, width)
  return items.map(({ starting_at, group, usage }) => ({
    at: startOf(starting_at),
    model: group.model ?? null,
    workspaceId: group.workspace_id ?? null,
    apiKeyId: group.api_key_id ?? null,
    serviceTier: group.service_tier ?? null,
    speed: group.speed ?? null,
    product: group.product ?? null,
    requests: usage.requests ?? null,
    uncachedInput: usage.uncached_input_tokens,
    cacheCreation: usage.cache_creation.ephemeral_5m_input_tokens + usage.cache_creation.ephemeral_1h_input_tokens,
    cacheRead: usage.cache_read_input_tokens,
    output: usage.output_tokens,
    webSearches: usage.server_tool_use.web_search_requests,
  }))
}

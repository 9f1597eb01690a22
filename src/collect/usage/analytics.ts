import { knownTokens, type UsageRow } from '../../vocabulary/use/usage-row.ts'
import { isoTime } from '../../vocabulary/use/window.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import { followPages, nextCursor } from '../anthropic/pages.ts'
import { type AnalyticsRow, analyticsPageSchema } from '../anthropic/schemas.ts'
import { earliest, statedTime } from './freshness.ts'
import { analyticsRanges, bucketStarts, PAGE_ROWS, WIDTHS } from './ranges.ts'
import type { OnPage, Progress, Range, UsageQuery, UsageReader } from './usage-reader.ts'

/** The Usage and Cost Analytics API: GET /v1/organizations/analytics/usage (beta). */

const PATH = '/v1/organizations/analytics/usage'
const RESOURCE = `GET ${PATH}`
const OPTIONS = {
  betas: ['analytics-usage-cost-2026-08-24'],
  version: '2026-10-21',
  remedies: {
    400: 'Organizations with HIPAA readiness are refused here, and some types of organization: set usage-api to legacy (then requests per minute are unmeasured), or to auto, which does so by itself.',
  },
} as const

/** As many as are under way at once. All ranges of a month would be thousands of promises that wait for their turn. */
const RANGES_AT_ONCE = 4

export function createAnalyticsReader(client: AnthropicClient, onPage: OnPage): UsageReader {
  const progress: Progress = { read: 0, expected: 0 }

  const readPage = (query: UsageQuery, { start, end }: Range, page: string | undefined) =>
    client.get(
      PATH,
      {
        starting_at: isoTime(start),
        ending_at: isoTime(end),
        ...(query.width !== 'all' && { time_bucket_width: query.width, order_by: 'time', order: 'asc' }),
        group_by: query.groupBy,
        models: query.models,
        workspace_ids: query.workspaceIds,
        limit: PAGE_ROWS,
        page,
      },
      analyticsPageSchema,
      OPTIONS,
    )

  return {
    source: 'analytics',
    read: async (query, fold) => {
      let refreshedAt: number | null = null
      const readRange = async (range: Range) => {
        const startOf = bucketStarts(
          RESOURCE,
          range,
          query.width === 'all' ? range.end - range.start : WIDTHS[query.width],
        )
        const pages = followPages(
          RESOURCE,
          (cursor) => readPage(query, range, cursor),
          (page) => nextCursor(RESOURCE, page.has_more, page.next_page),
        )
        let isFirst = true
        for await (const page of pages) {
          refreshedAt = earliest([refreshedAt, statedTime(page)])
          fold(page.data.map((row) => toRow(row, startOf(Date.parse(row.starting_at)))))
          progress.read++
          if (!isFirst) progress.expected++
          isFirst = false
          onPage({ ...progress })
        }
      }
      const ranges = analyticsRanges(query)
      progress.expected += ranges.length
      const readInTurn = async () => {
        for (let range = ranges.shift(); range; range = ranges.shift()) await readRange(range)
      }
      await Promise.all(Array.from({ length: RANGES_AT_ONCE }, readInTurn))
      return { refreshedAt }
    },
  }
}

function toRow({ group, usage }: AnalyticsRow, at: number): UsageRow {
  const { cache_creation: cache, total_tokens: total } = usage
  const row = {
    at,
    model: group.model ?? null,
    workspaceId: group.workspace_id ?? null,
    apiKeyId: group.api_key_id ?? null,
    organizationId: group.organization_id ?? null,
    serviceTier: group.service_tier ?? null,
    speed: group.speed ?? null,
    product: group.product ?? null,
    requests: usage.requests ?? null,
    uncachedInput: usage.uncached_input_tokens,
    cacheCreation: cache.ephemeral_5m_input_tokens + cache.ephemeral_1h_input_tokens,
    cacheRead: usage.cache_read_input_tokens,
    output: usage.output_tokens,
    unknownTokens: 0,
    webSearches: usage.server_tool_use?.web_search_requests ?? 0,
  }
  if (total != null) row.unknownTokens = Math.max(0, total - knownTokens(row))
  return row
}

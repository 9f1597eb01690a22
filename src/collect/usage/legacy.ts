import type * as z from 'zod'
import { AuditError } from '../../errors.ts'
import { BodyTooLarge } from '../../transport/body.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { isoTime } from '../../vocabulary/use/window.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import { followPages, nextCursor } from '../anthropic/pages.ts'
import { legacyPageSchema } from '../anthropic/schemas.ts'
import { bucketStarts, LEGACY_BUCKETS, WIDTHS } from './ranges.ts'
import type { OnPage, Progress, Range, UsageQuery, UsageReader } from './usage-reader.ts'

/** The older Usage API: GET /v1/organizations/usage_report/messages. It counts no requests and knows no products. */

const PATH = '/v1/organizations/usage_report/messages'
const RESOURCE = `GET ${PATH}`
/** Needed as soon as `speed` is asked for. */
const SPEED_BETA = 'fast-mode-2026-02-01'
type BucketQuery = UsageQuery & { width: keyof typeof WIDTHS }
type LegacyResult = z.infer<typeof legacyPageSchema>['data'][number]['results'][number]

export function createLegacyReader(client: AnthropicClient, onPage: OnPage): UsageReader {
  const progress: Progress = { read: 0, expected: 0 }

  const readRange = async (query: BucketQuery, range: Range, fold: (rows: readonly UsageRow[]) => void) => {
    const groupBy = query.groupBy.filter((dimension) => dimension !== 'product' && dimension !== 'organization_id')
    const startOf = bucketStarts(RESOURCE, range, WIDTHS[query.width])
    const pages = followPages(
      RESOURCE,
      (page) =>
        client.get(
          PATH,
          {
            starting_at: isoTime(range.start),
            ending_at: isoTime(range.end),
            bucket_width: query.width,
            group_by: groupBy,
            models: query.models,
            workspace_ids: query.workspaceIds,
            limit: (range.end - range.start) / WIDTHS[query.width],
            page,
          },
          legacyPageSchema,
          { betas: groupBy.includes('speed') ? [SPEED_BETA] : [], version: '2023-06-01' },
        ),
      (page) => nextCursor(RESOURCE, page.has_more, page.next_page),
    )
    for await (const page of pages) {
      for (const bucket of page.data) fold(toRows(bucket.results, startOf(Date.parse(bucket.starting_at))))
      progress.read++
      progress.expected = Math.max(progress.expected, progress.read)
      onPage({ ...progress })
    }
  }

  return {
    source: 'legacy',
    // One page after another: few are needed, and each may be as large as we can hold.
    read: async (anyQuery, fold) => {
      const query = inBuckets(anyQuery)
      const width = WIDTHS[query.width]
      let buckets: number = LEGACY_BUCKETS[query.width]
      const pagesFrom = (time: number) => Math.ceil((query.end - time) / (buckets * width))
      progress.expected += pagesFrom(query.start)

      for (let at = query.start; at < query.end; ) {
        const end = Math.min(query.end, at + buckets * width)
        let folded = false
        try {
          await readRange(query, { start: at, end }, (rows) => {
            folded = true
            fold(rows)
          })
          at = end
        } catch (error) {
          const tooLarge = error instanceof AuditError && error.cause instanceof BodyTooLarge
          if (!tooLarge || folded || end - at <= width) throw error
          progress.expected -= pagesFrom(at)
          buckets = Math.ceil((end - at) / width / 2)
          progress.expected += pagesFrom(at)
        }
      }
      return { refreshedAt: null }
    },
  }
}

/** This report has no rows over a whole range. */
function inBuckets(query: UsageQuery): BucketQuery {
  return { ...query, width: query.width === 'all' ? '1d' : query.width }
}

function toRows(results: readonly LegacyResult[], at: number): UsageRow[] {
  return results.map((result) => ({
    at,
    model: result.model ?? null,
    workspaceId: result.workspace_id ?? null,
    apiKeyId: result.api_key_id ?? null,
    organizationId: null,
    serviceTier: result.service_tier ?? null,
    speed: result.speed ?? null,
    product: null,
    requests: null,
    uncachedInput: result.uncached_input_tokens,
    cacheCreation: result.cache_creation.ephemeral_5m_input_tokens + result.cache_creation.ephemeral_1h_input_tokens,
    cacheRead: result.cache_read_input_tokens,
    output: result.output_tokens,
    unknownTokens: 0,
    webSearches: result.server_tool_use?.web_search_requests ?? 0,
  }))
}

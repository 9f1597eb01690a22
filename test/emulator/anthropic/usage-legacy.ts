import * as z from 'zod'
import type { Received } from '../exchange.ts'
import type { World } from '../world/world.ts'
import { invalid } from './errors.ts'
import { instant, limit, list, openCursor, readQuery, sealCursor } from './query.ts'
import { accepts, all, DAY_MS, HOUR, MINUTE, type Row, rowsOf } from './rows.ts'
import { time } from './usage.ts'
import { SERVICE_TIERS } from './usage-query.ts'

const WIDTHS = {
  '1d': { ms: DAY_MS, limit: 7, max: 31 },
  '1h': { ms: HOUR, limit: 24, max: 168 },
  '1m': { ms: MINUTE, limit: 60, max: 1440 },
} as const

const GROUP_BY = [
  'account_id',
  'api_key_id',
  'context_window',
  'inference_geo',
  'model',
  'service_account_id',
  'service_tier',
  'speed',
  'workspace_id',
] as const
type Dimension = (typeof GROUP_BY)[number]

const shape = {
  starting_at: instant,
  ending_at: instant.optional(),
  bucket_width: z.enum(['1d', '1h', '1m']).default('1d'),
  limit: z.string().optional(),
  page: z.string().optional(),
  'group_by[]': z.array(z.enum(GROUP_BY)).default([]),
  'account_ids[]': list.optional(),
  'api_key_ids[]': list.optional(),
  // Singular, unlike its siblings and unlike the analytics API.
  'context_window[]': z.array(z.enum(['0-200k', '200k-1M'])).optional(),
  'inference_geos[]': z.array(z.enum(['global', 'us', 'not_available'])).optional(),
  'models[]': list.optional(),
  'service_account_ids[]': list.optional(),
  'service_tiers[]': z.array(z.enum(SERVICE_TIERS)).optional(),
  'speeds[]': z.array(z.enum(['fast', 'standard'])).optional(),
  'workspace_ids[]': list.optional(),
}

const LIMITED = {
  '1d': { ...shape, limit: limit(WIDTHS['1d'].max) },
  '1h': { ...shape, limit: limit(WIDTHS['1h'].max) },
  '1m': { ...shape, limit: limit(WIDTHS['1m'].max) },
}

/** `GET /v1/organizations/usage_report/messages`: buckets oldest first, the empty ones too; no request count. */
export function listLegacyUsage(request: Received, world: World, betas: ReadonlySet<string>): unknown {
  const query = readQuery(request, shape)
  const groupBy = query['group_by[]']
  const width = WIDTHS[query.bucket_width]
  const size = query.limit === undefined ? width.limit : readQuery(request, LIMITED[query.bucket_width]).limit
  const fast = betas.has('fast-mode-2026-02-01')
  if (!fast && (groupBy.includes('speed') || query['speeds[]'] !== undefined)) {
    throw invalid('speed: Requires the anthropic-beta header fast-mode-2026-02-01')
  }
  const from = Math.floor(query.starting_at / width.ms) * width.ms
  const to = query.ending_at ?? world.now()
  if (to <= query.starting_at) throw invalid('ending_at: Must be after starting_at')

  const defaultId = world.workspaces.find((each) => each.isDefault)?.id
  const keep = all([
    // Code execution is not part of this report.
    (atom) => atom.model !== null,
    accepts('api_key_id', query['api_key_ids[]']),
    accepts('context_window', query['context_window[]']),
    accepts(
      'inference_geo',
      query['inference_geos[]']?.map((geo) => (geo === 'not_available' ? null : geo)),
    ),
    accepts('model', query['models[]']),
    accepts('service_tier', query['service_tiers[]']),
    accepts('speed', query['speeds[]']),
    accepts('workspace_id', query['workspace_ids[]']),
    () => query['account_ids[]'] === undefined && query['service_account_ids[]'] === undefined,
  ])

  const count = Math.ceil((to - from) / width.ms)
  const [first = 0] = openCursor(request) ?? []
  const last = Math.min(first + size, count)
  const data = Array.from({ length: last - first }, (_, index) => {
    const start = from + (first + index) * width.ms
    const rows = rowsOf(world, start, start + width.ms, groupBy, keep)
    const results = rows.map((row) => result(row, groupBy, defaultId, fast))
    return { starting_at: time(start), ending_at: time(start + width.ms), results }
  })
  const next = last < count ? sealCursor(request, [last]) : null
  return { data, has_more: next !== null, next_page: next }
}

function result(row: Row, groupBy: readonly Dimension[], defaultId: string | undefined, fast: boolean): unknown {
  const { sample } = row
  const grouped = <T>(name: Dimension, value: T): T | null => (groupBy.includes(name) ? value : null)
  return {
    uncached_input_tokens: row.uncachedInput,
    cache_creation: { ephemeral_5m_input_tokens: row.cacheCreation5m, ephemeral_1h_input_tokens: row.cacheCreation1h },
    cache_read_input_tokens: row.cacheRead,
    output_tokens: row.output,
    server_tool_use: { web_search_requests: row.webSearches },
    account_id: null,
    api_key_id: grouped('api_key_id', sample.apiKey),
    context_window: grouped('context_window', sample.contextWindow),
    inference_geo: grouped('inference_geo', sample.inferenceGeo),
    model: grouped('model', sample.model),
    service_account_id: null,
    service_tier: grouped('service_tier', sample.serviceTier),
    ...(fast ? { speed: grouped('speed', sample.speed) } : {}),
    workspace_id: grouped('workspace_id', sample.workspace === defaultId ? null : sample.workspace),
  }
}

import * as z from 'zod'
import type { Received } from '../exchange.ts'
import type { Atom } from '../world/world.ts'
import { forbidden, invalid } from './errors.ts'
import type { Options } from './options.ts'
import { instant, limit, list, readQuery } from './query.ts'
import { accepts, all, DAY_MS, DIMENSIONS, HOUR, MINUTE } from './rows.ts'

/** What `GET /v1/organizations/analytics/usage` is asked, and every reason to refuse it (SDK: …/analytics/usage.d.ts). */

export const GROUP_BY = [
  'actor',
  'actor_type',
  'agent_id',
  'api_key_id',
  'claude_tag_category',
  'claude_tag_user_id',
  'context_window',
  'deployment_id',
  'environment_id',
  'inference_geo',
  'model',
  'organization_id',
  'product',
  'rbac_group_id',
  'service_tier',
  'session_id',
  'slack_channel_id',
  'speed',
  'user_profile_id',
  'workspace_id',
] as const

const PRODUCTS = [
  'chat',
  'chat_cowork_unified',
  'claude_code',
  'claude_console',
  'claude_design',
  'claude_in_chrome',
  'claude_tag',
  'cowork',
  'managed_agents_api',
  'message_batches_api',
  'messages_api',
  'office_agent',
] as const
export const SERVICE_TIERS = ['batch', 'flex', 'flex_discount', 'priority', 'priority_on_demand', 'standard'] as const

const oneOf = <const Values extends readonly string[]>(values: Values) => z.array(z.enum(values)).optional()
/** An empty entry also matches use without a key. */
const keys = z.array(z.string().transform((id) => (id === '' ? null : id))).optional()
/** `not_available` matches rows whose region is not set. */
const geos = z
  .array(z.enum(['global', 'us', 'not_available']).transform((geo) => (geo === 'not_available' ? null : geo)))
  .optional()

/** Filters by the dimension they look at; those of dimensions these worlds do not have match nothing. */
const FILTERS = {
  api_key_id: ['api_key_ids[]', keys],
  context_window: ['context_windows[]', oneOf(['0-200k', '200k-1M'])],
  inference_geo: ['inference_geos[]', geos],
  model: ['models[]', list.optional()],
  product: ['products[]', oneOf(PRODUCTS)],
  service_tier: ['service_tiers[]', oneOf(SERVICE_TIERS)],
  speed: ['speeds[]', oneOf(['fast', 'standard'])],
  workspace_id: ['workspace_ids[]', list.optional()],
  actor: ['actor_ids[]', list.optional()],
  actor_type: ['actor_types[]', oneOf(['api_actor', 'federated_actor', 'service_account_actor', 'user_actor'])],
  agent_id: ['agent_ids[]', list.optional()],
  claude_tag_category: ['claude_tag_categories[]', oneOf(['dm', 'engaged', 'monitoring', 'proactive', 'scheduled'])],
  claude_tag_user_id: ['claude_tag_user_ids[]', list.optional()],
  deployment_id: ['deployment_ids[]', list.optional()],
  environment_id: ['environment_ids[]', list.optional()],
  organization_id: ['organization_ids[]', list.optional()],
  rbac_group_id: ['rbac_group_ids[]', list.optional()],
  session_id: ['session_ids[]', list.optional()],
  slack_channel_id: ['slack_channel_ids[]', list.optional()],
  user_profile_id: ['user_profile_ids[]', list.optional()],
} as const

const WIDTHS = { '1m': MINUTE, '1h': HOUR, '1d': DAY_MS } as const
const ORDER_BY = ['output_tokens', 'requests', 'time', 'total_tokens', 'uncached_input_tokens'] as const
const EARLIEST = Date.parse('2026-01-01T00:00:00Z')

const own = {
  starting_at: instant,
  ending_at: instant.optional(),
  time_bucket_width: z.enum(['1d', '1h', '1m']).optional(),
  'group_by[]': z.array(z.enum(GROUP_BY)).max(5, 'At most 5 dimensions').default([]),
  limit: limit(1000).default(20),
  page: z.string().optional(),
  order_by: z.enum(ORDER_BY).default('total_tokens'),
  order: z.enum(['asc', 'desc']).default('desc'),
  exclude_deleted_users: z.enum(['true', 'false']).optional(),
}
const shape = { ...own, ...Object.fromEntries(Object.values(FILTERS)) }

export type UsageQuery = {
  /** Whole buckets (hours where there is no width), UTC ms. */
  from: number
  to: number
  /** Width of a bucket, ms; undefined: one row over the whole range. */
  width: number | undefined
  groupBy: readonly (typeof GROUP_BY)[number][]
  limit: number
  orderBy: (typeof ORDER_BY)[number]
  order: 'asc' | 'desc'
  keep: (atom: Atom) => boolean
}

/** The validated query; 400 (403 for what only a parent organization may ask) otherwise. `now` is UTC ms. */
export function readUsageQuery(
  request: Received,
  now: number,
  options: Pick<Options, 'filtersByModel' | 'parentKey'>,
): UsageQuery {
  const query = readQuery(request, shape) as z.output<z.ZodObject<typeof own>> & Record<string, unknown>
  const groupBy = query['group_by[]']
  if (query.time_bucket_width !== undefined && query.ending_at === undefined) {
    throw invalid('ending_at: Required when time_bucket_width is set')
  }
  const start = query.starting_at
  const end = query.ending_at ?? Math.min(now, start + 31 * DAY_MS)
  if (start < EARLIEST) throw invalid('starting_at: Must not be earlier than 2026-01-01T00:00:00Z')
  if (start < now - 365 * DAY_MS) throw invalid('starting_at: Must be within the last 365 days')
  if (end <= start) throw invalid('ending_at: Must be after starting_at')
  if (end - start > 31 * DAY_MS) throw invalid('ending_at: The range may span at most 31 days')
  if (query.time_bucket_width === '1m' && end - start > DAY_MS) {
    throw invalid('ending_at: The range may span at most 24 hours with time_bucket_width=1m')
  }
  if (new Set(groupBy).size < groupBy.length) throw invalid('group_by[]: Duplicate dimension')
  if (query.exclude_deleted_users === 'true' && !groupBy.includes('actor')) {
    throw invalid('exclude_deleted_users: Requires group_by[]=actor')
  }
  if (
    groupBy.includes('claude_tag_user_id') &&
    (groupBy.includes('rbac_group_id') || query['rbac_group_ids[]'] !== undefined)
  ) {
    throw invalid('group_by[]: claude_tag_user_id cannot be combined with rbac_group_id')
  }
  if (query['models[]'] !== undefined && !options.filtersByModel)
    throw invalid('models[]: Extra inputs are not permitted')
  const isOfParent = groupBy.includes('organization_id') || query['organization_ids[]'] !== undefined
  if (isOfParent && !options.parentKey) {
    throw forbidden('organization_id: Requires an API key created at the parent organization level')
  }
  const width = query.time_bucket_width === undefined ? undefined : WIDTHS[query.time_bucket_width]
  const grain = width ?? HOUR
  return {
    from: Math.floor(start / grain) * grain,
    to: width === undefined ? Math.floor(end / grain) * grain : end,
    width,
    groupBy,
    limit: query.limit,
    orderBy: width === undefined && query.order_by === 'time' ? 'total_tokens' : query.order_by,
    order: query.order,
    keep: filters(query),
  }
}

function filters(query: Record<string, unknown>): (atom: Atom) => boolean {
  const given = Object.entries(FILTERS).filter(([, [name]]) => query[name] !== undefined)
  return all(
    given.map(([dimension, [name]]) =>
      dimension in DIMENSIONS ? accepts(dimension, query[name] as (string | null)[]) : () => false,
    ),
  )
}

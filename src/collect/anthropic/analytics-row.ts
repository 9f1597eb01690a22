import * as z from 'zod'
import { knownTokens, type UsageRow } from '../../vocabulary/use/usage-row.ts'

const count = z.number().nonnegative()
const name = z.string().nullish()

/** A row of GET /v1/organizations/analytics/usage, as it is counted. */
export const analyticsRowSchema = z
  .object({
    starting_at: z.string(),
    group: z.object({
      model: name,
      workspace_id: name,
      api_key_id: name,
      organization_id: name,
      service_tier: name,
      speed: name,
      product: name,
    }),
    usage: z.object({
      requests: count.nullish(),
      uncached_input_tokens: count,
      cache_creation: z.object({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }),
      cache_read_input_tokens: count,
      output_tokens: count,
      total_tokens: count.nullish(),
      server_tool_use: z.object({ web_search_requests: count.nullish() }).nullish(),
    }),
  })
  .transform(({ starting_at, group, usage }): UsageRow => {
    const { cache_creation: cache, total_tokens: total } = usage
    const row = {
      at: Date.parse(starting_at),
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
  })

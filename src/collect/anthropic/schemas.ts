import * as z from 'zod'

/**
 * What we read of Anthropic's replies. Tolerant on purpose: a version of the API may gain fields and enum members
 * at any time (Anthropic's versioning policy), so unknown fields are dropped and every enum is an open string.
 * `z.object` over the fields in use is the cheapest check zod has. Rows come by the hundred thousand, and for them even
 * that is a third of the parsing: see `isPlainRow`, and docs/performance.md for the figures.
 */

const count = z.number().nonnegative()

/** A rate-limit group's entry, of the organization or of a workspace. */
const limitEntrySchema = z
  .object({
    id: z.string().nullish(),
    rate_limit_id: z.string().nullish(),
    group: z.object({ id: z.string().nullish(), type: z.string(), display_name: z.string().nullish() }).nullish(),
    group_type: z.string().nullish(),
    models: z.array(z.string()).nullish(),
    limits: z.array(
      z.object({
        type: z.string(),
        value: count.nullish(),
        source: z.object({ type: z.string() }).nullish(),
      }),
    ),
  })
  .refine((entry) => entry.group?.type ?? entry.group_type, { error: 'neither group.type nor group_type is given' })

export type LimitEntry = z.infer<typeof limitEntrySchema>

export const limitPageSchema = z.object({ data: z.array(limitEntrySchema), next_page: z.string().nullish() })

export const workspacePageSchema = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string(), archived_at: z.string().nullish() })),
  has_more: z.boolean(),
  last_id: z.string().nullish(),
})

export const apiKeyPageSchema = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string() })),
  has_more: z.boolean(),
  last_id: z.string().nullish(),
})

const cacheCreation = z.object({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count })
const serverToolUse = z.object({ web_search_requests: count })

export const analyticsRowSchema = z.object({
  starting_at: z.string(),
  group: z.object({
    model: z.string().nullish(),
    workspace_id: z.string().nullish(),
    api_key_id: z.string().nullish(),
    service_tier: z.string().nullish(),
    speed: z.string().nullish(),
    product: z.string().nullish(),
  }),
  usage: z.object({
    requests: count.nullish(),
    uncached_input_tokens: count,
    cache_creation: cacheCreation,
    cache_read_input_tokens: count,
    output_tokens: count,
    server_tool_use: serverToolUse,
  }),
})

export type AnalyticsRow = z.infer<typeof analyticsRowSchema>

/**
 * Whether a row is plainly what the schema asks for: the same fields, at a small part of the cost. It never takes what
 * the schema refuses; what it does not take, the schema decides, and says what is wrong with it.
 */
export function isPlainRow(row: unknown): row is AnalyticsRow {
  if (!isRecord(row) || !isRecord(row.group) || !isRecord(row.usage)) return false
  const { group, usage } = row
  return (
    typeof row.starting_at === 'string' &&
    isText(group.model) &&
    isText(group.workspace_id) &&
    isText(group.api_key_id) &&
    isText(group.service_tier) &&
    isText(group.speed) &&
    isText(group.product) &&
    (usage.requests === null || isCount(usage.requests)) &&
    isCount(usage.uncached_input_tokens) &&
    isRecord(usage.cache_creation) &&
    isCount(usage.cache_creation.ephemeral_5m_input_tokens) &&
    isCount(usage.cache_creation.ephemeral_1h_input_tokens) &&
    isCount(usage.cache_read_input_tokens) &&
    isCount(usage.output_tokens) &&
    isRecord(usage.server_tool_use) &&
    isCount(usage.server_tool_use.web_search_requests)
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown) => value === null || value === undefined || typeof value === 'string'
const isCount = (value: unknown) => typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY

/** GET /v1/organizations/analytics/usage */
export const analyticsPageSchema = z.object({
  data: z.unknown().transform((rows, context): AnalyticsRow[] => {
    if (Array.isArray(rows) && rows.every(isPlainRow)) return rows
    const parsed = z.array(analyticsRowSchema).safeParse(rows)
    if (parsed.success) return parsed.data
    context.issues.push(...(parsed.error.issues as typeof context.issues))
    return z.NEVER
  }),
  has_more: z.boolean().nullish(),
  next_page: z.string().nullish(),
  data_refreshed_at: z.string().nullish(),
})

/** GET /v1/organizations/usage_report/messages, the legacy report */
export const legacyPageSchema = z.object({
  data: z.array(
    z.object({
      starting_at: z.string(),
      results: z.array(
        z.object({
          model: z.string().nullish(),
          workspace_id: z.string().nullish(),
          api_key_id: z.string().nullish(),
          service_tier: z.string().nullish(),
          speed: z.string().nullish(),
          uncached_input_tokens: count,
          cache_creation: cacheCreation,
          cache_read_input_tokens: count,
          output_tokens: count,
          server_tool_use: serverToolUse,
        }),
      ),
    }),
  ),
  has_more: z.boolean().nullish(),
  next_page: z.string().nullish(),
})

/** The error body of every endpoint. Branch on `type` and `error_code`, never on `message`. */
export const errorBodySchema = z.object({
  error: z.object({
    type: z.string(),
    message: z.string().optional(),
    details: z.object({ error_code: z.string().nullish() }).nullish(),
  }),
})

/** POST /v1/oauth/token */
export const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })

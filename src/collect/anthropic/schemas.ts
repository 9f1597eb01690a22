import * as z from 'zod'

/**
 * What we read of Anthropic's replies. Tolerant on purpose: a version of the API may gain fields and enum members
 * at any time (Anthropic's versioning policy), so unknown fields are dropped and every enum is an open string.
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
const serverToolUse = z.object({ web_search_requests: count.nullish() }).nullish()
/** Null or absent where it was not asked for or does not apply. */
const name = z.string().nullish()

const analyticsRowSchema = z.object({
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
    cache_creation: cacheCreation,
    cache_read_input_tokens: count,
    output_tokens: count,
    total_tokens: count.nullish(),
    server_tool_use: serverToolUse,
  }),
})

export type AnalyticsRow = z.infer<typeof analyticsRowSchema>

/** GET /v1/organizations/analytics/usage. Compiled, because its rows come by the ten thousands (docs/performance.md has the figure). */
export const analyticsPageSchema = z.compile(
  z.object({
    data: z.array(analyticsRowSchema),
    has_more: z.boolean().nullish(),
    next_page: z.string().nullish(),
    data_refreshed_at: z.string().nullish(),
  }),
)

/** GET /v1/organizations/usage_report/messages, the legacy report */
export const legacyPageSchema = z.object({
  data: z.array(
    z.object({
      starting_at: z.string(),
      results: z.array(
        z.object({
          model: name,
          workspace_id: name,
          api_key_id: name,
          service_tier: name,
          speed: name,
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

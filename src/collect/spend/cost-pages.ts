import * as z from 'zod'
import type { AnthropicClient } from '../anthropic/client.ts'
import { followPages, nextCursor } from '../anthropic/pages.ts'

/** What use cost, page by page: GET /v1/organizations/analytics/cost (SDK: …/analytics/cost). No amount leaves this folder. */

const PATH = '/v1/organizations/analytics/cost'
const OPTIONS = { betas: ['analytics-usage-cost-2026-08-24'], version: '2026-10-21' } as const

const page = z.object({
  data: z.array(
    z.object({
      starting_at: z.string(),
      group: z
        .object({
          model: z.string().nullish(),
          workspace_id: z.string().nullish(),
          service_tier: z.string().nullish(),
          speed: z.string().nullish(),
          token_type: z.string().nullish(),
        })
        .nullish(),
      /** Cents after discount. */
      cost: z.object({ amount: z.string().regex(/^-?\d+(\.\d+)?$/), currency: z.literal('USD') }),
    }),
  ),
  has_more: z.boolean().nullish(),
  next_page: z.string().nullish(),
  data_refreshed_at: z.string().nullish(),
})

export type CostPage = z.infer<typeof page>

/** All pages of one query, which may span at most 31 days. Throws AuditError. */
export function costPages(
  client: AnthropicClient,
  query: Record<string, string | readonly string[]>,
): AsyncGenerator<CostPage> {
  return followPages(
    `GET ${PATH}`,
    (cursor) => client.get(PATH, { ...query, limit: 1000, page: cursor }, page, OPTIONS),
    ({ has_more, next_page }) => nextCursor(`GET ${PATH}`, has_more, next_page),
  )
}

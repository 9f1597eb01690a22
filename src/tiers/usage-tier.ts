import * as z from 'zod'
import type { AnthropicClient } from '../anthropic/client.ts'
import { followPages } from '../anthropic/pages.ts'
import { AuditError } from '../errors.ts'
import { PUBLISHED, TIERS, type Tier } from './published.ts'

/** The organization's monthly spend cap by its tier: the only hint to the tier the API gives. */
export type UsageTier = {
  /** The cap in US cents; null: no numeric cap. */
  cents: number | null
  currency: string
  /** The tier that is published with this cap; null where none is. */
  tier: Tier | null
}

const page = z.object({
  data: z.array(
    z.object({
      amount: z.string().regex(/^\d+$/).nullish(),
      currency: z.string(),
      period: z.string().nullish(),
      scope: z.object({ type: z.string() }),
    }),
  ),
  next_page: z.string().nullish(),
})

const BETAS = ['spend-limit-reads-2026-09-26']
const PATH = '/v1/organizations/spend_limits'

/**
 * GET /v1/organizations/spend_limits, the `usage_tier` row (SDK: …/beta/organization/spend-limits, since 2026-10-15).
 * The listing is open to Claude Enterprise and, in a preview, to some organizations: all others answer 400
 * `organization_type_not_supported` or 403, which is null here, as is a listing without such a row. Throws AuditError otherwise.
 */
export async function readUsageTier(client: AnthropicClient): Promise<UsageTier | null> {
  try {
    const pages = followPages(
      `GET ${PATH}`,
      (cursor) => client.get(PATH, { scope_type: ['usage_tier'], page: cursor }, page, { betas: BETAS }),
      ({ next_page }) => next_page || null,
    )
    for await (const { data } of pages) {
      const row = data.find(({ scope }) => scope.type === 'usage_tier')
      if (row) return toUsageTier(row.amount ?? null, row.currency)
    }
    return null
  } catch (error) {
    if (error instanceof AuditError && CLOSED.has(error.status ?? 0)) return null
    throw error
  }
}

const CLOSED: ReadonlySet<number> = new Set([400, 403, 404])

function toUsageTier(amount: string | null, currency: string): UsageTier {
  const cents = amount === null ? null : Number(amount)
  const tier = TIERS.find((name) => currency === 'USD' && PUBLISHED.monthlySpend[name] * 100 === cents) ?? null
  return { cents, currency, tier }
}

import * as z from 'zod'
import { AuditError } from '../../errors.ts'
import { PUBLISHED, TIERS, type Tier } from '../../vocabulary/limits/published-tiers.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import { followPages } from '../anthropic/pages.ts'

const row = z.object({
  amount: z.string().regex(/^\d+$/).nullish(),
  currency: z.string(),
  is_enabled: z.boolean().nullish(),
  period: z.string().nullish(),
  scope: z.object({ type: z.string() }),
})
const page = z.object({ data: z.array(row), next_page: z.string().nullish() })

const BETAS = ['spend-limit-reads-2026-09-26']
const PATH = '/v1/organizations/spend_limits'
const SCOPES = ['usage_tier', 'organization']

/** `cap`: the lower of the monthly caps that hold for the whole organization, in cents; null: none. It is never shown. */
type SpendLimits = { tier: Tier | null; cap: number | null }

/**
 * The tier whose published monthly cap is the one that Anthropic set, which is a hint to the organization's tier, the only
 * one that the API gives, and no more: the cap can be one that was raised. And the cap that binds: that one, or a lower one
 * which the organization has set itself.
 * GET /v1/organizations/spend_limits (SDK: …/beta/organization/spend-limits; `usage_tier` since 2026-10-15).
 * The listing is open to Claude Enterprise and, in a preview, to some organizations: all others answer 400
 * `organization_type_not_supported` or 403, which is null here, as is a listing without such rows. Throws AuditError otherwise.
 */
export async function readSpendLimits(client: AnthropicClient): Promise<SpendLimits> {
  const rows: z.infer<typeof row>[] = []
  try {
    const pages = followPages(
      `GET ${PATH}`,
      (cursor) => client.get(PATH, { scope_type: SCOPES, page: cursor }, page, { betas: BETAS }),
      ({ next_page }) => next_page || null,
    )
    for await (const { data } of pages) rows.push(...data)
  } catch (error) {
    if (error instanceof AuditError && CLOSED.has(error.status ?? 0)) return { tier: null, cap: null }
    throw error
  }
  const caps = rows
    .filter(({ scope, is_enabled }) => SCOPES.includes(scope.type) && is_enabled !== false)
    .filter(({ currency, period }) => currency === 'USD' && (period ?? MONTHLY) === MONTHLY)
    .flatMap(({ scope, amount }) => (amount ? [{ scope: scope.type, amount: Number(amount) }] : []))
  const ofTier = caps.find(({ scope }) => scope === 'usage_tier')
  return {
    tier: TIERS.find((name) => PUBLISHED.monthlySpend[name] * 100 === ofTier?.amount) ?? null,
    cap: caps.length > 0 ? Math.min(...caps.map(({ amount }) => amount)) : null,
  }
}

const MONTHLY = 'monthly'
const CLOSED: ReadonlySet<number> = new Set([400, 403, 404])

import * as z from 'zod'
import { AuditError, describeError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { PUBLISHED, TIERS, type Tier } from '../../vocabulary/limits/published-tiers.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import type { Connection } from '../anthropic/connection.ts'
import { followPages } from '../anthropic/pages.ts'

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

/** The tier is a hint only: nothing waits longer for it, in milliseconds. */
const TIME_BUDGET = 10_000

/** The organization's tier, where it can be read in good time: without it nothing is missing that matters. */
export async function collectTier(
  { clientFor }: Pick<Connection, 'clientFor'>,
  log: Pick<Log, 'debug'>,
): Promise<Tier | null> {
  try {
    return await readUsageTier(clientFor(TIME_BUDGET))
  } catch (error) {
    log.debug(`The usage tier could not be read: ${describeError(error)}`)
    return null
  }
}

/**
 * The organization's tier by its monthly spend cap, the only hint to it that the API gives; null where the cap is none of the published.
 * GET /v1/organizations/spend_limits, the `usage_tier` row (SDK: …/beta/organization/spend-limits, since 2026-10-15).
 * The listing is open to Claude Enterprise and, in a preview, to some organizations: all others answer 400
 * `organization_type_not_supported` or 403, which is null here, as is a listing without such a row. Throws AuditError otherwise.
 */
export async function readUsageTier(client: AnthropicClient): Promise<Tier | null> {
  try {
    const pages = followPages(
      `GET ${PATH}`,
      (cursor) => client.get(PATH, { scope_type: ['usage_tier'], page: cursor }, page, { betas: BETAS }),
      ({ next_page }) => next_page || null,
    )
    for await (const { data } of pages) {
      const row = data.find(({ scope }) => scope.type === 'usage_tier')
      if (row) return tierOfCap(row.amount ?? null, row.currency)
    }
    return null
  } catch (error) {
    if (error instanceof AuditError && CLOSED.has(error.status ?? 0)) return null
    throw error
  }
}

const CLOSED: ReadonlySet<number> = new Set([400, 403, 404])

/** The tier that is published with this monthly cap, in cents; null where none is. The amount itself goes no further: reports hold no money. */
function tierOfCap(amount: string | null, currency: string): Tier | null {
  if (amount === null || currency !== 'USD') return null
  return TIERS.find((name) => PUBLISHED.monthlySpend[name] * 100 === Number(amount)) ?? null
}

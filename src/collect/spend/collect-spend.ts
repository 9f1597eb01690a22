import { describeError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Tier } from '../../vocabulary/limits/published-tiers.ts'
import { DAY, dayOf, isoTime, MINUTE, type Span } from '../../vocabulary/use/window.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import type { Connection } from '../anthropic/connection.ts'
import { statedTime } from '../usage/freshness.ts'
import { costPages } from './cost-pages.ts'
import { readSpendLimits } from './spend-limits.ts'

/** Month-to-date cost as parts of the monthly cap. No amount of money leaves this folder. */
export type SpendReading = {
  /** Who told the cap: Anthropic's spend-limit listing, or the policy file. */
  capSource: 'api' | 'policy'
  /** The first of the month of the window's last day, UTC ms. */
  monthStart: number
  /** Cost from then to the end of each day, the window's last one included, ÷ cap. */
  shares: readonly number[]
  /** Up to when cost is known, at most the window's end. */
  known: number
}

/** `problem`: why the cost is not known though a cap is. */
export type Spending = { tier: Tier | null; spend: SpendReading | null; problem: string | null }

/** Neither is the verdict: nothing waits longer for them, in milliseconds. */
const TIME_BUDGET = 10_000

/**
 * The tier that the organization's spend cap is published for, and how much of its monthly spend cap is used. The cost is
 * asked for, in one request, only where a cap is known: by the API where its listing is open to the organization, else by
 * `policyCap` (US dollars; null: none).
 */
export async function collectSpend(
  { clientFor }: Pick<Connection, 'clientFor'>,
  { window, policyCap }: { window: Span; policyCap: number | null },
  log: Pick<Log, 'debug'>,
): Promise<Spending> {
  const client = clientFor(TIME_BUDGET)
  const limits = await readSpendLimits(client).catch((error) => {
    log.debug(`The spend limits could not be read: ${describeError(error)}`)
    return { tier: null, cap: null }
  })
  const { tier } = limits
  const cap = limits.cap ?? (policyCap === null ? null : policyCap * CENTS)
  if (!cap) return { tier, spend: null, problem: null }
  try {
    const { monthStart, costs, known } = await readCosts(client, window)
    let sum = 0
    const shares = costs.map((cost) => {
      sum += cost
      return sum / cap
    })
    const capSource = limits.cap === null ? 'policy' : 'api'
    return { tier, spend: shares.length > 0 ? { capSource, monthStart, shares, known } : null, problem: null }
  } catch (error) {
    return {
      tier,
      spend: null,
      problem: `How much of the spend cap is used could not be read: ${describeError(error)}`,
    }
  }
}

const CENTS = 100

/**
 * What each day of the month cost, up to the end of the window, in cents after discount. Days without a row cost nothing.
 * At most 31 days of day buckets, a row each. Throws AuditError.
 */
async function readCosts(client: AnthropicClient, window: Span) {
  const end = dayOf(window.end)
  const lastDay = new Date(end - DAY)
  const monthStart = Date.UTC(lastDay.getUTCFullYear(), lastDay.getUTCMonth())
  const costs = Array.from({ length: (end - monthStart) / DAY }, () => 0)
  let known = end
  const pages = costPages(client, {
    starting_at: isoTime(monthStart),
    ending_at: isoTime(end),
    time_bucket_width: '1d',
    order_by: 'time',
    order: 'asc',
  })
  for await (const reply of pages) {
    known = Math.min(known, Math.floor((statedTime(reply) ?? end) / MINUTE) * MINUTE)
    for (const { starting_at, cost } of reply.data) {
      const day = (Date.parse(starting_at) - monthStart) / DAY
      if (costs[day] !== undefined) costs[day] += Number(cost.amount)
    }
  }
  return { monthStart, costs, known: Math.max(known, monthStart) }
}

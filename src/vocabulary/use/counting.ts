import type { LimiterRule } from '../limits/limiters.ts'
import type { UsageRow } from './usage-row.ts'

/** What a row of usage counts toward. */

/** Products of claude.ai seats: the seats' own plans limit them, no limit of the API does (API reference: products). */
const SEAT_PRODUCTS: ReadonlySet<string> = new Set([
  'chat',
  'chat_cowork_unified',
  'claude_design',
  'claude_in_chrome',
  'claude_tag',
  'cowork',
  'office_agent',
])

/** Products that the API's documentation names beside those of seats. `product` is an open string: any other counts too, and is reported. */
export const API_PRODUCTS: ReadonlySet<string> = new Set([
  'cc_security_autopatch',
  'claude_code',
  'claude_console',
  'managed_agents_api',
  'message_batches_api',
  'messages_api',
  'other',
])

export const isKnownProduct = (product: string): boolean => SEAT_PRODUCTS.has(product) || API_PRODUCTS.has(product)

/** How a row counts: toward the limits of standard or of fast use, or, by rule, toward none of a model group. */
export type Use = 'standard' | 'fast' | 'batch' | 'code-execution' | 'seats'

/**
 * Batch traffic has limits of its own, seats have those of their plans, and rows with neither model nor product are code
 * execution, whose "requests" are execution spans (API reference: batch processing, products, usage `requests`).
 */
export function useOf({ serviceTier, product, model, speed }: Counted): Use {
  if (product !== null && SEAT_PRODUCTS.has(product)) return 'seats'
  if (serviceTier === 'batch' || product === 'message_batches_api') return 'batch'
  if (model === null && product === null) return 'code-execution'
  return speed === 'fast' ? 'fast' : 'standard'
}

type Counted = Pick<UsageRow, 'serviceTier' | 'product' | 'model' | 'speed'>

/** Whether a row counts toward the limits of its model's group. */
export function isCounted(row: Counted): boolean {
  const use = useOf(row)
  return use === 'standard' || use === 'fast'
}

/** Whether use of that speed counts toward a limiter: fast mode has limits of its own. */
export function isOfStream({ stream }: LimiterRule, { speed }: Pick<UsageRow, 'speed'>): boolean {
  return stream === 'any' || (speed === 'fast') === (stream === 'fast')
}

/** What one counted row adds to a limiter, in the limiter's units over the row's whole time; null where the row does not say. */
export function amountOf(rule: LimiterRule, row: UsageRow): number | null {
  if (!isOfStream(rule, row)) return 0
  let amount = 0
  for (const counter of rule.counts) {
    const value = row[counter]
    if (value === null) return null
    amount += value
  }
  return amount
}

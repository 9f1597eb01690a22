import type { Counter, LimiterRule } from './limiters.ts'
import type { UsageRow } from './usage-row.ts'

/** What a row of usage counts toward. */

/**
 * Batch traffic has limits of its own, and rows with neither model nor product are code execution, whose "requests" are
 * execution spans: neither counts toward a model group (API reference: batch processing, usage `requests`).
 */
export function isCounted(row: Pick<UsageRow, 'serviceTier' | 'product' | 'model'>): boolean {
  const isBatch = row.serviceTier === 'batch' || row.product === 'message_batches_api'
  const isCodeExecution = row.model === null && row.product === null
  return !isBatch && !isCodeExecution
}

/** What one counted row adds to a limiter, in the limiter's units over the row's whole time; null where the row does not say. */
export function amountOf(rule: LimiterRule, row: UsageRow): number | null {
  if (rule.stream !== 'any' && (row.speed === 'fast') !== (rule.stream === 'fast')) return 0
  let amount = 0
  for (const counter of rule.counts) {
    const value = counterOf(row, counter)
    if (value === null) return null
    amount += value
  }
  return amount
}

function counterOf(row: UsageRow, counter: Counter): number | null {
  switch (counter) {
    case 'requests':
      return row.requests
    case 'uncached_input':
      return row.uncachedInput
    case 'cache_creation':
      return row.cacheCreation
    case 'cache_read':
      return row.cacheRead
    case 'output':
      return row.output
    case 'web_searches':
      return row.webSearches
  }
}

import { type CostPart, PAID_KINDS, type PaidKind } from '../../vocabulary/use/cost-part.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'

/**
 * What the cache costs beside input that is not cached (Anthropic's documentation, prompt caching: pricing): reads a tenth,
 * writes for five minutes a quarter more. Only for a model that has none of it on its own bill yet.
 */
const OF_INPUT: Partial<Record<PaidKind, number>> = { cacheRead: 0.1, cacheCreation: 1.25 }

type Priced = Pick<UsageRow, 'model' | 'serviceTier' | 'speed' | PaidKind>

/** What a row costs as a share of all cost; null where that cannot be told. */
export type CostOf = (row: Priced) => number | null

/**
 * The organization's own prices: what a kind of token of a model cost, by its bill, for each token of it in the census. No
 * price list plays a part, so that discounts are in them.
 */
export function pricesOf(parts: readonly CostPart[], census: readonly UsageRow[]): CostOf {
  const keyOf = ({ model, serviceTier, speed }: Omit<Priced, PaidKind>) => `${model}\n${serviceTier}\n${speed}`
  const costs = Map.groupBy(parts, keyOf)
  const uses = Map.groupBy(census, keyOf)
  const priceOf = (key: string, kind: PaidKind): number | null => {
    const tokens = (uses.get(key) ?? []).reduce((sum, row) => sum + row[kind], 0)
    const paid = (costs.get(key) ?? []).filter((part) => part.kind === kind)
    if (tokens > 0 && paid.length > 0) return paid.reduce((sum, { share }) => sum + share, 0) / tokens
    const factor = OF_INPUT[kind]
    const input = factor === undefined ? null : priceOf(key, 'uncachedInput')
    return input === null || factor === undefined ? null : input * factor
  }
  const known = new Map<string, number | null>()
  const price = (key: string, kind: PaidKind) => {
    const name = `${key}\n${kind}`
    const value = known.get(name)
    if (value !== undefined) return value
    known.set(name, priceOf(key, kind))
    return known.get(name) ?? null
  }
  return (row) => {
    let sum = 0
    for (const kind of PAID_KINDS) {
      if (row[kind] === 0) continue
      const each = price(keyOf(row), kind)
      if (each === null) return null
      sum += row[kind] * each
    }
    return sum
  }
}

import type { WholeUse } from '../../collect/usage/cells.ts'
import { groupKey, listedName, MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import { limiterRule } from '../../vocabulary/limits/limiters.ts'
import { compareText } from '../../vocabulary/order.ts'
import {
  type Accounting,
  type Amount,
  type Item,
  isUnclaimed,
  PART_KINDS,
  type Part,
  type PartKind,
} from '../../vocabulary/use/accounting.ts'
import { isKnownProduct, useOf } from '../../vocabulary/use/counting.ts'
import { knownTokens, type UsageRow } from '../../vocabulary/use/usage-row.ts'
import type { Mute } from '../../vocabulary/verdict.ts'

/** Whether the policy mutes an item of a kind, and how; null: it does not. */
export type MuteOf = (kind: PartKind, name: string) => Mute | null

/**
 * Where the window's whole use went: toward a limit, or, by its kind, toward none. The parts add up to the whole: every
 * token of the census is in one part, and every request.
 */
export function accountingOf(
  { window, earlier }: WholeUse,
  groups: readonly RateLimitGroup[],
  { reconciled, muteOf }: { reconciled: boolean; muteOf: MuteOf },
): Accounting {
  const partsOf = partsBy(groups, muteOf)
  const parts = partsOf(window)
  const whole = sumOf(parts)
  const unclaimed = parts.filter(isUnclaimed)
  const unmuted = unclaimed.flatMap(({ of }) => of).filter(({ muted }) => !muted)
  const before = new Set(
    partsOf(earlier)
      .filter(isUnclaimed)
      .flatMap(({ of }) => of.map(({ name }) => name)),
  )
  return {
    ...whole,
    parts,
    unclaimedShare: shareOf(sumOf(unclaimed), whole),
    unmutedShare: shareOf(sumOf(unmuted), whole),
    newlyUnclaimed: unmuted.map(({ name }) => name).filter((name) => !before.has(name)),
    reconciled,
  }
}

/** The whole use of models that no group lists, batch and fast use too. */
export function unmatchedModels({ window }: Pick<WholeUse, 'window'>, groups: readonly RateLimitGroup[]) {
  const listed = new Set(groups.flatMap((group) => group.models))
  const rows = window.filter(({ model }) => model !== null && listedName(model, listed) === null)
  return [...Map.groupBy(rows, ({ model }) => model ?? '')].map(([model, same]) => ({
    model,
    ...sumOf(same.map((row) => ({ tokens: tokensOf(row), requests: row.requests }))),
  }))
}

/** Products that this version has not heard of; they were counted. */
export function unknownProducts({ window }: Pick<WholeUse, 'window'>): string[] {
  const products = window.flatMap(({ product }) => (product === null || isKnownProduct(product) ? [] : [product]))
  return [...new Set(products)].sort(compareText)
}

/** Groups with use in kinds of tokens that this version does not know: what is measured of their tokens is at least that. */
export function groupsWithUnknownKinds(
  { window, earlier }: WholeUse,
  groups: readonly RateLimitGroup[],
): ReadonlySet<string> {
  const listed = new Set(groups.flatMap((group) => group.models))
  const models = new Set(
    [...window, ...earlier].flatMap((row) => {
      const name = row.model === null || row.unknownTokens === 0 ? null : listedName(row.model, listed)
      return name === null ? [] : [name]
    }),
  )
  return new Set(groups.filter((group) => group.models.some((model) => models.has(model))).map(groupKey))
}

function partsBy(groups: readonly RateLimitGroup[], muteOf: MuteOf): (rows: readonly UsageRow[]) => Part[] {
  const listed = new Set(groups.flatMap((group) => group.models))
  const isLimited = (name: string, use: 'standard' | 'fast') =>
    groups.some((group) => group.models.includes(name) && hasLimitFor(group, use))

  const kindOf = (row: UsageRow): PartKind => {
    const use = useOf(row)
    if (use === 'batch' || use === 'code-execution' || use === 'seats') return use
    if (row.model === null) return 'no-model'
    const name = listedName(row.model, listed)
    if (name === null) return 'unmatched-model'
    if (isLimited(name, use)) return use === 'fast' ? 'fast' : 'counted'
    return use === 'fast' ? 'fast-without-limit' : 'without-limit'
  }

  const partOf = (kind: PartKind, rows: readonly UsageRow[]): Part => {
    const amount = amountBy(kind)
    const of = [...Map.groupBy(rows, (row) => nameIn(kind, row))].map(([name, same]): Item => {
      const muted = isUnclaimed({ kind }) ? muteOf(kind, name) : null
      return { name, ...sumOf(same.map(amount)), ...(muted && { muted }) }
    })
    return { kind, ...sumOf(of), of: of.sort((a, b) => b.tokens - a.tokens || compareText(a.name, b.name)) }
  }

  return (rows) => {
    const kinds = [...Map.groupBy(rows, kindOf)]
    const limited = kinds.flatMap(([kind, some]) => (kind === 'counted' || kind === 'fast' ? some : []))
    const unknown = limited.filter(({ unknownTokens }) => unknownTokens > 0)
    return [
      ...kinds.map(([kind, some]) => partOf(kind, some)),
      ...(unknown.length > 0 ? [partOf('unknown-kinds', unknown)] : []),
    ].sort((a, b) => PART_KINDS.indexOf(a.kind) - PART_KINDS.indexOf(b.kind))
  }
}

/** What a row adds to a part: of tokens toward a limit only the known kinds, the rest of them is a part of its own. */
function amountBy(kind: PartKind): (row: UsageRow) => Amount {
  if (kind === 'unknown-kinds') return ({ unknownTokens }) => ({ tokens: unknownTokens, requests: 0 })
  if (kind === 'counted' || kind === 'fast') return (row) => ({ tokens: knownTokens(row), requests: row.requests })
  return (row) => ({ tokens: tokensOf(row), requests: row.requests })
}

function nameIn(kind: PartKind, { model, product }: UsageRow): string {
  return (kind === 'seats' || kind === 'no-model' ? product : model) ?? kind
}

/** Whether the group has a limit that counts such use and can be set against it. */
function hasLimitFor({ type, limits }: RateLimitGroup, use: 'standard' | 'fast'): boolean {
  return Object.entries(limits).some(([limiter, value]) => {
    const rule = limiterRule(type, limiter)
    return rule !== undefined && rule.group === MODEL_GROUP && rule.stream === use && value !== null && value > 0
  })
}

const tokensOf = (row: UsageRow): number => knownTokens(row) + row.unknownTokens

function sumOf(amounts: readonly Amount[]): Amount {
  return {
    tokens: amounts.reduce((sum, { tokens }) => sum + tokens, 0),
    requests: amounts.reduce<number | null>(
      (sum, { requests }) => (sum === null || requests === null ? null : sum + requests),
      0,
    ),
  }
}

function shareOf(part: Amount, whole: Amount): number {
  const ofTokens = whole.tokens > 0 ? part.tokens / whole.tokens : 0
  const ofRequests = whole.requests && part.requests !== null ? part.requests / whole.requests : 0
  return Math.max(ofTokens, ofRequests)
}

import { listedName, MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import { compareText } from '../../vocabulary/order.ts'
import { useOf } from '../../vocabulary/use/counting.ts'
import { times, type UsageRow } from '../../vocabulary/use/usage-row.ts'
import type { CostOf } from './prices.ts'

/** What could be done otherwise with the same work: part of it by a cheaper model, or more of its input from the cache. */
export type Move = { group: RateLimitGroup } & (
  | { kind: 'model'; from: string; to: string; part: number }
  | { kind: 'cache'; from: number; to: number }
) & {
    /** Groups whose use it changes. */
    touched: readonly RateLimitGroup[]
    /** A row of use, as it would be. */
    changed: (row: UsageRow) => readonly UsageRow[]
    /** By how much the whole cost changes, as a share of it; null where the bill does not tell. */
    costChange: number | null
  }

/** "Move part of it" is half of it. */
const PART = 0.5
/** A model is cheaper where it saves at least this part of what the work costs. */
const LEAST_SAVING = 0.1
/** Shares of cache reads to look at: the next one above what a group has. */
const READ_SHARES = [0.5, 0.8] as const

/**
 * For each model group in use: half of the model that costs most moved to the next cheaper one in use, and the next higher
 * share of cache reads. `costOf` null: the cost is not known, and no model can be called cheaper.
 */
export function movesOf(groups: readonly RateLimitGroup[], census: readonly UsageRow[], costOf: CostOf | null): Move[] {
  const listed = new Set(groups.flatMap(({ models }) => models))
  const nameOf = ({ model }: UsageRow) => (model === null ? null : listedName(model, listed))
  const rows = census.filter((row) => useOf(row) === 'standard' && nameOf(row) !== null)
  const given = { groups, rows, nameOf, costOf }
  return groups
    .filter(({ type }) => type === MODEL_GROUP)
    .flatMap((group) => [cheaperModel(group, given), moreCaching(group, given)])
    .filter((move) => move !== null)
}

type Given = {
  groups: readonly RateLimitGroup[]
  /** Use that counts toward the ordinary limits of a group. */
  rows: readonly UsageRow[]
  nameOf: (row: UsageRow) => string | null
  costOf: CostOf | null
}

function cheaperModel(group: RateLimitGroup, { groups, rows, nameOf, costOf }: Given): Move | null {
  if (costOf === null) return null
  const own = Map.groupBy(
    rows.filter((row) => group.models.includes(nameOf(row) ?? '')),
    nameOf,
  )
  const costs = [...own].flatMap(([model, some]) => {
    const cost = sumOf(some, costOf)
    return model !== null && cost !== null && cost > 0 ? [{ model, some, cost }] : []
  })
  const [dearest] = costs.sort((a, b) => b.cost - a.cost || compareText(a.model, b.model))
  if (!dearest) return null
  const names = [...new Set(rows.map(nameOf))].filter((name) => name !== null && name !== dearest.model)
  const [next] = names
    .flatMap((name) => {
      // Prices are those of the name as the bill has it, dated or not.
      const model = rows.find((row) => nameOf(row) === name)?.model ?? null
      const cost = sumOf(
        dearest.some.map((row) => ({ ...row, model })),
        costOf,
      )
      return name === null || model === null || cost === null || cost > dearest.cost * (1 - LEAST_SAVING)
        ? []
        : [{ name, model, cost }]
    })
    .sort((a, b) => b.cost - a.cost || compareText(a.name, b.name))
  if (!next) return null
  return {
    kind: 'model',
    group,
    from: dearest.model,
    to: next.name,
    part: PART,
    touched: groups.filter(({ models }) => models.includes(dearest.model) || models.includes(next.name)),
    changed: (row) =>
      useOf(row) === 'standard' && nameOf(row) === dearest.model
        ? [times(row, 1 - PART), { ...times(row, PART), model: next.model }]
        : [row],
    costChange: (next.cost - dearest.cost) * PART,
  }
}

function moreCaching(group: RateLimitGroup, { rows, nameOf, costOf }: Given): Move | null {
  const own = rows.filter((row) => group.models.includes(nameOf(row) ?? ''))
  const from = readShare(own)
  const to = READ_SHARES.find((share) => from !== null && share > from)
  if (from === null || to === undefined) return null
  const factors = new Map(
    [...Map.groupBy(own, nameOf)].flatMap(([model, some]) => {
      const share = readShare(some)
      // Each model below it comes up to the share, and its input that is not read keeps its mix of new and written.
      return share === null || share >= to ? [] : [[model, (1 - to) / (1 - share)] as const]
    }),
  )
  const changed = (row: UsageRow): UsageRow[] => {
    const factor = useOf(row) === 'standard' ? factors.get(nameOf(row)) : undefined
    if (factor === undefined) return [row]
    const uncachedInput = row.uncachedInput * factor
    const cacheCreation = row.cacheCreation * factor
    const moved = row.uncachedInput - uncachedInput + (row.cacheCreation - cacheCreation)
    return [{ ...row, uncachedInput, cacheCreation, cacheRead: row.cacheRead + moved }]
  }
  const before = costOf && sumOf(own, costOf)
  const after = costOf && sumOf(own.flatMap(changed), costOf)
  const costChange = before === null || after === null ? null : after - before
  return { kind: 'cache', group, from, to, touched: [group], changed, costChange }
}

/** Cache reads ÷ all input; null where there was no input. */
function readShare(rows: readonly UsageRow[]): number | null {
  const read = rows.reduce((sum, { cacheRead }) => sum + cacheRead, 0)
  const all = rows.reduce((sum, row) => sum + row.uncachedInput + row.cacheCreation + row.cacheRead, 0)
  return all > 0 ? read / all : null
}

function sumOf(rows: readonly UsageRow[], costOf: CostOf): number | null {
  return rows.reduce<number | null>((sum, row) => {
    const cost = costOf(row)
    return sum === null || cost === null ? null : sum + cost
  }, 0)
}

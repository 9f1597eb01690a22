import * as z from 'zod'
import type { Received } from '../exchange.ts'
import type { World } from '../world/world.ts'
import { invalid } from './errors.ts'
import type { Options } from './options.ts'
import { instant, limit, openCursor, readQuery, sealCursor } from './query.ts'
import { DAY_MS, HOUR, type Row, rowsOf } from './rows.ts'
import { GROUP_BY } from './usage-query.ts'

/**
 * `GET /v1/organizations/analytics/cost` (SDK: …/analytics/cost.d.ts): whole days without a breakdown, as `options.costs`
 * says, or a range without buckets, told apart by dimensions, at `options.prices` for the use of the world.
 */
export function listCost(request: Received, world: World, options: Options): unknown {
  const query = readQuery(request, {
    starting_at: instant,
    ending_at: instant.optional(),
    time_bucket_width: z.literal('1d').optional(),
    'group_by[]': z
      .array(z.enum([...GROUP_BY, 'cost_type', 'token_type']))
      .max(5, 'At most 5 dimensions')
      .default([]),
    order_by: z.enum(['amount', 'list_amount', 'time']).default('amount'),
    order: z.enum(['asc', 'desc']).default('desc'),
    limit: limit(1000).default(20),
    page: z.string().optional(),
  })
  const { starting_at: from, time_bucket_width: width } = query
  const groupBy = query['group_by[]']
  const to = query.ending_at ?? Math.min(world.now(), from + 31 * DAY_MS)
  if (width !== undefined && query.ending_at === undefined)
    throw invalid('ending_at: Required when time_bucket_width is set')
  if (from < Date.parse('2026-01-01T00:00:00Z')) throw invalid('starting_at: Must not be earlier than 2026-01-01')
  if (from < world.now() - 365 * DAY_MS) throw invalid('starting_at: Must be within the last 365 days')
  if (to <= from) throw invalid('ending_at: must be after starting_at')
  if (to > world.now()) throw invalid('ending_at: must not be in the future')
  if (to - from > 31 * DAY_MS) throw invalid('ending_at: At most 31 days')
  if (new Set(groupBy).size < groupBy.length) throw invalid('group_by[]: Duplicate dimension')
  if (width !== undefined && (groupBy.length > 0 || query.order_by !== 'time' || query.order !== 'asc'))
    throw invalid('time_bucket_width: This emulator has days in order of time only, without a breakdown')
  const rows = width === undefined ? broken(world, from, to, groupBy, options) : days(from, to, options)
  const [start = 0] = openCursor(request) ?? []
  const end = start + query.limit
  const next = end < rows.length ? sealCursor(request, [end]) : null
  const refreshed =
    options.dataRefreshedAt === undefined ? new Date(world.now() - 300_000).toISOString() : options.dataRefreshedAt
  // Rows that are told apart by kind of token stand for one of the page's `limit`.
  return { data: rows.slice(start, end).flat(), has_more: next !== null, next_page: next, data_refreshed_at: refreshed }
}

function days(from: number, to: number, { costs }: Options): unknown[][] {
  return costs
    .map(({ day, amount }) => ({ at: Date.parse(`${day}T00:00:00Z`), amount }))
    .filter(({ at }) => at >= from && at < to)
    .map(({ at, amount }) => [costRow({ from: at, to: at + DAY_MS }, {}, amount, 7)])
}

/** One list of rows for each combination, the dearest first. */
function broken(world: World, from: number, to: number, groupBy: readonly string[], options: Options): unknown[][] {
  const span = { from: Math.floor(from / HOUR) * HOUR, to: Math.floor(to / HOUR) * HOUR }
  const dimensions = groupBy.filter((name) => name !== 'token_type' && name !== 'cost_type')
  const byKind = groupBy.includes('token_type')
  if (groupBy.includes('cost_type')) throw invalid('group_by[]: cost_type is not emulated')
  // Prices are of one model, tier and speed, whatever is asked to be told apart.
  const priced = rowsOf(
    world,
    span.from,
    span.to,
    [...new Set([...dimensions, 'model', 'service_tier', 'speed'])],
    () => true,
  )
  const groups = Map.groupBy(priced, ({ sample }) =>
    JSON.stringify(dimensions.map((name) => dimensionOf(sample, name))),
  )
  return [...groups.values()]
    .map((some) => {
      const kinds = new Map<string | null, number>()
      for (const row of some)
        for (const [kind, amount] of Object.entries(amountsOf(row, options)))
          if (amount > 0)
            kinds.set(
              kind === 'web_search' ? null : kind,
              (kinds.get(kind === 'web_search' ? null : kind) ?? 0) + amount,
            )
      const group = Object.fromEntries(dimensions.map((name) => [name, dimensionOf(some[0]!.sample, name)]))
      const sum = [...kinds.values()].reduce((all, amount) => all + amount, 0)
      const rows = byKind
        ? [...kinds].map(([kind, amount]) => costRow(span, { ...group, token_type: kind }, String(amount), null))
        : [costRow(span, group, String(sum), 7)]
      return { sum, rows }
    })
    .filter(({ sum }) => sum > 0)
    .sort((a, b) => b.sum - a.sum)
    .map(({ rows }) => rows)
}

const dimensionOf = (sample: Row['sample'], dimension: string): string | null =>
  ({
    model: sample.model,
    workspace_id: sample.workspace,
    service_tier: sample.serviceTier,
    speed: sample.speed,
    product: sample.product,
  })[dimension] ?? null

const SEARCH = 1
const UNLISTED = { input: 300, output: 1500 }

/** Cents: batch at half, fast mode six times as much, cache writes 1.25 and 2 times, reads a tenth of input. */
function amountsOf({ sample, ...row }: Row, { prices }: Options): Record<string, number> {
  const { input, output } = prices[sample.model ?? ''] ?? UNLISTED
  const factor = (sample.serviceTier === 'batch' ? 0.5 : 1) * (sample.speed === 'fast' ? 6 : 1) * 1e-6
  return {
    uncached_input_tokens: row.uncachedInput * input * factor,
    'cache_creation.ephemeral_5m_input_tokens': row.cacheCreation5m * input * 1.25 * factor,
    'cache_creation.ephemeral_1h_input_tokens': row.cacheCreation1h * input * 2 * factor,
    cache_read_input_tokens: row.cacheRead * input * 0.1 * factor,
    output_tokens: row.output * output * factor,
    web_search: row.webSearches * SEARCH,
  }
}

function costRow(
  { from, to }: { from: number; to: number },
  group: Record<string, string | null>,
  amount: string,
  requests: number | null,
): unknown {
  const none = Object.fromEntries([...GROUP_BY, 'cost_type', 'token_type'].map((name) => [name, null]))
  return {
    starting_at: new Date(from).toISOString(),
    ending_at: new Date(to).toISOString(),
    group: { ...none, ...group },
    cost: { amount, list_amount: amount, currency: 'USD', requests },
  }
}

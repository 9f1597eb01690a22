import * as z from 'zod'
import type { Received } from '../exchange.ts'
import type { World } from '../world/world.ts'
import { invalid } from './errors.ts'
import type { Options } from './options.ts'
import { instant, limit, openCursor, readQuery, sealCursor } from './query.ts'
import { DAY_MS } from './rows.ts'

/** `GET /v1/organizations/analytics/cost`, as far as whole days without a breakdown go (SDK: …/analytics/cost.d.ts). */
export function listCost(request: Received, world: World, options: Options): unknown {
  const query = readQuery(request, {
    starting_at: instant,
    ending_at: instant,
    time_bucket_width: z.literal('1d'),
    order_by: z.literal('time'),
    order: z.literal('asc'),
    limit: limit(1000).default(20),
    page: z.string().optional(),
  })
  const { starting_at: from, ending_at: to } = query
  if (to <= from) throw invalid('ending_at: must be after starting_at')
  if (to > world.now()) throw invalid('ending_at: must not be in the future')
  if (to - from > 31 * DAY_MS) throw invalid('ending_at: At most 31 days')
  const rows = options.costs
    .map(({ day, amount }) => ({ at: Date.parse(`${day}T00:00:00Z`), amount }))
    .filter(({ at }) => at >= from && at < to)
    .map(({ at, amount }) => ({
      starting_at: new Date(at).toISOString(),
      ending_at: new Date(at + DAY_MS).toISOString(),
      group: { model: null, workspace_id: null, cost_type: null, token_type: null },
      cost: { amount, list_amount: amount, currency: 'USD', requests: 7 },
    }))
  const [start = 0] = openCursor(request) ?? []
  const end = start + query.limit
  const next = end < rows.length ? sealCursor(request, [end]) : null
  const refreshed =
    options.dataRefreshedAt === undefined ? new Date(world.now() - 300_000).toISOString() : options.dataRefreshedAt
  return { data: rows.slice(start, end), has_more: next !== null, next_page: next, data_refreshed_at: refreshed }
}

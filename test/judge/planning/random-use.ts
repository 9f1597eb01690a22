import fc from 'fast-check'
import { judge } from '../../../src/judge/headroom/verdicts.ts'
import { createMeters } from '../../../src/judge/usage/meters.ts'
import type { RateLimitGroup } from '../../../src/vocabulary/limits/groups.ts'
import type { Scope } from '../../../src/vocabulary/scope.ts'
import type { UsageRow } from '../../../src/vocabulary/use/usage-row.ts'
import { foldRows } from '../usage/fold-rows.ts'

/** Random organizations to plan for: groups, limits of organization and workspaces, and the use of some weeks, row by row. */

export const MINUTE = 60_000
export const DAY = 1_440 * MINUTE
export const END = Date.UTC(2026, 10, 23)

export type Limit = { scope: Scope; group: RateLimitGroup; limiter: string; limit: number }
export type RandomUse = {
  days: number
  /** The committed snapshot's limits play no part here: what binds is what is given. */
  groups: RateLimitGroup[]
  limits: Limit[]
  rows: UsageRow[]
  thresholds: { watch: number; alert: number }
}

export const WORKSPACES = ['wrkspc_0', 'wrkspc_1', 'wrkspc_2'] as const
export const MODELS = ['claude-opus-a', 'claude-opus-b', 'claude-sonnet-a', 'claude-haiku-a'] as const

const modelGroup = (name: string, ...models: string[]): RateLimitGroup => ({
  type: 'model_group',
  name,
  models,
  limits: {},
})
const GROUPS = [
  modelGroup('Opus', 'claude-opus-a', 'claude-opus-b'),
  modelGroup('Sonnet', 'claude-sonnet-a'),
  modelGroup('Haiku', 'claude-haiku-a'),
  { type: 'web_search', name: 'web_search', models: [], limits: {} },
]
const LIMITERS = [
  'requests_per_minute',
  'input_tokens_per_minute_cache_aware',
  'input_tokens_per_minute',
  'output_tokens_per_minute',
  'tokens_per_minute',
  'tokens_per_day',
  'fast_otpm',
]

const SCOPES: Scope[] = [
  { type: 'organization' },
  ...WORKSPACES.map((id) => ({ type: 'workspace' as const, id, name: `team ${id.at(-1)}` })),
]

const limit = fc
  .record({
    scope: fc.constantFrom(...SCOPES),
    group: fc.constantFrom(...GROUPS),
    limiter: fc.constantFrom(...LIMITERS),
    limit: fc.integer({ min: 2, max: 90 }),
  })
  .map(
    ({ group, limiter, ...rest }): Limit => ({
      ...rest,
      group,
      limiter: group.type === 'web_search' ? 'tool_uses_per_second' : limiter,
    }),
  )

const row = (days: number) =>
  fc.record({
    at: fc
      .record({ day: fc.integer({ min: 1, max: days }), minute: fc.constantFrom(0, 59, 60, 61, 845, 846, 1_439) })
      .map(({ day, minute }) => END - day * DAY + minute * MINUTE),
    model: fc.constantFrom<string | null>(...MODELS, 'claude-unlisted', null),
    workspaceId: fc.constantFrom<string | null>(...WORKSPACES),
    apiKeyId: fc.constant(null),
    organizationId: fc.constant(null),
    serviceTier: fc.constantFrom('standard', 'standard', 'standard', 'batch'),
    speed: fc.constantFrom('standard', 'standard', 'standard', 'fast'),
    product: fc.constantFrom('messages_api', null),
    requests: fc.integer({ min: 1, max: 9 }),
    uncachedInput: fc.nat(12),
    cacheCreation: fc.nat(6),
    cacheRead: fc.nat(9),
    output: fc.nat(12),
    unknownTokens: fc.constant(0),
    webSearches: fc.constantFrom(0, 0, 24, 144),
  })

/** `minDays` to `maxDays` whole days that end with 2026-11-22. */
export const randomUse = (minDays: number, maxDays: number): fc.Arbitrary<RandomUse> =>
  fc.integer({ min: minDays, max: maxDays }).chain((days) =>
    fc.record({
      days: fc.constant(days),
      groups: fc.constant(GROUPS),
      limits: fc.uniqueArray(limit, {
        minLength: 1,
        maxLength: 8,
        selector: ({ scope, group, limiter }) => JSON.stringify([scope, group.name, limiter]),
      }),
      rows: fc.array(row(days), { maxLength: 60, size: 'max' }),
      thresholds: fc.constantFrom({ watch: 0.5, alert: 0.75 }, { watch: 0.1, alert: 0.2 }, { watch: 0.2, alert: 0.4 }),
    }),
  )

/** What a row adds to a limit, as the contract's table says it: the slow twins count by this, and by nothing of the audit. */
export function twinAmount(used: UsageRow, { scope, group, limiter }: Omit<Limit, 'limit'>): number {
  if (scope.type === 'workspace' && used.workspaceId !== scope.id) return 0
  if (used.serviceTier === 'batch' || (used.model === null && used.product === null)) return 0
  if (group.type === 'web_search') return used.webSearches
  if (used.model === null || !group.models.includes(used.model)) return 0
  const isFast = used.speed === 'fast'
  if (limiter === 'fast_otpm') return isFast ? used.output : 0
  if (isFast) return 0
  const input = used.uncachedInput + used.cacheCreation
  const amounts: Record<string, number> = {
    requests_per_minute: used.requests ?? 0,
    input_tokens_per_minute_cache_aware: input,
    input_tokens_per_minute: input + used.cacheRead,
    output_tokens_per_minute: used.output,
    tokens_per_minute: input + used.cacheRead + used.output,
    tokens_per_day: input + used.cacheRead + used.output,
  }
  return amounts[limiter] ?? 0
}

/** The production path to the meters and verdicts of such an organization. */
export function audited({ days, groups, limits, rows, thresholds }: RandomUse) {
  const window = { start: END - days * DAY, end: END, days, earlier: null }
  const judged = limits.map((one) => ({ ...one, configured: one.limit, source: one.scope.type }))
  const meters = createMeters({ groups, limiters: judged }, null, window)
  foldRows(meters, rows)
  const current = { groups, workspaces: [] }
  const evidence = {
    judged,
    committed: null,
    current,
    meters,
    window,
    known: { tokens: END, requests: END },
    source: 'analytics' as const,
  }
  return { window, judged, meters, verdicts: judge({ ...evidence, thresholds, peakWindow: 'minute' }) }
}

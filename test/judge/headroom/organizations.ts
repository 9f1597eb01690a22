import fc from 'fast-check'
import type { ApiLimitEntry } from '../../../src/collect/limits/rate-limits.ts'
import type { Window } from '../../../src/vocabulary/use/window.ts'

/** Random organizations: what the API would say of them, and every single request they made. */

export type SingleRequest = {
  /** UTC milliseconds, any second of the minute. */
  at: number
  workspace: string
  model: string | null
  serviceTier: string | null
  speed: string | null
  product: string | null
  uncached: number
  written5m: number
  written1h: number
  cacheRead: number
  output: number
  webSearches: number
  /** The API leaves out the request count of its row. */
  uncounted: boolean
}

export type WorkspaceEntries = { id: string; name: string; entries: ApiLimitEntry[] }

export type Organization = {
  entries: ApiLimitEntry[]
  workspaces: WorkspaceEntries[]
  /** What was committed the day before, of the same groups; null on the first run. */
  committed: { entries: ApiLimitEntry[]; workspaces: WorkspaceEntries[] } | null
  requests: SingleRequest[]
  window: Window
  known: number
  source: 'analytics' | 'legacy'
  thresholds: { watch: number; alert: number }
  peakWindow: 'minute' | 'hour'
}

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
const LAST_DAY = Date.UTC(2026, 10, 22)

const FAMILIES = [
  ['claude-opus-4-5', 'claude-opus-4-5-20251101', 'claude-opus-4-6'],
  ['claude-opus-5-5'],
  ['claude-sonnet-5', 'claude-sonnet-5-latest'],
  ['claude-haiku-4-5', 'claude-haiku-4-6'],
  // Not documented, and counted in each: models that another group lists too.
  ['claude-haiku-4-6', 'claude-opus-5-5'],
] as const
/** No group of the organization lists these; a workspace may have a limit on the second. */
const UNMATCHED = ['claude-newborn-1', 'claude-newborn-2'] as const

const MODEL_LIMITERS = [
  'requests_per_minute',
  'input_tokens_per_minute_cache_aware',
  'input_tokens_per_minute',
  'output_tokens_per_minute',
  'tokens_per_minute',
  'tokens_per_day',
  'fast_itpmca',
  'fast_otpm',
  'a_limiter_of_the_future',
]
const OTHER_GROUPS: Record<string, string[]> = {
  batch: ['requests_per_minute', 'enqueued_batch_requests'],
  token_count: ['requests_per_minute'],
  files: ['requests_per_minute'],
  web_search: ['tool_uses_per_second'],
  a_group_of_the_future: ['requests_per_minute', 'tokens_per_day'],
}

/** Small limits, so that a handful of requests reaches every band; 0 and null as the API could send them. */
const limitValue = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 12 }).map((tens) => tens * 10) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, null) },
)

const limitsOf = (types: readonly string[]) =>
  fc
    .subarray([...types], { minLength: 1 })
    .chain((chosen) => fc.tuple(...chosen.map((type) => limitValue.map((value) => ({ type, value })))))

const nothing = { groupId: null, displayName: null }

const modelEntry = (family: number) =>
  fc.record({ limits: limitsOf(MODEL_LIMITERS), named: fc.boolean() }).map(
    ({ limits, named }): ApiLimitEntry => ({
      entryId: `rl_${family}`,
      groupId: named ? `rlg_${family}` : null,
      groupType: 'model_group',
      displayName: named ? `Family ${family}` : null,
      models: [...FAMILIES[family]!],
      limits,
    }),
  )

const otherEntry = (type: string) =>
  limitsOf(OTHER_GROUPS[type]!).map(
    (limits): ApiLimitEntry => ({ ...nothing, entryId: `rl_${type}`, groupType: type, models: null, limits }),
  )

const organizationEntries = fc
  .tuple(
    fc.subarray([0, 1, 2, 3, 4], { minLength: 1 }).chain((families) => fc.tuple(...families.map(modelEntry))),
    fc.subarray(Object.keys(OTHER_GROUPS)).chain((types) => fc.tuple(...types.map(otherEntry))),
  )
  .map(([models, others]) => [...models, ...others] as ApiLimitEntry[])

const unlistedEntry: ApiLimitEntry = {
  entryId: 'rl_newborn',
  groupId: null,
  groupType: 'model_group',
  displayName: 'Newborn',
  models: [UNMATCHED[1]],
  limits: [],
}

const overridesOf = (all: readonly ApiLimitEntry[]) =>
  fc.subarray([...all, unlistedEntry]).chain((chosen) =>
    fc
      .tuple(
        ...chosen.map((entry) =>
          fc
            .record({
              limits: limitsOf(entry.models ? MODEL_LIMITERS : (OTHER_GROUPS[entry.groupType] ?? [])),
              // A workspace may see fewer models, and older replies lack the pointer to the organization's entry.
              fewer: fc.boolean(),
              // Without it, a model that two groups list would not tell which is meant.
              pointed: sharesModels(entry, all) ? fc.constant(true) : fc.boolean(),
              apart: fc.boolean(),
            })
            .map(({ limits, fewer, pointed, apart }): ApiLimitEntry[] => {
              const override = {
                ...entry,
                entryId: pointed ? entry.entryId : null,
                groupId: pointed ? entry.groupId : null,
                models: entry.models && fewer ? entry.models.slice(0, 1) : entry.models,
              }
              // Two entries of one group.
              return apart
                ? [
                    { ...override, limits: limits.slice(0, 1) },
                    { ...override, limits: limits.slice(1) },
                  ]
                : [{ ...override, limits }]
            }),
        ),
      )
      .map((overrides) => overrides.flat()),
  )

function sharesModels(entry: ApiLimitEntry, all: readonly ApiLimitEntry[]): boolean {
  return all.some((other) => other !== entry && other.models?.some((model) => entry.models?.includes(model)))
}

/** The same groups with other limits. */
const otherLimits = (all: readonly ApiLimitEntry[]) =>
  fc.tuple(
    ...all.map((entry) =>
      limitsOf(entry.models ? MODEL_LIMITERS : (OTHER_GROUPS[entry.groupType] ?? [])).map(
        (limits): ApiLimitEntry => ({ ...entry, limits }),
      ),
    ),
  )

const amount = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 }))

const requestIn = (days: number, workspaces: readonly string[]) =>
  fc.record({
    at: fc
      .record({
        day: fc.integer({ min: -days, max: 0 }),
        // Crowded minutes, and the edges of hours and days.
        minute: fc.constantFrom(0, 1, 59, 60, 61, 600, 601, 602, 1_438, 1_439),
        second: fc.integer({ min: 0, max: 59 }),
      })
      .map(({ day, minute, second }) => LAST_DAY + day * DAY + minute * MINUTE + second * 1_000),
    workspace: fc.constantFrom(...workspaces),
    model: fc.constantFrom<string | null>(...FAMILIES.flat(), ...FAMILIES.flat(), ...UNMATCHED, null),
    serviceTier: fc.constantFrom('standard', 'standard', 'standard', 'priority', 'flex', 'batch', null),
    speed: fc.constantFrom('standard', 'standard', 'fast', null),
    product: fc.constantFrom('messages_api', 'messages_api', 'managed_agents_api', 'message_batches_api', null),
    uncached: amount,
    written5m: amount,
    written1h: amount,
    cacheRead: amount,
    output: amount,
    webSearches: fc.constantFrom(0, 0, 0, 1, 90),
    uncounted: fc.integer({ min: 0, max: 400 }).map((chance) => chance === 400),
  })

/** One random organization with one to three audited days, and the day before them. */
export const organization: fc.Arbitrary<Organization> = fc
  .record({
    entries: organizationEntries,
    days: fc.constantFrom(1, 1, 1, 1, 2, 3),
    workspaceCount: fc.integer({ min: 1, max: 3 }),
    sameName: fc.boolean(),
  })
  .chain(({ entries, days, workspaceCount, sameName }) => {
    const ids = Array.from({ length: workspaceCount }, (_, i) => `wrkspc_${i}`)
    const start = LAST_DAY - (days - 1) * DAY
    const end = LAST_DAY + DAY
    const workspacesOf = (all: readonly ApiLimitEntry[]) =>
      fc.tuple(
        ...ids.map((id) =>
          overridesOf(all).map(
            (own): WorkspaceEntries => ({ id, name: sameName ? 'team' : `team ${id.at(-1)}`, entries: own }),
          ),
        ),
      )
    return fc.record({
      entries: fc.constant(entries),
      workspaces: workspacesOf(entries),
      committed: fc.option(
        otherLimits(entries).chain((others) =>
          fc.record({ entries: fc.constant(others), workspaces: workspacesOf(others) }),
        ),
      ),
      requests: fc.array(requestIn(days, [...ids, 'wrkspc_default']), { maxLength: 60, size: 'max' }),
      window: fc.boolean().map((hasEarlier) => ({
        ...{ start, end, days },
        earlier: hasEarlier ? { start: start - DAY, end: end - DAY } : null,
      })),
      known: fc.oneof(
        { weight: 6, arbitrary: fc.constant(end) },
        { weight: 2, arbitrary: fc.integer({ min: 0, max: days * 1_440 }).map((minute) => start + minute * MINUTE) },
        { weight: 1, arbitrary: fc.constant(start - 5 * MINUTE) },
      ),
      source: fc.constantFrom('analytics' as const, 'analytics' as const, 'legacy' as const),
      thresholds: fc.constantFrom({ watch: 0.5, alert: 0.75 }, { watch: 0.3, alert: 0.9 }, { watch: 0.6, alert: 0.8 }),
      peakWindow: fc.constantFrom('minute' as const, 'minute' as const, 'hour' as const),
    })
  })

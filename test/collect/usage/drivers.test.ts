import { expect, test } from 'vitest'
import { readDrivers } from '../../../src/collect/usage/drivers.ts'
import type { UsageQuery, UsageReader } from '../../../src/collect/usage/usage-reader.ts'
import { peaksToExplain } from '../../../src/judge/headroom/peaks-to-explain.ts'
import { judge } from '../../../src/judge/headroom/verdicts.ts'
import { judgedLimiters } from '../../../src/judge/limits/effective.ts'
import { createMeters } from '../../../src/judge/usage/meters.ts'
import { limitKey } from '../../../src/vocabulary/limits/limit-key.ts'
import type { UsageRow } from '../../../src/vocabulary/use/usage-row.ts'
import { knownAlike, windowOf } from '../../../src/vocabulary/use/window.ts'
import { foldRows } from '../../judge/usage/fold-rows.ts'

const WINDOW = windowOf(Date.UTC(2026, 10, 22), 2, 'day-before')
const NOON = Date.UTC(2026, 10, 22, 12, 34)
const NAMES = { workspaces: new Map([['wrkspc_a', 'production']]), apiKeys: new Map([['apikey_a', 'checkout']]) }

const row = (parts: Partial<UsageRow>): UsageRow => ({
  at: NOON,
  model: 'opus-1',
  workspaceId: null,
  apiKeyId: null,
  organizationId: null,
  unknownTokens: 0,
  serviceTier: 'standard',
  speed: 'standard',
  product: 'messages_api',
  requests: 10,
  uncachedInput: 0,
  cacheCreation: 0,
  cacheRead: 0,
  output: 10,
  webSearches: 0,
  ...parts,
})

/** Who drove the peak of one limiter at its limit, and what was asked for it; `details` answer each finer question. */
async function explain(
  limiter: string,
  details: UsageRow[],
  {
    peakWindow = 'minute',
    source = 'analytics',
  }: { peakWindow?: 'minute' | 'hour'; source?: UsageReader['source'] } = {},
) {
  const limit = peakWindow === 'hour' ? 10 / 60 : 10
  const group = { type: 'model_group', name: 'Opus', models: ['opus-1', 'opus-2'], limits: { [limiter]: limit } }
  const current = { groups: [group], workspaces: [] }
  const judged = judgedLimiters(current)
  const meters = createMeters({ limiters: judged, groups: [group] }, null, WINDOW)
  foldRows(meters, [row({})])
  const lines = {
    thresholds: { watch: 0.5, alert: 0.75 },
    peakWindow,
    source,
    known: knownAlike(WINDOW.end),
    window: WINDOW,
  }
  const verdicts = judge({ judged, committed: null, current, meters, ...lines })
  const queries: UsageQuery[] = []
  const reader: UsageReader = {
    source,
    read: async (query, fold) => {
      queries.push(query)
      fold(details)
      return { refreshedAt: null }
    },
  }
  const { peaks } = peaksToExplain(verdicts, meters.find, peakWindow)
  const drivers = await readDrivers(reader, peaks, {
    names: NAMES,
    census: { window: details.length > 0 ? details : [row({})], earlier: [] },
    listed: new Set(group.models),
    takesFilter: true,
  })
  return { drivers: drivers.get(limitKey(verdicts[0]!)), queries }
}

test.each([
  ['output_tokens_per_minute', 'minute', { width: '1m', start: NOON, end: NOON + 60_000 }],
  ['output_tokens_per_minute', 'hour', { width: '1h', start: NOON - 34 * 60_000, end: NOON + 26 * 60_000 }],
  ['tokens_per_day', 'minute', { width: '1d', start: Date.UTC(2026, 10, 22), end: Date.UTC(2026, 10, 23) }],
] as const)(
  'the peak of %s by the %s is asked for in the very span it was reached in',
  async (limiter, peakWindow, span) => {
    const { queries } = await explain(limiter, [], { peakWindow })
    expect(queries).toMatchObject([{ ...span, groupBy: ['api_key_id', 'workspace_id', 'model'] }])
  },
)

test('shares are of what the limiter counts: no batch, no fast mode, no model of another group', async () => {
  const { drivers } = await explain('output_tokens_per_minute', [
    row({ apiKeyId: 'apikey_a', workspaceId: 'wrkspc_a', output: 6 }),
    row({ model: 'opus-2', output: 4 }),
    row({ serviceTier: 'batch', output: 900 }),
    row({ speed: 'fast', output: 900 }),
    row({ model: 'haiku', output: 900 }),
  ])
  expect(drivers).toEqual({
    workspaces: [
      { id: 'wrkspc_a', name: 'production', share: 0.6 },
      { id: null, name: 'no workspace', share: 0.4 },
    ],
    models: [
      { id: 'opus-1', name: 'opus-1', share: 0.6 },
      { id: 'opus-2', name: 'opus-2', share: 0.4 },
    ],
    apiKeys: [
      { id: 'apikey_a', name: 'checkout', share: 0.6 },
      { id: null, name: 'no API key', share: 0.4 },
    ],
  })
})

test('no workspace ID is the default workspace in the legacy report', async () => {
  const { drivers } = await explain('output_tokens_per_minute', [row({})], { source: 'legacy' })
  expect(drivers?.workspaces).toEqual([{ id: null, name: 'default', share: 1 }])
})

test('where a row leaves out its requests, nobody gets a share of them', async () => {
  const { drivers } = await explain('requests_per_minute', [row({}), row({ apiKeyId: 'apikey_a', requests: null })])
  expect(drivers?.apiKeys).toEqual([])
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAnalyticsReader } from '../../../src/collect/usage/analytics.ts'
import { createLegacyReader } from '../../../src/collect/usage/legacy.ts'
import type { UsageQuery, UsageReader } from '../../../src/collect/usage/usage-reader.ts'
import type { UsageRow } from '../../../src/vocabulary/use/usage-row.ts'
import { type AnthropicEmulator, startAnthropic } from '../../emulator/anthropic/server.ts'
import { exampleWorld } from '../../emulator/world/example.ts'
import { apiKeyId, codeExecution, DAY, group, usage, workspaceId, world } from '../../emulator/world/world.ts'
import { connect, type Harness } from '../anthropic/harness.ts'

const START = Date.parse(`${DAY}T00:00:00Z`)
const END = START + 86_400_000
const query: UsageQuery = {
  start: START,
  end: END,
  width: '1m',
  groupBy: ['model', 'service_tier', 'speed', 'product'],
}

let anthropic: AnthropicEmulator
let harness: Harness
beforeEach(async () => {
  anthropic = await startAnthropic(
    world({
      groups: [group({ type: 'batch', limits: {} })],
      usage: [
        usage({
          at: '10:00:10',
          model: 'claude-opus-5',
          workspace: 'production',
          apiKey: 'live',
          requests: 2,
          uncachedInput: 10,
          cacheCreation5m: 20,
          cacheCreation1h: 30,
          cacheRead: 40,
          output: 50,
          webSearches: 3,
        }),
        usage({ at: '10:00:50', model: 'claude-opus-5', requests: 1, output: 7 }),
        usage({ at: '10:01', model: 'claude-opus-5', fast: true, requests: 4, output: 8 }),
        usage({ at: '10:02', model: 'claude-haiku-5-5', batch: true, requests: 5, output: 9 }),
        codeExecution({ at: '10:03', spans: 6 }),
      ],
    }),
  )
  harness = connect(anthropic)
})
afterEach(async () => {
  await harness.close()
  await anthropic.stop()
})

function open(source: 'analytics' | 'legacy'): UsageReader {
  return source === 'analytics'
    ? createAnalyticsReader(harness.client, () => {})
    : createLegacyReader(harness.client, () => {})
}

async function read(reader: UsageReader, parts: Partial<UsageQuery> = {}) {
  const rows: UsageRow[] = []
  const { refreshedAt } = await reader.read({ ...query, ...parts }, (page) => rows.push(...page))
  return { rows: rows.sort((a, b) => a.at - b.at || text(a).localeCompare(text(b))), refreshedAt }
}
const text = (row: UsageRow) => JSON.stringify(row)
const at = (minute: string) => Date.parse(`${DAY}T${minute}:00Z`)

test('rows of the analytics API carry every figure, and null for what was not asked for', async () => {
  const { rows } = await read(open('analytics'), {
    groupBy: ['model', 'workspace_id', 'api_key_id', 'service_tier', 'speed'],
  })
  expect(rows.slice(0, 2)).toEqual([
    {
      at: at('10:00'),
      model: 'claude-opus-5',
      workspaceId: workspaceId('production'),
      apiKeyId: apiKeyId('live'),
      organizationId: null,
      serviceTier: 'standard',
      speed: 'standard',
      product: null,
      requests: 2,
      uncachedInput: 10,
      cacheCreation: 50,
      cacheRead: 40,
      output: 50,
      unknownTokens: 0,
      webSearches: 3,
    },
    {
      at: at('10:00'),
      model: 'claude-opus-5',
      workspaceId: workspaceId('Default'),
      apiKeyId: null,
      organizationId: null,
      serviceTier: 'standard',
      speed: 'standard',
      product: null,
      requests: 1,
      uncachedInput: 0,
      cacheCreation: 0,
      cacheRead: 0,
      output: 7,
      unknownTokens: 0,
      webSearches: 0,
    },
  ])
})

test('speed, tier and product tell rows apart; code execution has neither model nor product', async () => {
  const { rows } = await read(open('analytics'))
  expect(
    rows.map(({ model, speed, serviceTier, product, requests }) => [model, speed, serviceTier, product, requests]),
  ).toEqual([
    ['claude-opus-5', 'standard', 'standard', 'messages_api', 3],
    ['claude-opus-5', 'fast', 'standard', 'messages_api', 4],
    ['claude-haiku-5-5', 'standard', 'batch', 'message_batches_api', 5],
    [null, null, null, null, 6],
  ])
})

test('a query asks only for what it filters by', async () => {
  const reader = open('analytics')
  const only = async (parts: Partial<UsageQuery>) => (await read(reader, parts)).rows.map(({ output }) => output)
  expect(await only({ models: ['claude-haiku-5-5'] })).toEqual([9])
  expect(await only({ workspaceIds: [workspaceId('production')] })).toEqual([50])
  expect(await only({ start: at('10:01'), end: at('10:02') })).toEqual([8])
})

test.for([
  ['1h', [{ at: at('10:00'), output: 74 }]],
  ['1d', [{ at: START, output: 74 }]],
] as const)('buckets of %s are read over more than a day at once', async ([width, expected]) => {
  const { rows } = await read(open('analytics'), { width, groupBy: [], start: START - 30 * 86_400_000 })
  expect(rows.map((row) => ({ at: row.at, output: row.output }))).toEqual(expected)
  expect(anthropic.requests).toHaveLength(1)
})

test('requests that are not known stay unknown', async () => {
  anthropic.options.requestsUnknown = true
  const { rows } = await read(open('analytics'))
  expect(rows.map(({ requests }) => requests)).toEqual([null, null, null, null])
})

test('freshness is the earliest that any page states, and null where none does', async () => {
  const reader = open('analytics')
  anthropic.options.dataRefreshedAt = `${DAY}T23:00:00Z`
  expect((await read(reader)).refreshedAt).toBe(at('23:00'))
  anthropic.faults.push({
    when: (request) => request.query.get('starting_at')?.startsWith('2026-11-21') ?? false,
    effect: {
      kind: 'rewrite',
      rewrite: (reply) => ({ ...reply, body: String(reply.body).replace('T23:00:00Z', 'T21:00:00Z') }),
    },
  })
  expect((await read(reader, { start: START - 86_400_000 })).refreshedAt).toBe(at('21:00'))
  anthropic.options.dataRefreshedAt = null
  expect((await read(reader)).refreshedAt).toBeNull()
})

test.each(['analytics', 'legacy'] as const)(
  'minutes add up to hours and hours to days, in %s and by workspace',
  async (mode) => {
    anthropic.world = exampleWorld({ today: '2026-11-23' })
    const groupBy = ['model', 'workspace_id', 'service_tier', 'speed'] as const
    const reader = open(mode)
    const sums = async (width: UsageQuery['width'], span: number) => {
      const { rows } = await read(reader, { groupBy, width })
      const totals = new Map<string, number[]>()
      for (const row of rows) {
        const key = JSON.stringify([row.at - (row.at % span), row.model, row.workspaceId, row.serviceTier, row.speed])
        const counts = [
          row.requests ?? 0,
          row.uncachedInput,
          row.cacheCreation,
          row.cacheRead,
          row.output,
          row.webSearches,
        ]
        totals.set(
          key,
          (totals.get(key) ?? counts.map(() => 0)).map((total, i) => total + counts[i]!),
        )
      }
      return new Map([...totals].sort())
    }
    const HOUR = 3_600_000
    const byHour = await sums('1h', HOUR)
    expect(byHour.size).toBeGreaterThan(100)
    expect(await sums('1m', HOUR)).toEqual(byHour)
    expect(await sums('1d', 24 * HOUR)).toEqual(await sums('1h', 24 * HOUR))
  },
)

test('the legacy report gives the same tokens, row by row, and says what it cannot know', async () => {
  anthropic.world = exampleWorld({ today: '2026-11-23' })
  const groupBy = ['model', 'workspace_id', 'service_tier', 'speed'] as const
  const defaultWorkspaceId = anthropic.world.workspaces.find(({ isDefault }) => isDefault)?.id ?? null
  const parts = { groupBy, start: at('08:00'), end: at('12:00') }
  const analytics = await read(open('analytics'), parts)
  const legacy = await read(open('legacy'), parts)
  expect(legacy.rows.length).toBeGreaterThan(3000)
  expect(legacy.refreshedAt).toBeNull()
  const comparable = analytics.rows
    .filter(({ model }) => model !== null)
    .map((row) => ({
      ...row,
      requests: null,
      // The legacy report has no ID for the default workspace, which usage in this world has.
      workspaceId: row.workspaceId === defaultWorkspaceId ? null : row.workspaceId,
    }))
  expect(legacy.rows.some((row) => row.workspaceId === null)).toBe(true)
  expect(legacy.rows.map(text).sort()).toEqual(comparable.map(text).sort())
})

test('the legacy report is asked for a day of minutes at once, with the header that speed needs', async () => {
  await read(open('legacy'), { start: START - 86_400_000 })
  expect(anthropic.requests).toHaveLength(2)
  for (const { query: asked, headers } of anthropic.requests) {
    expect(asked.get('limit')).toBe('1440')
    expect(asked.getAll('group_by[]')).toEqual(['model', 'service_tier', 'speed'])
    expect(headers).toMatchObject({ 'anthropic-version': '2023-06-01', 'anthropic-beta': 'fast-mode-2026-02-01' })
  }
  anthropic.requests.length = 0
  await read(open('legacy'), { groupBy: ['model'] })
  expect(anthropic.requests[0]?.headers).not.toHaveProperty('anthropic-beta')
})

test('a legacy page too large to hold is asked for again in smaller ones, and no row comes twice', async () => {
  const padding = ' '.repeat(17_000_000)
  anthropic.faults.push({
    path: '/v1/organizations/usage_report/messages',
    when: (request) => Number(request.query.get('limit')) > 400,
    effect: { kind: 'rewrite', rewrite: (reply) => ({ ...reply, body: `${reply.body}${padding}` }) },
  })
  const { rows } = await read(open('legacy'))
  expect(rows.map(({ output }) => output)).toEqual([57, 8, 9])
  expect(anthropic.requests.map((request) => request.query.get('limit'))).toEqual([
    '1440',
    '720',
    '360',
    '360',
    '360',
    '360',
  ])
})

test('a legacy page too large to hold is no reason to ask again once rows of its range are counted', async () => {
  anthropic.faults.push(
    {
      path: '/v1/organizations/usage_report/messages',
      nth: 1,
      effect: {
        kind: 'rewrite',
        rewrite: (reply) => ({
          ...reply,
          body: JSON.stringify({ ...JSON.parse(String(reply.body)), has_more: true, next_page: 'page_2' }),
        }),
      },
    },
    {
      path: '/v1/organizations/usage_report/messages',
      when: (request) => request.query.get('page') === 'page_2',
      effect: { kind: 'rewrite', rewrite: (reply) => ({ ...reply, status: 200, body: ' '.repeat(17_000_000) }) },
    },
  )
  const reader = await open('legacy')
  await expect(read(reader)).rejects.toThrow('/v1/organizations/usage_report/messages answered 200')
  expect(new Set(anthropic.requests.map((request) => request.query.get('limit')))).toEqual(new Set(['1440']))
})

test('ranges are cut so that their rows fill pages, across midnight', async () => {
  const starts = async (rowsPerBucket: number) => {
    anthropic.requests.length = 0
    await read(open('analytics'), { start: START - 86_400_000, rowsPerBucket })
    return anthropic.requests.map((request) => request.query.get('starting_at'))
  }
  expect(await starts(1)).toEqual(['2026-11-21T00:00:00Z', '2026-11-21T16:40:00Z', '2026-11-22T09:20:00Z'])
  expect(await starts(0.1)).toEqual(['2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z'])
  expect(await starts(5)).toEqual(['2026-11-21T00:00:00Z', '2026-11-21T23:20:00Z', '2026-11-22T22:40:00Z'])
})

test('without buckets there is one row for each combination, of the whole range', async () => {
  const { rows } = await read(open('analytics'), { width: 'all', groupBy: ['model'] })
  expect(rows.map((row) => [row.at, row.model, row.output]).sort()).toEqual(
    [
      [START, 'claude-haiku-5-5', 9],
      [START, 'claude-opus-5', 65],
      [START, null, 0],
    ].sort(),
  )
})

test('tokens of a kind that only the total has are unknown tokens; a row without searches has none', async () => {
  anthropic.world = {
    ...anthropic.world,
    usage: [usage({ at: '10:00', model: 'claude-opus-5', output: 100, newerKinds: 9_900 })],
  }
  anthropic.faults.push({
    effect: {
      kind: 'rewrite',
      rewrite: (reply) => ({ ...reply, body: String(reply.body).replace(/,"server_tool_use":\{[^}]*\}/g, '') }),
    },
  })
  const { rows } = await read(open('analytics'))
  expect(rows).toMatchObject([{ output: 100, unknownTokens: 9_900, webSearches: 0 }])
})

test('an example morning by the paging of the service: no row lost, however small its pages or odd its order', async () => {
  anthropic.world = exampleWorld({ today: '2026-11-23' })
  const morning = { start: at('08:00'), end: at('10:00') }
  const whole = await read(open('analytics'), morning)
  anthropic.options.maxRows = 250
  const small = await read(open('analytics'), morning)
  anthropic.options.shuffled = true
  const shuffled = await read(open('analytics'), morning)
  expect(whole.rows.length).toBeGreaterThan(1500)
  expect(small.rows).toEqual(whole.rows)
  expect(shuffled.rows).toEqual(whole.rows)
})

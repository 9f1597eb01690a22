import { afterEach, beforeEach, expect, test } from 'vitest'
import { chooseUsage } from '../../../src/collect/usage/choose-usage.ts'
import type { ReaderOptions, UsageQuery, UsageReader } from '../../../src/collect/usage/usage-reader.ts'
import type { UsageRow } from '../../../src/vocabulary/usage-row.ts'
import { ADMIN_KEY_WITHOUT_ANALYTICS, type AnthropicEmulator, startAnthropic } from '../../emulator/anthropic/server.ts'
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

async function open(mode: 'auto' | 'analytics' | 'legacy', options: ReaderOptions = {}): Promise<UsageReader> {
  return (await chooseUsage(harness.client, mode, query, options)).reader
}

async function read(reader: UsageReader, parts: Partial<UsageQuery> = {}) {
  const rows: UsageRow[] = []
  const { refreshedAt } = await reader.read({ ...query, ...parts }, (page) => rows.push(...page))
  return { rows: rows.sort((a, b) => a.at - b.at || text(a).localeCompare(text(b))), refreshedAt }
}
const text = (row: UsageRow) => JSON.stringify(row)
const at = (minute: string) => Date.parse(`${DAY}T${minute}:00Z`)

test('rows of the analytics API carry every figure, and null for what was not asked for', async () => {
  const { rows } = await read(await open('analytics'), {
    groupBy: ['model', 'workspace_id', 'api_key_id', 'service_tier', 'speed'],
  })
  expect(rows.slice(0, 2)).toEqual([
    {
      at: at('10:00'),
      model: 'claude-opus-5',
      workspaceId: workspaceId('production'),
      apiKeyId: apiKeyId('live'),
      serviceTier: 'standard',
      speed: 'standard',
      product: null,
      requests: 2,
      uncachedInput: 10,
      cacheCreation: 50,
      cacheRead: 40,
      output: 50,
      webSearches: 3,
    },
    {
      at: at('10:00'),
      model: 'claude-opus-5',
      workspaceId: workspaceId('Default'),
      apiKeyId: null,
      serviceTier: 'standard',
      speed: 'standard',
      product: null,
      requests: 1,
      uncachedInput: 0,
      cacheCreation: 0,
      cacheRead: 0,
      output: 7,
      webSearches: 0,
    },
  ])
})

test('speed, tier and product tell rows apart; code execution has neither model nor product', async () => {
  const { rows } = await read(await open('analytics'))
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
  const reader = await open('analytics')
  const only = async (parts: Partial<UsageQuery>) => (await read(reader, parts)).rows.map(({ output }) => output)
  expect(await only({ models: ['claude-haiku-5-5'] })).toEqual([9])
  expect(await only({ workspaceIds: [workspaceId('production')] })).toEqual([50])
  expect(await only({ start: at('10:01'), end: at('10:02') })).toEqual([8])
})

test.for([
  ['1h', [{ at: at('10:00'), output: 74 }]],
  ['1d', [{ at: START, output: 74 }]],
] as const)('buckets of %s are read over more than a day at once', async ([width, expected]) => {
  const { rows } = await read(await open('analytics'), { width, groupBy: [], start: START - 30 * 86_400_000 })
  expect(rows.map((row) => ({ at: row.at, output: row.output }))).toEqual(expected)
  expect(anthropic.requests).toHaveLength(1)
})

test('requests that are not known stay unknown', async () => {
  anthropic.options.requestsUnknown = true
  const { rows } = await read(await open('analytics'))
  expect(rows.map(({ requests }) => requests)).toEqual([null, null, null, null])
})

test('freshness is the earliest that any page states, and null where none does', async () => {
  const reader = await open('analytics')
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
    const reader = await open(mode)
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
  const analytics = await read(await open('analytics'), parts)
  const legacy = await read(await open('legacy'), parts)
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
  await read(await open('legacy'), { start: START - 86_400_000 })
  expect(anthropic.requests).toHaveLength(2)
  for (const { query: asked, headers } of anthropic.requests) {
    expect(asked.get('limit')).toBe('1440')
    expect(asked.getAll('group_by[]')).toEqual(['model', 'service_tier', 'speed'])
    expect(headers).toMatchObject({ 'anthropic-version': '2023-06-01', 'anthropic-beta': 'fast-mode-2026-02-01' })
  }
  anthropic.requests.length = 0
  await read(await open('legacy'), { groupBy: ['model'] })
  expect(anthropic.requests[0]?.headers).not.toHaveProperty('anthropic-beta')
})

test('a legacy page too large to hold is asked for again in smaller ones, and no row comes twice', async () => {
  const padding = ' '.repeat(17_000_000)
  anthropic.faults.push({
    path: '/v1/organizations/usage_report/messages',
    when: (request) => Number(request.query.get('limit')) > 400,
    effect: { kind: 'rewrite', rewrite: (reply) => ({ ...reply, body: `${reply.body}${padding}` }) },
  })
  const { rows } = await read(await open('legacy'))
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

test('auto takes the analytics API where it answers', async () => {
  const { reader, warning } = await chooseUsage(harness.client, 'auto', query)
  expect([reader.source, warning]).toEqual(['analytics', null])
  expect(anthropic.requests).toHaveLength(1)
  expect(anthropic.requests[0]?.query.get('limit')).toBe('1')
})

test.for([400, 403, 404])('auto falls back to the legacy report on %s, and says why', async (status) => {
  anthropic.faults.push({ path: /analytics/, effect: { kind: 'status', status } })
  const { reader, warning } = await chooseUsage(harness.client, 'auto', query)
  expect(reader.source).toBe('legacy')
  expect(warning).toContain('does not count requests')
  expect(warning).toContain(`answered ${status}`)
  expect((await read(reader)).rows).toHaveLength(3)
})

test('auto falls back for a key that may read all but analytics', async () => {
  await harness.close()
  harness = connect(anthropic, { credentials: { kind: 'admin-key', key: ADMIN_KEY_WITHOUT_ANALYTICS } })
  expect((await open('auto')).source).toBe('legacy')
})

test.for([401, 500])('auto does not take %s for a missing API', async (status) => {
  anthropic.faults.push({ path: /analytics/, effect: { kind: 'status', status } })
  await expect(chooseUsage(harness.client, 'auto', query)).rejects.toThrow(`answered ${status}`)
})

test('analytics and legacy mean just that: nothing is tried, nothing falls back', async () => {
  anthropic.faults.push({ path: /analytics/, effect: { kind: 'status', status: 403 } })
  expect((await open('legacy')).source).toBe('legacy')
  const analytics = await open('analytics')
  expect(anthropic.requests).toHaveLength(0)
  await expect(read(analytics)).rejects.toThrow('answered 403')
})

test('an example morning by the paging of the service: no row lost, however small its pages or odd its order', async () => {
  anthropic.world = exampleWorld({ today: '2026-11-23' })
  const morning = { start: at('08:00'), end: at('10:00') }
  const whole = await read(await open('analytics'), morning)
  anthropic.options.maxRows = 250
  const small = await read(await open('analytics'), morning)
  anthropic.options.shuffled = true
  const shuffled = await read(await open('analytics'), morning)
  expect(whole.rows.length).toBeGreaterThan(1500)
  expect(small.rows).toEqual(whole.rows)
  expect(shuffled.rows).toEqual(whole.rows)
})

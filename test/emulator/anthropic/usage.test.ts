import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { largeWorld } from '../world/large.ts'
import { codeExecution, group, NOW, usage, type World, workspaceId, world } from '../world/world.ts'
import { ADMIN_KEY, type AnthropicEmulator, startAnthropic } from './server.ts'

const TINY = world({
  groups: [group({ name: 'A', models: ['a', 'b'], limits: { requests_per_minute: 10 } })],
  usage: [
    usage({ at: '00:00', model: 'a', requests: 1, uncachedInput: 10, output: 1 }),
    usage({ at: '10:00:59', model: 'a', requests: 2, uncachedInput: 20, cacheRead: 5, output: 2 }),
    usage({ at: '10:00:01', model: 'a', requests: 3, cacheCreation5m: 30, cacheCreation1h: 3, output: 3 }),
    usage({ at: '10:00', model: 'b', workspace: 'production', requests: 4, uncachedInput: 90, output: 9 }),
    usage({ at: '10:01', model: 'b', batch: true, requests: 7, output: 70 }),
    codeExecution({ at: '10:01', spans: 5 }),
    usage({ at: '23:59:59', model: 'b', fast: true, requests: 1, output: 1, webSearches: 2 }),
    usage({ at: '2026-11-23T00:00:00Z', model: 'a', requests: 100 }),
  ],
})

let emulator: AnthropicEmulator
beforeEach(async () => {
  emulator = await startAnthropic(TINY)
})
afterEach(() => emulator.stop())

// biome-ignore lint/suspicious/noExplicitAny: replies are looked into by assertions
type Reply = any

async function get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
  const reply = await fetch(`${emulator.url}/v1/organizations/${path}`, {
    headers: {
      'x-api-key': ADMIN_KEY,
      'anthropic-version': path.startsWith('usage_report') ? '2023-06-01' : '2026-10-21',
      'anthropic-beta': 'analytics-usage-cost-2026-08-24',
      ...headers,
    },
  })
  return reply.json()
}

async function pages(path: string): Promise<Reply[]> {
  const all = [await get(path)]
  while (all.at(-1).next_page !== null) all.push(await get(`${path}&page=${all.at(-1).next_page}`))
  return all
}

const DAY = 'starting_at=2026-11-22T00:00:00Z&ending_at=2026-11-23T00:00:00Z'
const MINUTES = `analytics/usage?${DAY}&time_bucket_width=1m&group_by[]=model`
const rows = (...all: Reply[]) =>
  all
    .flatMap((page) => page.data)
    .map((row: Reply) => [row.starting_at.slice(11, 16), row.group.model, row.usage.requests])

describe('analytics usage', () => {
  test('adds up what falls into the same minute, leaves out empty ones, and ends before ending_at', async () => {
    const page = await get(`${MINUTES}&order_by=time&order=asc`)
    expect(rows(page)).toEqual([
      ['00:00', 'a', 1],
      ['10:00', 'b', 4],
      ['10:00', 'a', 5],
      ['10:01', 'b', 7],
      ['10:01', null, 5],
      ['23:59', 'b', 1],
    ])
    expect(page.data[2].usage).toEqual({
      uncached_input_tokens: 20,
      cache_creation: { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 3 },
      cache_read_input_tokens: 5,
      output_tokens: 5,
      total_tokens: 63,
      requests: 5,
      server_tool_use: { web_search_requests: 0 },
    })
    expect(page).toMatchObject({ has_more: false, next_page: null })
  })

  test('orders by time newest first unless told otherwise, the most tokens first within a minute', async () => {
    expect(rows(await get(`${MINUTES}&order_by=time`)).map(([at]) => at)).toEqual([
      '23:59',
      '10:01',
      '10:01',
      '10:00',
      '10:00',
      '00:00',
    ])
  })

  test.each([1, 2, 3, 4, 5, 6])('is the same in pages of %i', async (limit) => {
    for (const order of ['order_by=time&order=asc', 'order_by=time', 'order_by=requests', '']) {
      const whole = await get(`${MINUTES}&${order}`)
      const parts = await pages(`${MINUTES}&${order}&limit=${limit}`)
      expect(parts.flatMap((page) => page.data)).toEqual(whole.data)
      expect(parts).toHaveLength(Math.ceil(6 / limit))
    }
  })

  test.each([
    ['order_by=requests', [7, 5, 5, 4, 1, 1]],
    ['order_by=requests&order=asc', [1, 1, 4, 5, 5, 7]],
    ['order_by=output_tokens', [7, 4, 5, 1, 1, 5]],
    ['order_by=uncached_input_tokens', [4, 5, 1, 7, 5, 1]],
  ])('orders by %s', async (order, requests) => {
    expect(rows(await get(`${MINUTES}&${order}`)).map(([, , count]) => count)).toEqual(requests)
  })

  test('comes by hour, by day, or as one sum over whole hours', async () => {
    const sums = async (query: string) =>
      (await get(`analytics/usage?${query}&order_by=time&order=asc`)).data.map((row: Reply) => [
        row.starting_at,
        row.ending_at,
        row.usage.requests,
      ])
    expect(await sums(`${DAY}&time_bucket_width=1h`)).toEqual([
      ['2026-11-22T00:00:00Z', '2026-11-22T01:00:00Z', 1],
      ['2026-11-22T10:00:00Z', '2026-11-22T11:00:00Z', 21],
      ['2026-11-22T23:00:00Z', '2026-11-23T00:00:00Z', 1],
    ])
    expect(await sums(`${DAY}&time_bucket_width=1d`)).toEqual([['2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z', 23]])
    expect(await sums('starting_at=2026-11-22T10:30:00Z&ending_at=2026-11-22T12:59:00Z')).toEqual([
      ['2026-11-22T10:00:00Z', '2026-11-22T12:00:00Z', 21],
    ])
  })

  test('names the default workspace by its ID', async () => {
    const { data } = await get(`analytics/usage?${DAY}&group_by[]=workspace_id`)
    expect(data.map((row: Reply) => row.group.workspace_id).sort()).toEqual(
      [workspaceId('Default'), workspaceId('production')].sort(),
    )
  })

  test('can be served by a service that returns fewer rows than asked for', async () => {
    emulator.options.maxRows = 2
    const parts = await pages(`${MINUTES}&order_by=time&order=asc&limit=1000`)
    expect(parts.map((page) => page.data.length)).toEqual([2, 2, 2])
  })

  test('can be served in an order of its own, nothing lost', async () => {
    const asked = await get(`${MINUTES}&order_by=time&order=asc`)
    emulator.options.shuffled = true
    const parts = await pages(`${MINUTES}&order_by=time&order=asc&limit=4`)
    const shuffled = parts.flatMap((page) => page.data)
    expect(shuffled).not.toEqual(asked.data)
    expect(shuffled.map((row) => JSON.stringify(row)).sort()).toEqual(
      asked.data.map((row: Reply) => JSON.stringify(row)).sort(),
    )
  })

  test('says how far it is complete: five minutes ago, any time, or nothing', async () => {
    expect((await get(MINUTES)).data_refreshed_at).toBe('2026-11-23T05:55:00Z')
    emulator.options.dataRefreshedAt = '2026-11-22T12:00:00Z'
    expect((await get(MINUTES)).data_refreshed_at).toBe('2026-11-22T12:00:00Z')
    emulator.options.dataRefreshedAt = null
    expect((await get(MINUTES)).data_refreshed_at).toBeNull()
  })

  test('can leave the number of requests unsaid, everywhere or where one atom does', async () => {
    emulator.world = { ...TINY, usage: [...(TINY.usage as []), usage({ at: '10:00', model: 'a', requests: null })] }
    const counts = rows(await get(`${MINUTES}&order_by=time&order=asc`)).map(([, , count]) => count)
    expect(counts).toEqual([1, 4, null, 7, 5, 1])
    emulator.options.requestsUnknown = true
    expect(new Set(rows(await get(MINUTES)).map(([, , count]) => count))).toEqual(new Set([null]))
  })

  test('takes so many requests a minute, then says when to come back', async () => {
    let now = NOW
    emulator.world = { ...TINY, now: () => now }
    emulator.options.limiter = { kind: 'bucket', perMinute: 2, retryAfter: true, of: 'analytics' }
    await get(MINUTES)
    now += 5_000
    await get(MINUTES)
    expect((await get(MINUTES)).error.type).toBe('rate_limit_error')
    expect((await get('me')).type).toBe('organization')
    now += 45_000
    expect(rows(await get(MINUTES))).toHaveLength(6)
  })

  test('of a lazy world is kept, and is the same compressed or not', async () => {
    const lazy = largeWorld({ models: 4, workspaces: 3, withOverrides: 1 })
    let made = 0
    emulator.world = {
      ...lazy,
      usage: (from, to) => {
        made++
        return (lazy.usage as Exclude<World['usage'], readonly unknown[]>)(from, to)
      },
    }
    const path = `${MINUTES}&group_by[]=workspace_id&order_by=time&order=asc&limit=1000`
    const first = await get(path)
    expect(first.data).toHaveLength(1000)
    expect(
      rows(first)
        .slice(0, 12)
        .map(([at]) => at),
    ).toEqual(Array(12).fill('00:00'))
    const [{ reply }] = emulator.requests as [(typeof emulator.requests)[number]]
    expect(reply!.bytes).toBeLessThan(JSON.stringify(first).length / 5)
    const before = made
    expect(await get(path)).toEqual(first)
    expect(made).toBe(before)
    expect(await get(path, { 'accept-encoding': 'identity' })).toEqual(first)
    expect((await get(`${MINUTES}&group_by[]=workspace_id&limit=1`)).has_more).toBe(true)
  })
})

describe('the legacy report', () => {
  const LEGACY = `usage_report/messages?${DAY}`

  test('has a bucket for every minute, empty ones too, oldest first, sixty a page', async () => {
    const parts = await pages(`${LEGACY}&bucket_width=1m&group_by[]=model`)
    expect(parts.map((page) => page.data.length)).toEqual(Array(24).fill(60))
    const buckets = parts.flatMap((page) => page.data)
    expect(buckets.map((bucket) => bucket.starting_at)).toEqual(
      buckets.map((_, index) => `${new Date(Date.parse('2026-11-22') + index * 60_000).toISOString().slice(0, 19)}Z`),
    )
    expect(
      buckets.filter((bucket) => bucket.results.length > 0).map((bucket) => bucket.starting_at.slice(11, 16)),
    ).toEqual(['00:00', '10:00', '10:01', '23:59'])
    const whole = await pages(`${LEGACY}&bucket_width=1m&group_by[]=model&limit=1440`)
    expect(whole.flatMap((page) => page.data)).toEqual(buckets)
  })

  test.each([
    ['1d', 7],
    ['1h', 24],
    ['1m', 60],
  ])('holds %s buckets %i a page by default', async (width, count) => {
    const page = await get(`usage_report/messages?starting_at=2026-11-01T00:00:00Z&bucket_width=${width}`)
    expect(page.data).toHaveLength(count)
    expect(page.has_more).toBe(true)
  })

  test('has neither request counts nor code execution, and null for the default workspace', async () => {
    const page = await get(`${LEGACY}&bucket_width=1m&limit=1440&group_by[]=workspace_id&group_by[]=model`)
    const results = page.data.flatMap((bucket: Reply) => bucket.results)
    expect(results.map((row: Reply) => [row.workspace_id, row.model, row.output_tokens])).toEqual([
      [null, 'a', 1],
      [workspaceId('production'), 'b', 9],
      [null, 'a', 5],
      [null, 'b', 70],
      [null, 'b', 1],
    ])
    expect(Object.keys(results[0]).sort()).toEqual([
      'account_id',
      'api_key_id',
      'cache_creation',
      'cache_read_input_tokens',
      'context_window',
      'inference_geo',
      'model',
      'output_tokens',
      'server_tool_use',
      'service_account_id',
      'service_tier',
      'uncached_input_tokens',
      'workspace_id',
    ])
  })

  test('tells fast from standard with its beta header, and narrows to filters', async () => {
    const beta = { 'anthropic-beta': 'fast-mode-2026-02-01' }
    const results = async (query: string) =>
      (await get(`${LEGACY}&group_by[]=speed&${query}`, beta)).data.flatMap((bucket: Reply) => bucket.results)
    expect((await results('')).map((row: Reply) => [row.speed, row.output_tokens])).toEqual([
      ['standard', 85],
      ['fast', 1],
    ])
    expect(await results('speeds[]=fast&models[]=a')).toEqual([])
    expect((await results('service_tiers[]=batch')).map((row: Reply) => row.output_tokens)).toEqual([70])
  })
})

test('the limits come in the first shape of April 2026 where asked for', async () => {
  emulator.options.limitsShape = 'april-2026'
  expect((await get('rate_limits')).data).toEqual([
    {
      type: 'rate_limit',
      group_type: 'model_group',
      models: ['a', 'b'],
      limits: [{ type: 'requests_per_minute', value: 10 }],
    },
  ])
})

test('spend limits are listed where the organization is in the preview', async () => {
  emulator.options.spendLimits = [
    { scope: { type: 'usage_tier' }, amount: '20000000' },
    { scope: { type: 'workspace', workspace_id: workspaceId('production') }, amount: '500000' },
  ]
  const beta = { 'anthropic-beta': 'spend-limit-reads-2026-09-26' }
  const listed = await get('spend_limits?scope_type[]=usage_tier', beta)
  expect(listed.data).toMatchObject([{ type: 'spend_limit', amount: '20000000', scope: { type: 'usage_tier' } }])
  expect((await get('spend_limits', beta)).data).toHaveLength(2)
})

test('an emulator starts on an ordinary day, whatever another one was told', async () => {
  emulator.options.maxRows = 1
  emulator.options.federation.scope = 'none'
  const other = await startAnthropic(TINY)
  expect(other.options.maxRows).toBe(1000)
  expect(other.options.federation.scope).toBe('org:admin')
  await other.stop()
})

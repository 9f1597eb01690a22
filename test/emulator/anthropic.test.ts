import Anthropic from '@anthropic-ai/sdk'
import { oidcFederationProvider } from '@anthropic-ai/sdk/lib/credentials/oidc-federation'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startOidcIssuer } from './anthropic/oidc-issuer.ts'
import { ADMIN_KEY, type AnthropicEmulator, startAnthropic } from './anthropic/server.ts'
import { exampleWorld } from './world/example.ts'
import { nameOf, type World } from './world/world.ts'

/** The proof that the emulator is faithful: Anthropic's own client reads back from it what was seeded. */

const DAY = { starting_at: '2026-11-22T00:00:00Z', ending_at: '2026-11-23T00:00:00Z' } as const
const world = exampleWorld({ seed: 7, today: '2026-11-23' })
let emulator: AnthropicEmulator
let client: Anthropic

beforeAll(async () => {
  emulator = await startAnthropic(world)
  client = new Anthropic({ apiKey: ADMIN_KEY, baseURL: emulator.url, maxRetries: 0 })
})
afterAll(() => emulator.stop())

async function collect<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of list) items.push(item)
  return items
}

describe('rate limits read by the SDK', () => {
  const seeded = world.groups.map((group) => ({
    type: 'rate_limit',
    id: group.id,
    group: { id: group.groupId, type: group.type, ...(group.models ? { display_name: group.name } : {}) },
    models: group.models,
    limits: Object.entries(group.limits).map(([type, value]) => ({ type, value })),
  }))

  test('are what was seeded, in both namespaces', async () => {
    expect(await collect(client.organization.rateLimits.list())).toEqual(seeded)
    expect(await collect(client.beta.organization.rateLimits.list())).toEqual(seeded)
  })

  test('are the same in pages of four', async () => {
    emulator.requests.length = 0
    expect(await collect(client.organization.rateLimits.list({ limit: 4 }))).toEqual(seeded)
    expect(emulator.requests).toHaveLength(Math.ceil(seeded.length / 4))
  })

  test('carry group_type beside group under the older API version', async () => {
    const older = client.organization.rateLimits.list({}, { headers: { 'anthropic-version': '2023-06-01' } })
    expect(await collect(older)).toEqual(seeded.map((entry) => ({ ...entry, group_type: entry.group.type })))
  })

  test('are filtered by group type and by model, an unknown model being not found', async () => {
    expect(await collect(client.organization.rateLimits.list({ group_type: 'batch' }))).toEqual(
      seeded.filter(({ group }) => group.type === 'batch'),
    )
    expect(await collect(client.organization.rateLimits.list({ model: 'claude-opus-4-6' }))).toEqual(
      seeded.filter(({ models }) => models?.includes('claude-opus-4-6')),
    )
    await expect(client.organization.rateLimits.list({ model: 'claude-nobody' })).rejects.toThrow(
      Anthropic.NotFoundError,
    )
  })
})

describe('workspaces read by the SDK', () => {
  const names = (workspaces: World['workspaces']) => workspaces.map(({ id, name }) => ({ id, name })).sort(byId)
  const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id)
  const read = async (query: object) =>
    (await collect(client.organization.workspaces.list(query))).map(({ id, name }) => ({ id, name })).sort(byId)

  test('are the active ones without the default one, unless asked for', async () => {
    expect(await read({})).toEqual(names(world.workspaces.filter((each) => !each.isDefault && !each.archived)))
    expect(await read({ include_default: true, include_archived: true, limit: 5 })).toEqual(names(world.workspaces))
  })

  test('end with the page that holds the last of them', async () => {
    emulator.requests.length = 0
    expect(world.workspaces).toHaveLength(14)
    await read({ include_default: true, include_archived: true, limit: 7 })
    expect(emulator.requests).toHaveLength(2)
  })

  test('come with the time they were archived', async () => {
    const all = await collect(client.organization.workspaces.list({ include_archived: true }))
    const archived = all.filter(({ archived_at }) => archived_at !== null).map(({ name }) => name)
    expect(archived).toEqual(['legacy-chatbot'])
  })

  test('can be paged backwards and picked by ID', async () => {
    const ids = world.workspaces.filter((each) => !each.isDefault && !each.archived).map(({ id }) => id)
    const before = await collect(client.organization.workspaces.list({ before_id: ids.at(-1)!, limit: 4 }))
    expect(before.map(({ id }) => id).sort()).toEqual(ids.slice(0, -1).sort())
    expect(await read({ ids: [ids[2]!, 'wrkspc_unknown'] })).toEqual(
      names(world.workspaces.filter(({ id }) => id === ids[2])),
    )
  })
})

describe('workspace rate limits read by the SDK', () => {
  const read = async (name: string, query: object = {}) => {
    const { id } = world.workspaces.find((each) => each.name === name)!
    return collect(client.organization.workspaces.rateLimits.list(id, query))
  }

  test('are overrides only, with the value of the organization beside each', async () => {
    const sonnet = world.groups.find((group) => nameOf(group) === 'Claude Sonnet 5')!
    const [entry, ...rest] = await read('support-bot')
    expect(rest).toEqual([])
    expect(entry).toMatchObject({ type: 'workspace_rate_limit', rate_limit_id: sonnet.id, models: ['claude-sonnet-5'] })
    expect(entry!.limits).toEqual([
      // The organization has no plain input limit: nothing to compare with.
      { type: 'input_tokens_per_minute', value: 8_000_000, org_limit: null, source: { type: 'workspace' } },
    ])
    expect(await read('research')).toEqual([])
  })

  test('with include_inherited are every group, each limiter once', async () => {
    const entries = await read('production', { include_inherited: true, limit: 3 })
    expect(entries.map((entry) => entry.rate_limit_id)).toEqual(world.groups.map((group) => group.id))
    const opus = entries.find((entry) => entry.models?.includes('claude-opus-4-6'))!
    expect(opus.limits[0]).toEqual({
      type: 'requests_per_minute',
      value: 1_000,
      org_limit: 10_000,
      source: { type: 'workspace' },
    })
    const inherited = opus.limits.slice(1)
    expect(inherited).toHaveLength(4)
    for (const limit of inherited) {
      expect(limit).toMatchObject({ value: limit.org_limit, source: { type: 'organization' } })
    }
  })

  test('of the default workspace are not found, or empty where asked for', async () => {
    await expect(read('Default')).rejects.toThrow(Anthropic.NotFoundError)
    emulator.options.defaultWorkspaceLimits = 'empty'
    expect(await read('Default')).toEqual([])
    emulator.options.defaultWorkspaceLimits = 'not-found'
  })
})

describe('usage read by the SDK', () => {
  const groupBy = ['model', 'workspace_id', 'service_tier', 'speed', 'product'] as const
  type Sums = { requests: number; input: number; cached: number; output: number; searches: number }

  /** The seeded atoms, added up with nothing of the emulator's code. */
  function seeded(): Map<string, Sums> {
    const sums = new Map<string, Sums>()
    if (typeof world.usage !== 'function') throw new Error('The example makes its usage on demand')
    for (const atom of world.usage(Date.parse(DAY.starting_at), Date.parse(DAY.ending_at))) {
      const minute = Math.floor(atom.at / 60_000) * 60_000
      const key = JSON.stringify([minute, atom.model, atom.workspace, atom.serviceTier, atom.speed, atom.product])
      const sum = sums.get(key) ?? { requests: 0, input: 0, cached: 0, output: 0, searches: 0 }
      sum.requests += atom.requests ?? Number.NaN
      sum.input += atom.uncachedInput + atom.cacheCreation5m + atom.cacheCreation1h
      sum.cached += atom.cacheRead
      sum.output += atom.output
      sum.searches += atom.webSearches
      sums.set(key, sum)
    }
    return sums
  }

  test('adds up to every seeded request and token of the day, over all pages', async () => {
    emulator.requests.length = 0
    const rows = await collect(
      client.beta.organization.analytics.usage.list({
        ...DAY,
        time_bucket_width: '1m',
        group_by: [...groupBy],
        limit: 1000,
        order_by: 'time',
        order: 'asc',
      }),
    )
    const read = new Map<string, Sums>()
    for (const { starting_at, group, usage } of rows) {
      const { ephemeral_5m_input_tokens, ephemeral_1h_input_tokens } = usage.cache_creation
      const key = JSON.stringify([Date.parse(starting_at), ...groupBy.map((name) => group[name])])
      expect(read.has(key), 'each combination comes once a minute').toBe(false)
      read.set(key, {
        requests: usage.requests!,
        input: usage.uncached_input_tokens + ephemeral_5m_input_tokens + ephemeral_1h_input_tokens,
        cached: usage.cache_read_input_tokens,
        output: usage.output_tokens,
        searches: usage.server_tool_use.web_search_requests,
      })
    }
    expect(read.size).toBeGreaterThan(10_000)
    expect(read).toEqual(seeded())
    expect(emulator.requests).toHaveLength(Math.ceil(rows.length / 1000))
    expect(rows.map(({ starting_at }) => starting_at)).toEqual(rows.map(({ starting_at }) => starting_at).sort())
  })

  test('has every dimension in each row, null unless grouped, and says how far it is complete', async () => {
    const page = await client.beta.organization.analytics.usage.list({ ...DAY, group_by: ['model'] })
    expect(page.data_refreshed_at).toBe('2026-11-23T05:55:00Z')
    expect(Object.keys(page.data[0]!.group)).toHaveLength(20)
    const { model, ...others } = page.data[0]!.group
    expect(typeof model).toBe('string')
    expect(new Set(Object.values(others))).toEqual(new Set([null]))
  })

  test('comes twenty rows a page with the most tokens first where nothing else is asked for', async () => {
    const page = await client.beta.organization.analytics.usage.list({
      ...DAY,
      time_bucket_width: '1h',
      group_by: ['model'],
    })
    const totals = page.data.map(({ usage }) => usage.total_tokens)
    expect(totals).toHaveLength(20)
    expect(totals).toEqual(totals.toSorted((a, b) => b - a))
    expect(page.has_more).toBe(true)
  })

  test('narrows to filters', async () => {
    const rows = await collect(
      client.beta.organization.analytics.usage.list({
        ...DAY,
        group_by: ['model', 'api_key_id', 'speed'],
        workspace_ids: [world.workspaces.find(({ name }) => name === 'code-review')!.id],
        speeds: ['fast'],
        products: ['messages_api'],
        service_tiers: ['standard'],
        models: ['claude-opus-5-5', 'claude-opus-5'],
        api_key_ids: [world.apiKeys.find(({ name }) => name === 'pull-requests')!.id],
      }),
    )
    expect(rows.map(({ group }) => [group.model, group.speed])).toEqual([['claude-opus-5-5', 'fast']])
    const keyless = await collect(
      client.beta.organization.analytics.usage.list({ ...DAY, group_by: ['product'], api_key_ids: [''] }),
    )
    expect(keyless.map(({ group }) => group.product).sort()).toEqual([null, 'claude_code', 'claude_console'].sort())
  })
})

test('API keys and the organization read by the SDK are what was seeded', async () => {
  const keys = await collect(client.organization.apiKeys.list({ limit: 5, status: 'active' }))
  expect(keys.map(({ id, name, scope }) => ({ id, name, scope }))).toEqual(
    world.apiKeys.map(({ id, name, workspace }) => ({
      id,
      name,
      scope: { type: 'workspace', workspace_id: workspace },
    })),
  )
  expect(await client.organization.retrieve()).toEqual({ type: 'organization', ...world.organization })
})

test("the SDK's own federation gets in with a fresh GitHub token, and with the same one only once", async () => {
  const issuer = await startOidcIssuer(undefined, world.now)
  const { ruleId, serviceAccountId, audience } = emulator.options.federation
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = issuer.env
  const idToken = async () => {
    const headers = { authorization: `Bearer ${token}` }
    const reply = await fetch(`${url}&audience=${encodeURIComponent(audience)}`, { headers })
    return ((await reply.json()) as { value: string }).value
  }
  const federated = (identityTokenProvider: () => Promise<string>) => {
    const provider = oidcFederationProvider({
      identityTokenProvider,
      federationRuleId: ruleId,
      organizationId: world.organization.id,
      serviceAccountId,
      baseURL: emulator.url,
      fetch,
    })
    return new Anthropic({ credentials: provider, baseURL: emulator.url, maxRetries: 0 })
  }
  expect(await collect(federated(idToken).organization.rateLimits.list())).toHaveLength(world.groups.length)

  const spent = await idToken()
  expect(await collect(federated(async () => spent).organization.rateLimits.list())).toHaveLength(world.groups.length)
  await expect(collect(federated(async () => spent).organization.rateLimits.list())).rejects.toThrow(
    'Authentication failed',
  )
  await issuer.stop()
})

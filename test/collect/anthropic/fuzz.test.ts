import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AnthropicClient, createAnthropic } from '../../../src/collect/anthropic/client.ts'
import { createCredentials } from '../../../src/collect/anthropic/credentials.ts'
import { createPace } from '../../../src/collect/anthropic/pace.ts'
import { readOrganizationLimits, readWorkspaceLimits } from '../../../src/collect/limits/rate-limits.ts'
import { readWorkspaces } from '../../../src/collect/limits/workspaces.ts'
import { createAnalyticsReader } from '../../../src/collect/usage/analytics.ts'
import { readApiKeyNames } from '../../../src/collect/usage/api-keys.ts'
import { createLegacyReader } from '../../../src/collect/usage/legacy.ts'
import type { UsageQuery, UsageReader } from '../../../src/collect/usage/usage-reader.ts'
import { AuditError } from '../../../src/errors.ts'
import { createSecrets } from '../../../src/transport/redaction.ts'
import type { UsageRow } from '../../../src/vocabulary/use/usage-row.ts'

/**
 * Broken replies of every endpoint: a right result or an AuditError, never anything else. In memory, for the number's sake.
 * FUZZ_BODIES sets how many bodies each endpoint gets.
 */
const BODIES = Number(process.env.FUZZ_BODIES ?? 1000)
const START = Date.parse('2026-11-22T00:00:00Z')
const query: UsageQuery = { start: START, end: START + 600_000, width: '1m', groupBy: ['model', 'speed'] }

const tokens = {
  uncached_input_tokens: 1,
  cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 3 },
  cache_read_input_tokens: 4,
  output_tokens: 5,
  server_tool_use: { web_search_requests: 6 },
}
const limits = {
  data: [
    {
      type: 'rate_limit',
      id: 'rl_1',
      group: { id: 'rlg_1', type: 'model_group', display_name: 'Claude Opus 4.x' },
      group_type: 'model_group',
      models: ['claude-opus-4-5'],
      limits: [{ type: 'requests_per_minute', value: 4000 }],
    },
  ],
  next_page: null,
}
const page = { data: [{ id: 'x_1', name: 'one', archived_at: null }], has_more: false, first_id: 'x_1', last_id: 'x_1' }

const isText = (value: unknown) => value === null || typeof value === 'string'
const isCount = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0

function checkRow(row: UsageRow): void {
  expect(row.at >= query.start && row.at < query.end && row.at % 60_000 === 0).toBe(true)
  for (const text of [row.model, row.workspaceId, row.apiKeyId, row.serviceTier, row.speed, row.product])
    expect(isText(text)).toBe(true)
  for (const count of [row.uncachedInput, row.cacheCreation, row.cacheRead, row.output, row.webSearches])
    expect(isCount(count)).toBe(true)
  expect(row.requests === null || isCount(row.requests)).toBe(true)
}

const readAll = (reader: UsageReader) => reader.read(query, (rows) => rows.forEach(checkRow))
const checkLimits = async (entries: ReturnType<typeof readWorkspaceLimits>) => {
  for (const { groupType, models, ...entry } of (await entries) ?? []) {
    expect(groupType).not.toBe('')
    expect(models === null || models.every((model) => typeof model === 'string')).toBe(true)
    for (const { type, value } of entry.limits)
      expect([typeof type, value === null || isCount(value)]).toEqual(['string', true])
  }
}

const ENDPOINTS: Record<string, { reply: unknown; read: (client: AnthropicClient) => Promise<unknown> }> = {
  'organization limits': { reply: limits, read: (client) => checkLimits(readOrganizationLimits(client)) },
  'workspace limits': { reply: limits, read: (client) => checkLimits(readWorkspaceLimits(client, 'wrkspc_1', false)) },
  workspaces: {
    reply: page,
    read: async (client) => {
      for (const each of await readWorkspaces(client, []))
        expect([typeof each.id, typeof each.name, typeof each.archived]).toEqual(['string', 'string', 'boolean'])
    },
  },
  'API keys': {
    reply: page,
    read: async (client) => {
      for (const pair of await readApiKeyNames(client))
        expect(pair.every((part) => typeof part === 'string')).toBe(true)
    },
  },
  'analytics usage': {
    reply: {
      data: [
        { starting_at: '2026-11-22T00:05:00Z', group: { model: 'm', speed: null }, usage: { requests: 1, ...tokens } },
        { starting_at: '2026-11-22T00:06:00Z', group: { model: null }, usage: { requests: null, ...tokens } },
      ],
      has_more: false,
      next_page: null,
      data_refreshed_at: '2026-11-22T12:00:00Z',
    },
    read: (client) => readAll(createAnalyticsReader(client, () => {})),
  },
  'legacy usage': {
    reply: {
      data: [{ starting_at: '2026-11-22T00:05:00Z', results: [{ model: 'm', ...tokens }] }],
      has_more: false,
      next_page: null,
    },
    read: (client) => readAll(createLegacyReader(client, () => {})),
  },
  'token exchange': {
    reply: { access_token: 'sk-ant-oat01-minted', token_type: 'Bearer', expires_in: 600 },
    read: (client) => readWorkspaces(client, []),
  },
}

function clientOf(body: string, endpoint: string): AnthropicClient {
  const isExchange = endpoint === 'token exchange'
  const deps = {
    fetch: async (url: unknown) => {
      if (String(url).startsWith('https://runner/')) return new Response('{"value":"an.id.token"}')
      return new Response(isExchange && !String(url).endsWith('/token') ? JSON.stringify(page) : body)
    },
    now: () => START,
    sleep: async () => {},
    random: () => 0,
    env: { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://runner/idtoken', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'for the job' },
    secrets: createSecrets({ setSecret: () => {} }),
    log: () => {},
    show: () => {},
  }
  const where = { baseUrl: 'https://api.example.com', deadline: () => Number.POSITIVE_INFINITY }
  const inputs = isExchange
    ? ({
        kind: 'federation',
        federationRuleId: 'fdrl_1',
        organizationId: 'o',
        serviceAccountId: 'svac_1',
        workspaceId: null,
        audience: 'a',
      } as const)
    : ({ kind: 'admin-key', key: 'sk-ant-admin01-fuzz' } as const)
  return createAnthropic(deps, {
    ...where,
    pace: createPace(8, deps, { onLine: () => {}, log: deps.log }),
    version: '2026-10-21',
    credentials: createCredentials(deps, inputs, where),
    stop: new AbortController().signal,
    redact: deps.secrets.redact,
    log: deps.log,
  })
}

/** The reply with one node, or several, replaced by any JSON, renamed or left out. */
function bent(reply: unknown): fc.Arbitrary<string> {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(null, '', -1, 1.5, 1e308, [], {}, [null], [[]], '2026-11-22T00:05:30+02:00', 'true', true),
  )
  return fc
    .array(fc.tuple(fc.nat(), fc.constantFrom('replace', 'remove', 'rename', 'repeat'), odd), {
      minLength: 1,
      maxLength: 3,
    })
    .map((changes) => {
      const copy = { root: structuredClone(reply) }
      for (const [index, change, value] of changes) {
        const places = placesOf(copy)
        const place = places[index % places.length]
        if (!place) break
        const [parent, key] = place
        if (change === 'replace') parent[key] = structuredClone(value)
        else if (change === 'remove') delete parent[key]
        else if (change === 'rename') parent[`${key}_`] = parent[key]
        else if (Array.isArray(parent[key])) parent[key].push(...structuredClone(parent[key]))
      }
      return JSON.stringify(copy.root) ?? ''
    })
}

function placesOf(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return []
  const parent = value as Record<string, unknown>
  return Object.keys(parent).flatMap((key) => [[parent, key] as [typeof parent, string], ...placesOf(parent[key])])
}

/** The reply with bytes cut, changed or put in. */
function damaged(reply: unknown): fc.Arbitrary<string> {
  const text = JSON.stringify(reply)
  return fc
    .tuple(fc.nat(text.length), fc.nat(12), fc.string({ maxLength: 6, unit: 'binary' }))
    .map(([at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut))
}

for (const [name, { reply, read }] of Object.entries(ENDPOINTS)) {
  test(`an unbroken reply is read: ${name}`, async () => {
    await read(clientOf(JSON.stringify(reply), name))
  })

  test(`a broken reply is a right result or an error that explains: ${name}`, async () => {
    let bodies = 0
    let errors = 0
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: bent(reply) }, damaged(reply)), async (body) => {
        bodies++
        try {
          await read(clientOf(body, name))
        } catch (error) {
          if (!(error instanceof AuditError)) throw error
          expect(error.message).toMatch(/(GET|POST) \/v1\//)
          errors++
        }
      }),
      { numRuns: BODIES },
    )
    expect(bodies).toBe(BODIES)
    expect(errors).toBeGreaterThan(BODIES / 10)
  })
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiKey, group, NOW, usage, workspace, workspaceId, world } from '../world/world.ts'
import {
  ADMIN_KEY,
  ADMIN_KEY_WITHOUT_ANALYTICS,
  type AnthropicEmulator,
  startAnthropic,
  WORKSPACE_KEY,
} from './server.ts'

/** What Anthropic refuses, the emulator refuses, in the same form. */

const HEADERS = {
  'x-api-key': ADMIN_KEY,
  'anthropic-beta': 'analytics-usage-cost-2026-08-24,spend-limit-reads-2026-09-26',
}
const ORGANIZATION = '/v1/organizations'
const LIMITS = `${ORGANIZATION}/rate_limits`
const WORKSPACES = `${ORGANIZATION}/workspaces`
const USAGE = `${ORGANIZATION}/analytics/usage`
const LEGACY = `${ORGANIZATION}/usage_report/messages`
const PRODUCTION = `${WORKSPACES}/${workspaceId('production')}/rate_limits`
const DAY = 'starting_at=2026-11-22T00:00:00Z&ending_at=2026-11-23T00:00:00Z'
const MINUTES = `${DAY}&time_bucket_width=1m`

const TINY = world({
  groups: ['A', 'B'].map((name) => group({ name, models: [`claude-${name}`], limits: { requests_per_minute: 10 } })),
  workspaces: [workspace({ name: 'production', overrides: { A: { requests_per_minute: 5 } } })],
  apiKeys: [apiKey('one'), apiKey('two')],
  usage: ['claude-A', 'claude-B', null].map((model) => usage({ at: '10:00', model, requests: 1 })),
})

let emulator: AnthropicEmulator
beforeAll(async () => {
  emulator = await startAnthropic(TINY)
})
afterAll(() => emulator.stop())

async function get(path: string, headers: Record<string, string> = {}, init: RequestInit = {}) {
  const version = { 'anthropic-version': path.startsWith(USAGE) ? '2026-10-21' : '2023-06-01' }
  const merged = Object.entries({ ...HEADERS, ...version, ...headers }).filter(([, value]) => value !== '')
  const reply = await fetch(emulator.url + path, { ...init, headers: Object.fromEntries(merged) })
  // biome-ignore lint/suspicious/noExplicitAny: whatever came, for assertions to look into
  return { status: reply.status, headers: reply.headers, body: (await reply.json()) as any }
}

const invalid = (about: string) => ({ status: 400, type: 'invalid_request_error', about })

describe('refused', () => {
  test.each<[string, string, { status: number; type: string; about?: string }, Record<string, string>?]>([
    ['no version', LIMITS, invalid('anthropic-version'), { 'anthropic-version': '' }],
    ['an unknown version', LIMITS, invalid('anthropic-version'), { 'anthropic-version': '2024-01-01' }],
    ['no credential', LIMITS, { status: 401, type: 'authentication_error' }, { 'x-api-key': '' }],
    ['a wrong key', LIMITS, { status: 401, type: 'authentication_error' }, { 'x-api-key': 'sk-ant-admin01-wrong' }],
    [
      'a wrong bearer token',
      LIMITS,
      { status: 401, type: 'authentication_error' },
      { 'x-api-key': '', authorization: 'Bearer sk-ant-oat01-x' },
    ],
    ['a key of a workspace', LIMITS, { status: 403, type: 'permission_error' }, { 'x-api-key': WORKSPACE_KEY }],
    [
      'a key without analytics',
      `${USAGE}?${DAY}`,
      { status: 403, type: 'permission_error' },
      { 'x-api-key': ADMIN_KEY_WITHOUT_ANALYTICS },
    ],
    ['an unknown path', `${ORGANIZATION}/nothing`, { status: 404, type: 'not_found_error' }],

    ['limits: an unknown parameter', `${LIMITS}?beta=true`, invalid('beta')],
    ['limits: a parameter twice', `${LIMITS}?limit=1&limit=2`, invalid('limit')],
    ['limits: an unknown group type', `${LIMITS}?group_type=messages`, invalid('group_type')],
    ['limits: a page of 0', `${LIMITS}?limit=0`, invalid('limit')],
    ['limits: a page of 1001', `${LIMITS}?limit=1001`, invalid('limit')],
    ['limits: a made-up cursor', `${LIMITS}?page=abc`, invalid('page')],
    ['limits: an unknown model', `${LIMITS}?model=claude-C`, { status: 404, type: 'not_found_error' }],
    ['workspaces: limit as a word', `${WORKSPACES}?limit=ten`, invalid('limit')],
    ['workspaces: include_default=1', `${WORKSPACES}?include_default=1`, invalid('include_default')],
    ['workspaces: both cursors', `${WORKSPACES}?after_id=a&before_id=b`, invalid('after_id')],
    ['workspaces: a cursor of another list', `${WORKSPACES}?after_id=wrkspc_x`, invalid('after_id')],
    ['workspaces: 101 IDs', `${WORKSPACES}?${'ids[]=wrkspc_x&'.repeat(101)}`, invalid('ids')],
    [
      'workspace limits: an unknown workspace',
      `${WORKSPACES}/wrkspc_x/rate_limits`,
      { status: 404, type: 'not_found_error' },
    ],
    [
      'workspace limits: the default one',
      `${WORKSPACES}/${workspaceId('Default')}/rate_limits?include_inherited=true`,
      { status: 404, type: 'not_found_error' },
    ],
    ['workspace limits: include_inherited=yes', `${PRODUCTION}?include_inherited=yes`, invalid('include_inherited')],
    ['workspace limits: a model filter', `${PRODUCTION}?model=claude-A`, invalid('model')],
    ['keys: an unknown status', `${ORGANIZATION}/api_keys?status=alive`, invalid('status')],
    ['organization: any parameter', `${ORGANIZATION}/me?limit=1`, invalid('limit')],
    ['spend limits: no preview', `${ORGANIZATION}/spend_limits`, invalid('organization type')],
    [
      'spend limits: no beta header',
      `${ORGANIZATION}/spend_limits`,
      invalid('anthropic-beta'),
      { 'anthropic-beta': '' },
    ],

    ['usage: no beta header', `${USAGE}?${DAY}`, invalid('anthropic-beta'), { 'anthropic-beta': '' }],
    [
      'usage: another beta header',
      `${USAGE}?${DAY}`,
      invalid('anthropic-beta'),
      { 'anthropic-beta': 'oauth-2025-04-20' },
    ],
    ['usage: no start', `${USAGE}?ending_at=2026-11-23T00:00:00Z`, invalid('starting_at')],
    ['usage: a start without a zone', `${USAGE}?starting_at=2026-11-22T00:00:00`, invalid('starting_at')],
    ['usage: a date alone', `${USAGE}?starting_at=2026-11-22`, invalid('starting_at')],
    [
      'usage: a width without an end',
      `${USAGE}?starting_at=2026-11-22T00:00:00Z&time_bucket_width=1h`,
      invalid('ending_at'),
    ],
    [
      'usage: an end before the start',
      `${USAGE}?starting_at=2026-11-22T00:00:00Z&ending_at=2026-11-21T00:00:00Z`,
      invalid('ending_at'),
    ],
    [
      'usage: 24 hours and a minute by minute',
      `${USAGE}?starting_at=2026-11-21T23:59:00Z&ending_at=2026-11-23T00:00:00Z&time_bucket_width=1m`,
      invalid('24 hours'),
    ],
    [
      'usage: 32 days',
      `${USAGE}?starting_at=2026-10-21T00:00:00Z&ending_at=2026-11-22T00:00:00Z&time_bucket_width=1d`,
      invalid('31 days'),
    ],
    [
      'usage: before 2026',
      `${USAGE}?starting_at=2025-12-31T00:00:00Z&ending_at=2026-01-02T00:00:00Z`,
      invalid('2026-01-01'),
    ],
    ['usage: an unknown width', `${USAGE}?${DAY}&time_bucket_width=5m`, invalid('time_bucket_width')],
    [
      'usage: six dimensions',
      `${USAGE}?${DAY}${['model', 'speed', 'product', 'actor', 'workspace_id', 'service_tier'].map((name) => `&group_by[]=${name}`).join('')}`,
      invalid('group_by'),
    ],
    ['usage: an unknown dimension', `${USAGE}?${DAY}&group_by[]=color`, invalid('group_by')],
    ['usage: group_by without brackets', `${USAGE}?${DAY}&group_by=model`, invalid('group_by')],
    ['usage: group_by with an index', `${USAGE}?${DAY}&group_by[0]=model`, invalid('group_by')],
    ['usage: a page of 1001', `${USAGE}?${DAY}&limit=1001`, invalid('limit')],
    ['usage: an unknown order', `${USAGE}?${DAY}&order_by=model`, invalid('order_by')],
    ['usage: an unknown direction', `${USAGE}?${DAY}&order=up`, invalid('order')],
    ['usage: an unknown tier', `${USAGE}?${DAY}&service_tiers[]=gold`, invalid('service_tiers')],
    ['usage: an unknown speed', `${USAGE}?${DAY}&speeds[]=slow`, invalid('speeds')],
    ['usage: an unknown product', `${USAGE}?${DAY}&products[]=api`, invalid('products')],
    [
      'usage: the version before',
      `${USAGE}?${DAY}`,
      invalid('anthropic-version'),
      { 'anthropic-version': '2023-06-01' },
    ],
    [
      'legacy: the version after',
      `${LEGACY}?${DAY}`,
      invalid('anthropic-version'),
      { 'anthropic-version': '2026-10-21' },
    ],
    ['usage: the legacy filter name', `${USAGE}?${DAY}&context_window[]=0-200k`, invalid('context_window')],
    ['usage: the legacy width name', `${USAGE}?${DAY}&bucket_width=1m`, invalid('bucket_width')],
    ['usage: an empty filter', `${USAGE}?${DAY}&models=`, invalid('models')],
    [
      'usage: deleted users without actor',
      `${USAGE}?${DAY}&exclude_deleted_users=true`,
      invalid('exclude_deleted_users'),
    ],
    [
      'usage: tag user with RBAC group',
      `${USAGE}?${DAY}&group_by[]=claude_tag_user_id&group_by[]=rbac_group_id`,
      invalid('claude_tag_user_id'),
    ],
    [
      'usage: child organizations',
      `${USAGE}?${DAY}&group_by[]=organization_id`,
      { status: 403, type: 'permission_error' },
    ],

    ['legacy: no start', LEGACY, invalid('starting_at')],
    ['legacy: speed without its beta header', `${LEGACY}?${DAY}&group_by[]=speed`, invalid('fast-mode-2026-02-01')],
    ['legacy: a speed filter without it', `${LEGACY}?${DAY}&speeds[]=fast`, invalid('fast-mode-2026-02-01')],
    ['legacy: 1441 minutes a page', `${LEGACY}?${DAY}&bucket_width=1m&limit=1441`, invalid('limit')],
    ['legacy: 169 hours a page', `${LEGACY}?${DAY}&bucket_width=1h&limit=169`, invalid('limit')],
    ['legacy: 32 days a page', `${LEGACY}?${DAY}&limit=32`, invalid('limit')],
    ['legacy: product', `${LEGACY}?${DAY}&group_by[]=product`, invalid('group_by')],
    ['legacy: the analytics filter name', `${LEGACY}?${DAY}&context_windows[]=0-200k`, invalid('context_windows')],
    ['legacy: the analytics width name', `${LEGACY}?${DAY}&time_bucket_width=1m`, invalid('time_bucket_width')],
  ])('%s', async (_, path, expected, headers) => {
    const { status, body, headers: sent } = await get(path, headers)
    expect({ status, type: body.error?.type }).toEqual({ status: expected.status, type: expected.type })
    expect(body.error.message).toContain(expected.about ?? '')
    expect(body).toEqual({ type: 'error', error: body.error, request_id: sent.get('request-id') })
  })

  test('a request by another method', async () => {
    expect((await get(LIMITS, {}, { method: 'POST', body: '{}' })).status).toBe(405)
  })

  test('a day older than a year, by what the service believes is today', async () => {
    const path = `${USAGE}?${DAY}`
    expect((await get(path)).status).toBe(200)
    emulator.world = { ...TINY, now: () => NOW + 366 * 86_400_000 }
    expect((await get(path)).body.error.message).toContain('365 days')
    emulator.world = TINY
  })

  test('with an error code where the service gives one', async () => {
    const { body } = await get(`${ORGANIZATION}/spend_limits`)
    expect(body.error.details).toEqual({ error_code: 'organization_type_not_supported' })
  })
})

test('a cursor works with its own query, and is refused with any other', async () => {
  for (const path of [
    `${USAGE}?${MINUTES}&group_by[]=model&limit=1`,
    `${USAGE}?${DAY}&group_by[]=model&limit=1`,
    `${LEGACY}?${DAY}&bucket_width=1h&limit=1`,
    `${LIMITS}?limit=1`,
  ]) {
    const { body } = await get(path)
    const page = `&page=${body.next_page}`
    expect((await get(path + page)).status).toBe(200)
    expect((await get(path.replace('limit=1', 'limit=2') + page)).status, path).toBe(400)
  }
})

test('the key goes by x-api-key or as a bearer token, and every reply has a request ID of its own', async () => {
  const replies = [await get(LIMITS), await get(LIMITS, { 'x-api-key': '', authorization: `Bearer ${ADMIN_KEY}` })]
  expect(replies.map(({ status }) => status)).toEqual([200, 200])
  expect(new Set(replies.map(({ headers }) => headers.get('request-id'))).size).toBe(2)
})

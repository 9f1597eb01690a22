import { afterEach, beforeEach, expect, test } from 'vitest'
import { readOrganizationLimits, readWorkspaceLimits } from '../../../src/collect/limits/rate-limits.ts'
import { holdsDefault, readWorkspaces } from '../../../src/collect/limits/workspaces.ts'
import { readApiKeyNames } from '../../../src/collect/usage/api-keys.ts'
import { type AnthropicEmulator, startAnthropic } from '../../emulator/anthropic/server.ts'
import type { Received, Reply } from '../../emulator/exchange.ts'
import { json } from '../../emulator/http.ts'
import { apiKey, apiKeyId, group, workspace, workspaceId, world } from '../../emulator/world/world.ts'
import { connect, type Harness } from '../anthropic/harness.ts'

const OPUS = group({
  name: 'Claude Opus 4.x',
  models: ['claude-opus-4-5', 'claude-opus-4-6'],
  limits: { requests_per_minute: 4000, output_tokens_per_minute: null },
})
const BATCH = group({ type: 'batch', limits: { enqueued_batch_requests: 500_000 } })
const WORLD = world({
  groups: [OPUS, BATCH],
  workspaces: [
    workspace({ name: 'Default', isDefault: true }),
    workspace({ name: 'production', overrides: { 'Claude Opus 4.x': { requests_per_minute: 1000 } } }),
    workspace({ name: 'old', archived: true }),
  ],
  apiKeys: [apiKey('first', 'production'), apiKey('second')],
})

let anthropic: AnthropicEmulator
let harness: Harness
beforeEach(async () => {
  anthropic = await startAnthropic(WORLD)
  harness = connect(anthropic)
})
afterEach(async () => {
  await harness.close()
  await anthropic.stop()
})

/** Answers in place of the emulator. */
function answer(path: string, reply: (request: Received) => unknown): void {
  const rewrite = (_: Reply, request: Received) => json(200, reply(request))
  anthropic.faults.push({ path, effect: { kind: 'rewrite', rewrite } })
}

const ENTRIES = [
  {
    entryId: OPUS.id,
    groupId: OPUS.groupId,
    groupType: 'model_group',
    displayName: 'Claude Opus 4.x',
    models: ['claude-opus-4-5', 'claude-opus-4-6'],
    limits: [
      { type: 'requests_per_minute', value: 4000 },
      { type: 'output_tokens_per_minute', value: null },
    ],
  },
  {
    entryId: BATCH.id,
    groupId: BATCH.groupId,
    groupType: 'batch',
    displayName: null,
    models: null,
    limits: [{ type: 'enqueued_batch_requests', value: 500_000 }],
  },
]

test('limits come in the shape of today: group with group_type beside it', async () => {
  expect(await readOrganizationLimits(harness.client)).toEqual(ENTRIES)
})

test('limits come in the shape of 2026-10-21: group alone', async () => {
  const rewrite = (reply: Reply) => ({ ...reply, body: String(reply.body).replaceAll(/,"group_type":"\w+"/g, '') })
  anthropic.faults.push({ effect: { kind: 'rewrite', rewrite } })
  expect(await readOrganizationLimits(harness.client)).toEqual(ENTRIES)
})

test('limits come in the shape of April 2026: group_type alone', async () => {
  anthropic.options.limitsShape = 'april-2026'
  const without = ENTRIES.map((entry) => ({ ...entry, entryId: null, groupId: null, displayName: null }))
  expect(await readOrganizationLimits(harness.client)).toEqual(without)
})

test('an entry that says no type at all is an error, not a group of no type', async () => {
  answer('/v1/organizations/rate_limits', () => ({ data: [{ models: null, limits: [] }], next_page: null }))
  await expect(readOrganizationLimits(harness.client)).rejects.toThrow('neither group.type nor group_type is given')
})

test('unknown fields, types and limiters come through or are ignored, never refused', async () => {
  answer('/v1/organizations/rate_limits', () => ({
    data: [
      {
        type: 'rate_limit',
        group: { type: 'video', id: 'rlg_1', color: 'blue' },
        limits: [{ type: 'frames_per_fortnight', value: 3, per: 'fortnight' }, { type: 'no_value' }],
        models: null,
        future: {},
      },
    ],
    next_page: null,
  }))
  expect(await readOrganizationLimits(harness.client)).toEqual([
    {
      entryId: null,
      groupId: 'rlg_1',
      groupType: 'video',
      displayName: null,
      models: null,
      limits: [
        { type: 'frames_per_fortnight', value: 3 },
        { type: 'no_value', value: null },
      ],
    },
  ])
})

test('all pages of limits are read; an empty page with a cursor is not the end', async () => {
  const pages: Record<string, unknown> = {
    first: { data: [{ group_type: 'batch', limits: [] }], next_page: 'b' },
    b: { data: [], next_page: 'c' },
    c: { data: [{ group_type: 'files', limits: [] }], next_page: '' },
  }
  answer('/v1/organizations/rate_limits', ({ query }) => pages[query.get('page') ?? 'first'])
  const types = (await readOrganizationLimits(harness.client)).map(({ groupType }) => groupType)
  expect(types).toEqual(['batch', 'files'])
})

test('a cursor that repeats is an error', async () => {
  answer('/v1/organizations/rate_limits', ({ query }) => ({
    data: [],
    next_page: query.get('page') === 'a' ? 'b' : 'a',
  }))
  await expect(readOrganizationLimits(harness.client)).rejects.toThrow('the cursor of the next page repeats')
  expect(anthropic.requests.length).toBeLessThan(6)
})

test('a workspace has its overrides, and nothing it inherits', async () => {
  const [production] = (await readWorkspaceLimits(harness.client, workspaceId('production'), false)) ?? []
  expect(production).toMatchObject({
    entryId: OPUS.id,
    groupType: 'model_group',
    limits: [{ type: 'requests_per_minute', value: 1000 }],
  })
  answer(`/v1/organizations/workspaces/${workspaceId('production')}/rate_limits`, () => ({
    data: [
      {
        group_type: 'model_group',
        limits: [
          { type: 'requests_per_minute', value: 1, source: { type: 'workspace' } },
          { type: 'output_tokens_per_minute', value: 2, source: { type: 'organization' } },
        ],
      },
    ],
    next_page: null,
  }))
  const [entry] = (await readWorkspaceLimits(harness.client, workspaceId('production'), false)) ?? []
  expect(entry?.limits).toEqual([{ type: 'requests_per_minute', value: 1 }])
})

test.for([
  ['not-found', null],
  ['empty', []],
] as const)('the default workspace has no limits of its own: %s', async ([reply, limits]) => {
  anthropic.options.defaultWorkspaceLimits = reply
  expect(await readWorkspaceLimits(harness.client, workspaceId('Default'), false)).toEqual(limits)
})

test('the default workspace is known among others by a list that does not ask for it', async () => {
  const all = await readWorkspaces(harness.client, [])
  expect(await holdsDefault(harness.client, all)).toBe(true)
  expect(await holdsDefault(harness.client, all.slice(1))).toBe(false)
})

test.for([403, 500])(
  'a workspace whose limits cannot be read is an error, not a workspace without limits: %s',
  async (status) => {
    anthropic.faults.push({ effect: { kind: 'status', status } })
    await expect(readWorkspaceLimits(harness.client, workspaceId('production'), false)).rejects.toThrow(String(status))
  },
)

test('a workspace ID cannot lead to another path', async () => {
  await readWorkspaceLimits(harness.client, '../../api_keys?x=', false).catch(() => {})
  expect(anthropic.requests[0]?.path).toBe('/v1/organizations/workspaces/..%2F..%2Fapi_keys%3Fx%3D/rate_limits')
})

test('all workspaces are listed, the default one and archived ones too', async () => {
  expect(await readWorkspaces(harness.client, [])).toEqual([
    { id: workspaceId('Default'), name: 'Default', archived: false },
    { id: workspaceId('production'), name: 'production', archived: false },
    { id: workspaceId('old'), name: 'old', archived: true },
  ])
})

test('workspaces beyond one page are read by the ID of the last', async () => {
  const many = Array.from({ length: 2500 }, (_, i) => workspace({ name: `workspace ${i}` }))
  anthropic.world = world({ groups: [OPUS], workspaces: many })
  expect(await readWorkspaces(harness.client, [])).toHaveLength(2501)
  expect(anthropic.requests).toHaveLength(3)
})

test('a list that says there is more and not where is an error, not a short list', async () => {
  answer('/v1/organizations/workspaces', () => ({ data: [], has_more: true, last_id: null }))
  await expect(readWorkspaces(harness.client, [])).rejects.toThrow('says that there is more but gives no cursor')
})

test('keys have names by ID', async () => {
  expect(await readApiKeyNames(harness.client)).toEqual(
    new Map([
      [apiKeyId('first'), 'first'],
      [apiKeyId('second'), 'second'],
    ]),
  )
})

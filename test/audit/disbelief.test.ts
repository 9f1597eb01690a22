import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ORDINARY } from '../emulator/anthropic/options.ts'
import type { Reply } from '../emulator/exchange.ts'
import { group, usage, type World, workspace, workspaceId, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** Nothing there is not nothing read: what contradicts the service's promises or what was committed. */

const OPUS = group({
  name: 'Claude Opus 4.x',
  models: ['claude-opus-4-5'],
  limits: { output_tokens_per_minute: 1_000 },
})
const HAIKU = group({ name: 'Claude Haiku 5', models: ['claude-haiku-5'], limits: { output_tokens_per_minute: 1_000 } })
const CAPPED = { 'Claude Opus 4.x': { output_tokens_per_minute: 500 } }
const WORLD = world({
  groups: [OPUS, HAIKU],
  workspaces: ['a', 'b', 'c'].map((name) => workspace({ name, overrides: CAPPED })),
  usage: [usage({ at: '10:00', model: 'claude-opus-4-5', workspace: 'a', requests: 1, output: 100 })],
})

let services: Services
beforeAll(async () => {
  services = await startServices(WORLD)
})
afterAll(() => services.stop())
afterEach(() => {
  services.anthropic.world = WORLD
  services.anthropic.options = structuredClone(ORDINARY)
  services.anthropic.faults.length = 0
  services.anthropic.requests.length = 0
})

const head = async () => (await services.github.git('rev-parse', 'HEAD')).trim()
const emptied = (path: string | RegExp, times?: number) =>
  services.anthropic.faults.push({
    path,
    ...(times !== undefined && { times }),
    effect: {
      kind: 'rewrite',
      rewrite: (reply) => ({ ...reply, body: JSON.stringify({ ...JSON.parse(String(reply.body)), data: [] }) }),
    },
  })

const IMPOSSIBLE: [string, Partial<World>, RegExp][] = [
  ['an empty list of limits', { groups: [] }, /The list of rate limits is empty/],
  ['entries without limits', { groups: [{ ...OPUS, limits: {} }] }, /No rate-limit group has a limit with a value/],
  ['groups without models', { groups: [{ ...OPUS, models: [] }] }, /No rate-limit group lists a model/],
]

test.each(IMPOSSIBLE)('%s makes a first run blind: told, exit 1, no snapshot', async (_, parts, why) => {
  const before = await head()
  services.anthropic.world = { ...WORLD, workspaces: world({ groups: [] }).workspaces, ...parts }
  const run = await services.run()
  expect([run.code, run.hasReport]).toEqual([1, false])
  expect(run.log).toMatch(why)
  expect(services.slack.messages.at(-1)?.text).toMatch(/the audit is blind/)
  expect(await head()).toBe(before)
})

test('an empty answer that was a slip is asked for once more, and nothing has moved', async () => {
  await services.run()
  emptied('/v1/organizations/rate_limits', 1)
  const run = await services.run()
  expect(run.code).toBe(0)
  expect(run.outputs).toMatchObject({ drift: 'false', 'snapshot-operation': 'unchanged' })
  expect(run.log).toMatch(/warning: The list of rate limits is empty.*read a second time/)
  const versions = services.anthropic.requests
    .filter(({ path }) => path === '/v1/organizations/rate_limits')
    .map(({ headers }) => headers['anthropic-version'])
  expect(new Set(versions)).toEqual(new Set(['2026-10-21', '2023-06-01']))
})

/** Lists of workspaces leave some out, so many times. */
const withoutWorkspaces = (names: readonly string[], times?: number) => {
  const ids = names.map(workspaceId)
  const rewrite = (reply: Reply) => {
    const page = JSON.parse(String(reply.body))
    return {
      ...reply,
      body: JSON.stringify({ ...page, data: page.data.filter((one: { id: string }) => !ids.includes(one.id)) }),
    }
  }
  services.anthropic.faults.push({
    path: '/v1/organizations/workspaces',
    ...(times !== undefined && { times }),
    effect: { kind: 'rewrite', rewrite },
  })
}

test.each(['a first run', 'a run after others'])(
  'a list of workspaces without the default one makes %s blind',
  async (which) => {
    if (which === 'a run after others') await services.run()
    const before = await head()
    withoutWorkspaces(['Default'])
    const inputs = which === 'a first run' ? { 'snapshot-path': 'other.json' } : {}
    const run = await services.run(inputs)
    expect([run.code, run.hasReport]).toEqual([1, false])
    expect(run.log).toMatch(/failed: The audit is blind: .*lacks the default workspace/)
    expect(services.slack.messages.at(-1)?.text).toMatch(/the audit is blind/)
    expect(await head()).toBe(before)
  },
)

test('a list that lacked the default workspace by a slip is read again, and nothing has moved', async () => {
  withoutWorkspaces(['Default'], 2)
  const run = await services.run({ 'snapshot-path': 'slip.json' })
  expect(run.outputs).toMatchObject({ drift: 'false', 'snapshot-operation': 'created' })
  expect(run.log).toMatch(/warning: The list of workspaces lacks the default workspace.*read a second time/)
  expect(await services.github.read('main', 'slip.json')).toContain('"name": "Default"')
})

test('the default workspace is believed to be there whatever its limits answer, by one list more where that is no 404', async () => {
  const lists = () => services.anthropic.requests.filter(({ path }) => path === '/v1/organizations/workspaces').length
  const dry = { 'dry-run': 'true', 'snapshot-path': 'dry.json' }
  expect((await services.run(dry)).code).toBe(0)
  expect(lists()).toBe(1)
  services.anthropic.options.defaultWorkspaceLimits = 'empty'
  expect((await services.run(dry)).code).toBe(0)
  expect(lists()).toBe(3)
})

test.each(['a first run', 'a run after others'])(
  'usage that has not reached the window makes %s blind',
  async (which) => {
    await services.run()
    const before = await head()
    services.anthropic.options.dataRefreshedAt = '2026-11-21T23:00:00Z'
    services.anthropic.world = { ...WORLD, groups: [{ ...OPUS, limits: { output_tokens_per_minute: 999 } }, HAIKU] }
    const run = await services.run(which === 'a first run' ? { 'snapshot-path': 'stale.json' } : {})
    expect([run.code, run.hasReport, run.outputs.status, run.outputs.drift]).toEqual([1, false, '', ''])
    expect(services.slack.messages.at(-1)?.text).toMatch(/the audit is blind.*2026-11-21T23:00:00Z, before the window/)
    expect(await head()).toBe(before)
  },
)

test('all overrides gone is read twice, and then reported as what it is', async () => {
  services.anthropic.world = { ...WORLD, workspaces: WORLD.workspaces.map((each) => ({ ...each, overrides: {} })) }
  const run = await services.run({ 'snapshot-mode': 'none' })
  expect(run.report.findings.find(({ kind }) => kind === 'read-twice')?.message).toContain('None of the 3 workspaces')
  expect(run.outputs).toMatchObject({ drift: 'true', 'drift-count': '3' })
})

test('a filter that leaves nothing to measure makes the run blind', async () => {
  services.anthropic.world = {
    ...WORLD,
    groups: [...WORLD.groups, group({ type: 'batch', limits: { enqueued_batch_requests: 5 } })],
  }
  const run = await services.run({ 'group-types': 'batch', 'snapshot-mode': 'none' })
  expect(run.code).toBe(1)
  expect(run.log).toMatch(/failed: The audit is blind: Not one of 1 limits could be measured/)
})

test('1,000 workspaces behind sixty requests a minute end well, and say how much is left', async () => {
  let clock = WORLD.now()
  const names = Array.from({ length: 1_000 }, (_, i) => `workspace-${i}`)
  services.anthropic.world = {
    ...WORLD,
    workspaces: [...WORLD.workspaces, ...names.map((name) => workspace({ name }))],
    now: () => clock,
  }
  services.anthropic.options.limiter = { kind: 'bucket', perMinute: 60, retryAfter: false, of: 'everything' }
  const sleep = async (milliseconds: number) => {
    clock += milliseconds
  }
  const run = await services.run({ 'snapshot-mode': 'none' }, { sleep })
  expect(run.code).toBe(0)
  expect(run.log).toMatch(/about 60 requests a minute: 9\d\d requests in line, about 1\d minutes/)
  expect((clock - WORLD.now()) / 60_000).toBeLessThan(24)
})

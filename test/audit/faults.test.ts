import { setImmediate } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADMIN_KEY } from '../emulator/anthropic/server.ts'
import type { Fault } from '../emulator/faults.ts'
import { group, usage, workspace, workspaceId, world } from '../emulator/world/world.ts'
import { expectNoSecret, FAULTS, runWith } from './faults.ts'
import { type Services, startServices } from './harness.ts'

/**
 * The fault matrix: every endpoint the verdicts need, with everything that can go wrong there (the others: other-faults.test.ts). For each cell the exit code,
 * what was delivered all the same, and the message; and for all of them: no hang, no secret, no snapshot from part of a reading.
 */

/** The second can be measured by the legacy report too. */
const LIMITS = { requests_per_minute: 10, output_tokens_per_minute: 1_000 }
const WORLD = world({
  groups: [group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-5'], limits: LIMITS })],
  workspaces: [
    workspace({ name: 'production', overrides: { 'Claude Opus 4.x': { requests_per_minute: 9 } } }),
    workspace({ name: 'research', overrides: { 'Claude Opus 4.x': { requests_per_minute: 8 } } }),
  ],
  usage: [usage({ at: '14:05', model: 'claude-opus-4-5', requests: 9, workspace: 'production', apiKey: 'checkout' })],
})

let services: Services
let committed: string
beforeAll(async () => {
  services = await startServices(WORLD)
  await services.run({ 'slack-webhook-url': '' })
  committed = await head()
})
afterAll(() => services.stop())
beforeEach(() => {
  for (const server of [services.anthropic, services.github, services.slack]) {
    server.faults.length = 0
    server.requests.length = 0
  }
  services.slack.messages.length = 0
})
afterEach(async () => {
  services.anthropic.world = WORLD
  if ((await head()) !== committed) await services.github.git('update-ref', 'refs/heads/main', committed)
})
const head = async () => (await services.github.git('rev-parse', 'HEAD')).trim()

const ENDPOINTS = {
  limits: '/v1/organizations/rate_limits',
  workspaces: '/v1/organizations/workspaces',
  'workspace limits': new RegExp(`/workspaces/${workspaceId('research')}/rate_limits`),
  usage: '/v1/organizations/analytics/usage',
} as const
type Endpoint = keyof typeof ENDPOINTS

/** What becomes of the run where a fault does not pass. */
function fate(endpoint: Endpoint, fault: string): 'fine' | 'partial' | 'blind' {
  if (endpoint === 'workspace limits') return fault === '404' ? 'fine' : 'partial'
  // The analytics API refuses some credentials and is in beta: then the legacy report is read.
  if (endpoint === 'usage' && ['401', '401 that echoes secrets', '403', '404'].includes(fault)) return 'fine'
  return 'blind'
}

const CELLS = (Object.keys(ENDPOINTS) as Endpoint[]).flatMap((endpoint) =>
  Object.keys(FAULTS).map((fault) => [endpoint, fault, fate(endpoint, fault)] as const),
)

describe('a fault that stays', () => {
  test.each(CELLS)('%s: %s leaves the run %s', async (endpoint, name, expected) => {
    const { effect, says } = FAULTS[name]!
    const fault = { method: 'GET', path: ENDPOINTS[endpoint] }
    services.anthropic.faults.push({ ...fault, effect })
    const run = await runWith(services, name, fault)
    expectNoSecret(run, services)
    if (expected === 'fine') {
      expect(run.code).toBe(0)
      expect(run.hasReport).toBe(true)
      return
    }
    expect(run.code).toBe(1)
    expect(await head()).toBe(committed)
    const [message] = services.slack.messages
    expect(services.slack.messages).toHaveLength(1)
    expect(run.log).toMatch(says)
    if (expected === 'blind') {
      expect(run.log).toMatch(/failed: The audit is blind/)
      expect(run.hasReport).toBe(false)
      expect(run.outputs).toMatchObject({
        status: '',
        'highest-utilization': '',
        drift: '',
        'data-complete': 'false',
        'slack-delivered': 'true',
      })
      expect(message!.text).toMatch(/the audit is blind/)
      expect(run.summary).toMatch(/the audit is blind/)
    } else {
      expect(run.report.failures.map(({ resource }) => resource)).toEqual(['limits of workspace research'])
      expect(run.outputs).toMatchObject({ status: 'alert', 'snapshot-operation': 'skipped' })
      const research = run.report.verdicts.filter(
        ({ scope }) => scope.type === 'workspace' && scope.name === 'research',
      )
      expect(research.map(({ band }) => band)).toEqual(['unmeasured'])
    }
  })
})

describe('a fault that passes is got over, and the report is the same', () => {
  const PASSING = Object.entries(FAULTS).filter(([name]) => /reset|truncated|408|409|^429 with|500|529|HTML/.test(name))
  test.each(PASSING)('%s', async (_, { effect }) => {
    const usual = await services.run()
    const once: Omit<Fault, 'path'> = { method: 'GET', times: 2, effect }
    services.anthropic.faults.push(...Object.values(ENDPOINTS).map((path) => ({ ...once, path })))
    const run = await services.run({})
    expect(run.code).toBe(0)
    expect(run.report).toEqual(usual.report)
  })
})

describe('one delivery that fails leaves the others done and the run failed', () => {
  const changed = { ...WORLD, groups: [{ ...WORLD.groups[0]!, limits: { requests_per_minute: 13 } }] }
  test('Slack down: the commit is made, and on-notify-failure decides', async () => {
    services.slack.faults.push({ effect: { kind: 'status', status: 500 } })
    services.anthropic.world = changed
    const failed = await services.run({})
    expect(failed.code).toBe(1)
    expect(failed.outputs).toMatchObject({
      'snapshot-operation': 'updated',
      'slack-delivered': 'false',
      status: 'alert',
    })
    expect(failed.summary).toContain('Slack')
    services.anthropic.world = WORLD
    const warned = await services.run({ 'on-notify-failure': 'warn' })
    expect(warned.code).toBe(0)
    expect(warned.outputs).toMatchObject({ 'snapshot-operation': 'updated', 'slack-delivered': 'false' })
    for (const run of [failed, warned]) expectNoSecret(run, services)
  })

  test.each([
    ['a refused commit', { path: '/graphql', effect: { kind: 'status', status: 403 } }],
    ['GitHub out of order', { path: '/graphql', effect: { kind: 'status', status: 502 } }],
    ['a repository that cannot be read', { method: 'GET', effect: { kind: 'status', status: 503 } }],
    ['a GitHub token that is not accepted', { effect: { kind: 'status', status: 401 } }],
  ] satisfies [string, Fault][])('%s: Slack and the summary tell it, and the alert with it', async (_, fault) => {
    services.github.faults.push(fault)
    services.anthropic.world = { ...WORLD, groups: [{ ...WORLD.groups[0]!, limits: { requests_per_minute: 11 } }] }
    const run = await services.run({})
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ status: 'alert', 'snapshot-operation': 'skipped', 'slack-delivered': 'true' })
    expect(run.report.failures).toHaveLength(1)
    expect(JSON.stringify(services.slack.messages[0])).toMatch(/snapshot/)
    expect(await head()).toBe(committed)
    expectNoSecret(run, services)
  })

  test('who drove the peaks is a help: without it the verdicts stand and a finding says so', async () => {
    services.anthropic.faults.push({ path: '/v1/organizations/api_keys', effect: { kind: 'status', status: 403 } })
    const run = await services.run()
    expect(run.code).toBe(0)
    expect(run.outputs.status).toBe('alert')
    expect(run.report.findings.map(({ kind }) => kind)).toContain('drivers-unknown')
  })
})

test('a run that has failed goes on asking nothing: what still waits for another try is woken and stopped', async () => {
  services.anthropic.faults.push(
    { path: '/v1/organizations/spend_limits', effect: { kind: 'status', status: 503, retryAfter: 3 } },
    { path: '/v1/organizations/analytics/usage', effect: { kind: 'status', status: 403 } },
    { path: '/v1/organizations/usage_report/messages', effect: { kind: 'status', status: 403 } },
  )
  const waits: AbortSignal[] = []
  const sleep = (_: number, signal?: AbortSignal) =>
    new Promise<void>((wake) => {
      if (signal === undefined) return wake()
      waits.push(signal)
      signal.addEventListener('abort', () => wake())
    })
  const run = await services.run({}, { sleep })
  expect(run.log).toMatch(/failed: The audit is blind/)
  const asked = services.anthropic.requests.length
  for (let turn = 0; turn < 20; turn++) await setImmediate()
  expect(waits.length).toBeGreaterThan(0)
  expect(waits.every(({ aborted }) => aborted)).toBe(true)
  expect(services.anthropic.requests).toHaveLength(asked)
})

test('a key that was given to the wrong input is not shown with it', async () => {
  const run = await services.run({ date: ADMIN_KEY, 'runbook-url': 'http://ada:secret-of-ada@wiki.example.com' })
  expect(run.code).toBe(1)
  for (const told of [run.summary, run.log]) {
    expect(told).toMatch(/2 inputs are not valid/)
    expect(told).not.toMatch(/secret-of-ada/)
  }
  expectNoSecret(run, services)
})

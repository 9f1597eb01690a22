import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Received } from '../emulator/exchange.ts'
import { group, usage, type World, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

const SONNET = { requests_per_minute: 1_000, input_tokens_per_minute_cache_aware: 100_000 }
const WORLD: World = world({
  groups: [
    group({ name: 'Claude Sonnet 4.x', models: ['claude-sonnet-4-5'], limits: SONNET }),
    group({ name: 'Claude Sonnet 5.5', models: ['claude-sonnet-5-5'], limits: SONNET }),
  ],
  workspaces: [
    workspace({ name: 'support-bot', overrides: { 'Claude Sonnet 4.x': { requests_per_minute: 500 } } }),
    workspace({ name: 'evals' }),
  ],
  usage: [
    usage({ at: '09:00', model: 'claude-sonnet-4-5', workspace: 'support-bot', requests: 300, uncachedInput: 20_000 }),
    usage({ at: '14:05', model: 'claude-sonnet-4-5', workspace: 'evals', requests: 400, uncachedInput: 30_000 }),
    usage({ at: '14:05', model: 'claude-sonnet-5-5', workspace: 'evals', requests: 500, uncachedInput: 40_000 }),
  ],
})

let services: Services
beforeEach(async () => {
  services = await startServices(WORLD)
})
afterEach(() => services.stop())

const idOf = (workspaceName: string) => WORLD.workspaces.find(({ name }) => name === workspaceName)?.id ?? ''
const asksFor = (name: string) => (request: Received) => request.query.getAll('workspace_ids[]').includes(idOf(name))

const row = (run: Awaited<ReturnType<Services['run']>>, scope: string, name: string, limiter = 'requests_per_minute') =>
  run.report.what_if?.rows.find(
    (one) =>
      (one.scope.type === 'workspace' ? one.scope.name : '') === scope &&
      one.group.name === name &&
      one.limiter === limiter,
  )

test('a workspace that grows moves each limit that it draws on, at a minute of its own, and alerts nobody', async () => {
  const run = await services.run({ 'what-if': 'support-bot × 2.5' })
  expect(row(run, '', 'Claude Sonnet 4.x')).toMatchObject({
    before: { limit: 1000, peak: 400, peak_at: '2026-11-22T14:05:00Z', utilization: 0.4 },
    after: { limit: 1000, peak: 750, peak_at: '2026-11-22T09:00:00Z', utilization: 0.75 },
    crosses: [
      { line: 'watch', at: '2026-11-22T09:00:00Z' },
      { line: 'alert', at: '2026-11-22T09:00:00Z' },
    ],
  })
  expect(row(run, 'support-bot', 'Claude Sonnet 4.x')).toMatchObject({
    before: { limit: 500, peak: 300 },
    after: { peak: 750, utilization: 1.5 },
  })
  expect(row(run, '', 'Claude Sonnet 5.5')).toBeUndefined()
  expect(run.report.what_if?.rows[0]?.scope.type).toBe('workspace')
  expect(run.outputs).toMatchObject({ status: 'watch', 'alert-count': '0' })
  expect(run.summary).toContain('#### What if support-bot × 2.5')
  expect(run.summary).toContain('requests/min in workspace support-bot would come first, at 150 %.')
  expect(run.summary).toContain(
    '| Claude Sonnet 4.x, requests/min | 40 % | 75 % | 09:00 UTC | the watch line (09:00 UTC) and the alert line (09:00 UTC) |',
  )
  expect(JSON.stringify(services.slack.messages)).not.toContain('What if')
})

test('a model that everyone leaves moves to the limits of the other', async () => {
  const run = await services.run({ 'what-if': 'claude-sonnet-4-5 → claude-sonnet-5-5 × 1.15' })
  expect(row(run, '', 'Claude Sonnet 4.x')).toMatchObject({ before: { peak: 400 }, after: { peak: 0, utilization: 0 } })
  const after = row(run, '', 'Claude Sonnet 5.5')?.after
  expect(after?.peak).toBeCloseTo(500 + 400 * 1.15, 9)
  const tokens = row(run, '', 'Claude Sonnet 5.5', 'input_tokens_per_minute_cache_aware')?.after
  expect(tokens?.peak).toBeCloseTo(40_000 + 30_000 * 1.15, 6)
})

test('only the named use is read, on top of what a plain run reads', async () => {
  const usageRequests = () =>
    services.anthropic.requests.filter(({ path }) => path.startsWith('/v1/organizations/analytics/usage'))
  await services.run()
  const plain = usageRequests().length
  await services.run({ 'what-if': 'support-bot × 2\nclaude-sonnet-5-5 → claude-sonnet-4-5' })
  const asked = usageRequests().slice(2 * plain)
  expect(asked).toHaveLength(2)
  expect(asked.map(({ query }) => [query.getAll('workspace_ids[]'), query.getAll('models[]')])).toEqual([
    [[idOf('support-bot')], []],
    [[], ['claude-sonnet-5-5']],
  ])
})

test('a name that is not there, and minutes that cannot be read, are said; the audit stands', async () => {
  const unknown = await services.run({ 'what-if': 'nobody × 2' })
  expect(unknown.code).toBe(0)
  expect(unknown.report.what_if).toBeUndefined()
  expect(unknown.summary).toContain('nobody is no active workspace')

  services.anthropic.faults.push({ when: asksFor('evals'), effect: { kind: 'status', status: 403 } })
  const unread = await services.run({ 'what-if': 'evals × 2' })
  expect(unread.code).toBe(0)
  expect(unread.report.status).toBe('watch')
  expect(unread.report.findings).toContainEqual({
    kind: 'what-if',
    message: expect.stringContaining('What if could not be worked out'),
  })
})

test('the legacy report answers for tokens, and not for requests, which it does not count', async () => {
  const run = await services.run({ 'what-if': 'support-bot × 2', 'usage-api': 'legacy' })
  expect(row(run, '', 'Claude Sonnet 4.x')).toBeUndefined()
  expect(row(run, '', 'Claude Sonnet 4.x', 'input_tokens_per_minute_cache_aware')?.after.peak).toBe(40_000)
})

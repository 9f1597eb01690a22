import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Activity } from '../emulator/anthropic/options.ts'
import { group, type World, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** Who changed a workspace's limit, as the Activity Feed has it on record. */

const withLimits = (own: number, organization = 4_000): World =>
  world({
    groups: [
      group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: { requests_per_minute: organization } }),
    ],
    workspaces: [workspace({ name: 'production', overrides: { 'Claude Opus 4.x': { requests_per_minute: own } } })],
  })
const WORKSPACE = withLimits(1).workspaces.find(({ name }) => name === 'production')?.id ?? ''
const KEY = 'apikey_01Rj2N8SVvo6BePZj99NhmiT'

const set = (value: number, actor: Activity['actor'], details: Partial<Activity> = {}): Activity => ({
  type: 'platform_workspace_rate_limit_updated',
  created_at: '2026-11-22T14:02:00Z',
  workspace_id: WORKSPACE,
  model_group: 'opus',
  limiter_type: 'requests_per_minute',
  value,
  actor,
  ...details,
})
const byKey = { type: 'admin_api_key_actor', admin_api_key_id: KEY, ip_address: '192.0.2.34', user_agent: 'terraform' }
const byUser = {
  type: 'user_actor',
  user_id: 'user_01TuVwXyZaBcDeFgH2JkLmN4',
  email_address: 'jane.doe@example.com',
  ip_address: '192.0.2.34',
  user_agent: 'Mozilla/5.0',
}

let services: Services
beforeEach(async () => {
  services = await startServices(withLimits(1_000))
  await services.run()
  services.anthropic.world = withLimits(400)
})
afterEach(() => services.stop())

const asked = () => services.anthropic.requests.filter(({ path }) => path === '/v1/compliance/activities')
const item = (run: Awaited<ReturnType<Services['run']>>) => run.report.drift.find(({ limiter }) => limiter)

test('one question names the key that set the limit, in the report, the summary and Slack', async () => {
  services.anthropic.world = { ...withLimits(400), apiKeys: [{ id: KEY, name: 'terraform', workspace: null }] }
  services.anthropic.options.activities = [set(400, byKey)]
  const run = await services.run()
  expect(asked()).toHaveLength(1)
  expect(item(run)?.changed_by).toEqual({ kind: 'admin key', id: KEY, name: 'terraform', at: '2026-11-22T14:02:00Z' })
  const sentence = `Set on 2026-11-22 14:02 UTC by admin key terraform (${KEY}).`
  expect(JSON.stringify(services.slack.messages.at(-1))).toContain(sentence)
  expect(run.summary.replaceAll('&#95;', '_')).toContain('by admin key terraform')
})

test('a user is an ID: no e-mail, no address, no name of a person leaves the run', async () => {
  services.anthropic.options.activities = [set(400, byUser)]
  const run = await services.run()
  expect(item(run)?.changed_by).toMatchObject({ kind: 'user', id: byUser.user_id, name: null })
  const everything = [run.log, run.summary, JSON.stringify(run.report), JSON.stringify(services.slack.messages)].join()
  expect(everything).toContain(byUser.user_id)
  expect(everything).not.toMatch(/jane|doe@|192\.0\.2|Mozilla|terraform/)
})

test('two that fit are both named', async () => {
  services.anthropic.options.activities = [
    set(400, byUser),
    set(400, { type: 'federated_identity_actor', subject: 'jane.doe@example.com' }, { model_group: 'sonnet' }),
  ]
  const run = await services.run()
  expect(item(run)).toMatchObject({ changed_by: null, candidates: [{ kind: 'user' }, { kind: 'federated identity' }] })
  expect(JSON.stringify(services.slack.messages)).toContain(', or on 2026-11-22 14:02 UTC by federated identity.')
})

test('what is not on record is said so, of a workspace and of the organization', async () => {
  services.anthropic.world = withLimits(400, 2_000)
  services.anthropic.options.activities = []
  const run = await services.run()
  expect(run.report.drift.map(({ changed_by: by }) => by)).toEqual([null, null])
  const told = JSON.stringify(services.slack.messages.at(-1))
  expect(told).toContain('No such change is on record.')
  expect(told).toContain('No change of yours is on record.')
})

test.each([
  ['forbidden', { kind: 'status', status: 403 }],
  ['not there', { kind: 'status', status: 404 }],
  ['broken', { kind: 'body', body: '<html>' }],
] as const)('a feed that is %s is silence', async (_case, effect) => {
  services.anthropic.options.activities = []
  services.anthropic.faults.push({ path: /compliance/, effect })
  const run = await services.run()
  expect(run.code).toBe(0)
  expect(run.report.failures).toEqual([])
  expect(item(run)).not.toHaveProperty('changed_by')
  expect(run.summary).not.toContain('on record')
})

test('nobody is asked where no workspace limit has drifted', async () => {
  services.anthropic.world = withLimits(1_000, 2_000)
  await services.run()
  services.anthropic.world = withLimits(1_000, 2_000)
  await services.run()
  expect(asked()).toEqual([])
})

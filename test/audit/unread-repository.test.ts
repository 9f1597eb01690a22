import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { INPUTS } from '../../src/inputs/names.ts'
import type { Fault } from '../emulator/faults.ts'
import { group, usage, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** What a run says where the repository, and with it the policy, could not be read. */

const SNAPSHOT = INPUTS['snapshot-path']
const POLICY = INPUTS['policy-path']
const NOT_APPLIED = /The policy was not applied/

const using = (output: number) =>
  world({
    groups: [
      group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: { output_tokens_per_minute: 1000 } }),
    ],
    workspaces: [workspace({ name: 'production' })],
    usage: [usage({ at: '14:05', model: 'claude-opus-4-6', output, workspace: 'production' })],
  })

let services: Services
beforeEach(async () => {
  services = await startServices(using(450))
  await services.run({ 'slack-webhook-url': '' })
  await services.github.seed({ [POLICY]: 'thresholds: [{ group: claude-opus-4-6, alert: 40%, watch: 30% }]\n' })
})
afterEach(async () => {
  expect(services.github.violations).toEqual([])
  await services.stop()
})

const OUT_OF_ORDER: Fault = { method: 'GET', effect: { kind: 'status', status: 503 } }
const messages = () => JSON.stringify(services.slack.messages)

describe.each(['none', 'commit', 'pull-request'])('GitHub out of order under snapshot-mode: %s', (mode) => {
  test('fails the run, never looks like health, and leaves the output drift empty', async () => {
    expect((await services.run({ 'snapshot-mode': mode })).outputs).toMatchObject({ status: 'alert', drift: 'false' })
    services.github.faults.push(OUT_OF_ORDER)
    const run = await services.run({ 'snapshot-mode': mode })
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ status: 'ok', drift: '', 'drift-count': '', 'snapshot-operation': 'skipped' })
    expect(run.report.failures).toEqual([
      {
        resource: 'committed snapshot and policy',
        message: expect.stringMatching(/^The policy was not applied: .*GitHub gave no usable reply to .*503/),
      },
    ])
    expect(run.report.first_snapshot).toBe(false)
    expect(run.summary).toMatch(/^## ⚪/)
    expect(run.summary).toMatch(NOT_APPLIED)
    expect(run.summary).not.toContain('No limit has changed.')
    expect(run.summary).toContain('Whether a limit has changed is not known')
    expect(services.slack.messages.at(-1)!.text).toContain('Not complete: committed snapshot and policy')
    expect(JSON.stringify(services.slack.messages.at(-1))).toMatch(NOT_APPLIED)
  })

  test('an alert by the lines of the inputs is reported all the same, and that the policy was not applied', async () => {
    services.anthropic.world = using(900)
    services.github.faults.push(OUT_OF_ORDER)
    const run = await services.run({ 'snapshot-mode': mode, notify: 'on-alert' })
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ status: 'alert', 'alert-count': '1', drift: '', 'slack-delivered': 'true' })
    expect(run.report.verdicts[0]).not.toHaveProperty('thresholds')
    expect(run.summary).toMatch(NOT_APPLIED)
    expect(messages()).toMatch(/\*Organization\*: 1 alert/)
    expect(messages()).toMatch(NOT_APPLIED)
  })
})

test.each(['none', 'commit'])(
  'a snapshot that is not valid fails the run under snapshot-mode: %s, and the policy beside it is applied',
  async (mode) => {
    await services.github.seed({ [SNAPSHOT]: '<<<<<<< HEAD\n' })
    const run = await services.run({ 'snapshot-mode': mode })
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ status: 'alert', drift: '' })
    expect(run.report.failures).toEqual([
      { resource: 'committed snapshot', message: expect.stringContaining('merge-conflict markers') },
    ])
    expect(run.summary + messages()).not.toMatch(NOT_APPLIED)
    expect(run.summary).toContain('Whether a limit has changed is not known')
  },
)

test('files that are not there are read: no failure, and nothing is not applied', async () => {
  await services.github.seed({ 'README.md': 'anew' })
  await services.github.git(
    'update-ref',
    'refs/heads/main',
    await services.github.git('rev-list', '--max-parents=0', 'main'),
  )
  const run = await services.run({ 'snapshot-mode': 'none' })
  expect(run.code).toBe(0)
  expect(run.report).toMatchObject({ first_snapshot: true, failures: [] })
  expect(run.outputs.drift).toBe('false')
  expect(run.summary + run.log + messages()).not.toMatch(NOT_APPLIED)
})

describe('under snapshot-mode: none a job that is given no access to the repository', () => {
  const NO_ACCESS: [string, () => Parameters<Services['run']>[1]][] = [
    [
      'a token that may not read contents',
      () => {
        services.github.settings.contents = 'none'
        return {}
      },
    ],
    [
      'a token that does not see the repository',
      () => {
        services.github.faults.push({ method: 'GET', effect: { kind: 'status', status: 404 } })
        return {}
      },
    ],
    ['no repository at all', () => ({ env: { ...services.github.env, GITHUB_REPOSITORY: '' } })],
  ]
  test.each(NO_ACCESS)('has its limits judged and does not fail: %s', async (_, withhold) => {
    services.anthropic.world = using(900)
    const run = await services.run({ 'snapshot-mode': 'none' }, withhold())
    expect(run.code).toBe(0)
    expect(run.outputs).toMatchObject({ status: 'alert', drift: '', 'snapshot-operation': 'skipped' })
    expect(run.log).toMatch(/^warning: Committed snapshot and policy: .*not applied/m)
    expect(messages()).toMatch(/The policy, if there is one, was not applied/)
  })

  test('is no excuse where the token is not valid', async () => {
    services.github.faults.push({ effect: { kind: 'status', status: 401 } })
    expect((await services.run({ 'snapshot-mode': 'none' })).code).toBe(1)
  })

  test('nor where base names a branch that is not there', async () => {
    const run = await services.run({ 'snapshot-mode': 'none', base: 'realese' })
    expect(run.code).toBe(1)
    expect(run.summary).toContain('realese')
  })
})

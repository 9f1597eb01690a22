import { afterEach, beforeEach, expect, test } from 'vitest'
import { INPUTS } from '../../src/inputs/names.ts'
import { group, usage, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** GitHub's contents API says 404 of a file that exists: what a replica that lags has done in the wild. */

const SNAPSHOT = INPUTS['snapshot-path']
const POLICY = INPUTS['policy-path']

const withLimit = (output: number) =>
  world({
    groups: [
      group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: { output_tokens_per_minute: output } }),
    ],
    workspaces: [workspace({ name: 'production' })],
    usage: [usage({ at: '14:05', model: 'claude-opus-4-6', output: 450, workspace: 'production' })],
  })

let services: Services
beforeEach(async () => {
  services = await startServices(withLimit(1000))
  await services.run({ 'slack-webhook-url': '' })
})
afterEach(async () => {
  expect(services.github.violations).toEqual([])
  await services.stop()
})

const notFound = (path: string, times: number) =>
  services.github.faults.push({
    method: 'GET',
    path: new RegExp(`/contents/${encodeURIComponent(path).replaceAll('%2F', '(/|%2F)')}`),
    times,
    effect: { kind: 'status', status: 404 },
  })

test.each(['commit', 'pull-request'])('the snapshot: in mode %s a cut is still told as a cut', async (mode) => {
  services.anthropic.world = withLimit(500)
  notFound(SNAPSHOT, 1)
  const run = await services.run({ 'snapshot-mode': mode })
  expect(run.code).toBe(0)
  expect(run.report.first_snapshot).toBe(false)
  expect(run.outputs).toMatchObject({ drift: 'true', 'drift-count': '1', 'snapshot-operation': 'updated' })
  expect(run.summary).toContain('1,000 → 500')
})

test('the snapshot, while the commit is planned: it is no first snapshot', async () => {
  services.anthropic.world = withLimit(500)
  services.github.faults.push({
    method: 'GET',
    path: /contents\/.*claude-rate-limits\.json/,
    nth: 2,
    effect: { kind: 'status', status: 404 },
  })
  const run = await services.run()
  expect(run.outputs).toMatchObject({ drift: 'true', 'snapshot-operation': 'updated' })
  const message = await services.github.git('log', '-1', '--format=%B', 'main')
  expect(message).toContain('1,000 → 500')
  expect(message).not.toContain('first snapshot')
})

test('the policy: it is applied', async () => {
  await services.github.seed({ [POLICY]: 'thresholds: [{ group: claude-opus-4-6, alert: 40%, watch: 30% }]\n' })
  notFound(POLICY, 1)
  expect((await services.run()).outputs.status).toBe('alert')
})

test.each(['commit', 'none'])(
  'a replica that lags, and knows the commit a moment later, costs nothing in mode %s',
  async (mode) => {
    services.anthropic.world = withLimit(500)
    notFound(SNAPSHOT, 1)
    services.github.faults.push({
      method: 'GET',
      path: /\/git\/trees\//,
      times: 2,
      effect: { kind: 'status', status: 404 },
    })
    const run = await services.run({ 'snapshot-mode': mode })
    expect(run.code).toBe(0)
    expect(run.outputs).toMatchObject({ drift: 'true', 'drift-count': '1' })
  },
)

test('a job that keeps nothing takes a replica that lags for good for what it is, and not for a missing permission', async () => {
  notFound(SNAPSHOT, 9)
  services.github.faults.push({ method: 'GET', path: /\/git\/trees\//, effect: { kind: 'status', status: 404 } })
  const run = await services.run({ 'snapshot-mode': 'none' })
  expect(run.code).toBe(1)
  expect(run.report.failures).toMatchObject([{ message: expect.stringContaining('does not find what it has named') }])
})

test('where the commit itself is not known either, nothing is believed', async () => {
  notFound(SNAPSHOT, 9)
  services.github.faults.push({ method: 'GET', path: /\/git\/trees\//, effect: { kind: 'status', status: 404 } })
  const run = await services.run()
  expect(run.code).toBe(1)
  expect(run.outputs).toMatchObject({ drift: '', 'snapshot-operation': 'skipped' })
  expect(run.report.failures).toMatchObject([{ message: expect.stringContaining('git/trees') }])
})

test('a file that both ways do not find is none: a first snapshot is one', async () => {
  const fresh = await startServices(withLimit(1000))
  try {
    const run = await fresh.run()
    expect(run.outputs).toMatchObject({ 'snapshot-operation': 'created', drift: 'false' })
    expect(fresh.github.violations).toEqual([])
  } finally {
    await fresh.stop()
  }
})

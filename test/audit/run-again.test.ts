import { afterEach, beforeEach, expect, test } from 'vitest'
import { group, usage, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** A run that committed a change and could not report it, and is run again. */

const withLimit = (output: number) =>
  world({
    groups: [group({ name: 'Opus', models: ['claude-opus-4-6'], limits: { output_tokens_per_minute: output } })],
    workspaces: [workspace({ name: 'production' })],
    usage: [usage({ at: '14:05', model: 'claude-opus-4-6', output: 450, workspace: 'production' })],
  })

let services: Services
beforeEach(async () => {
  services = await startServices(withLimit(1000))
  await services.run({ 'slack-webhook-url': '' }, { env: { GITHUB_RUN_ID: '7000' } })
  services.anthropic.world = withLimit(500)
})
afterEach(() => services.stop())
const attempt = (number: number, id = '7001') => ({ env: { GITHUB_RUN_ID: id, GITHUB_RUN_ATTEMPT: String(number) } })

test('tells the cut that the first attempt committed while Slack was down, as the first would have', async () => {
  services.slack.faults.push({ effect: { kind: 'status', status: 503 } })
  const first = await services.run({ notify: 'on-change' }, attempt(1))
  expect(first.outputs).toMatchObject({ drift: 'true', 'snapshot-operation': 'updated', 'slack-delivered': 'false' })
  expect(first.report.failures[0]?.message).toContain('run the job again to post it')
  const head = await services.github.git('rev-parse', 'main')

  services.slack.faults.length = 0
  const second = await services.run({ notify: 'on-change' }, attempt(2))
  expect(second.code).toBe(0)
  expect(second.outputs).toMatchObject({ drift: 'true', 'snapshot-operation': 'unchanged', 'slack-delivered': 'true' })
  expect(second.report.drift).toEqual(first.report.drift)
  expect(second.report.verdicts).toEqual(first.report.verdicts)
  expect(JSON.stringify(services.slack.messages[0])).toContain('Limits changed')
  expect(await services.github.git('rev-parse', 'main')).toBe(head)
})

test('tells nothing of the commits of another run, nor the first attempt of its own', async () => {
  await services.run({ notify: 'on-change' }, attempt(1))
  for (const again of [attempt(2, '7002'), attempt(1)])
    expect((await services.run({ notify: 'on-change' }, again)).outputs).toMatchObject({ drift: 'false' })
})

test('tells it also where the branch has moved on since, but not where somebody else has committed the snapshot', async () => {
  await services.run({ notify: 'on-change' }, attempt(1))
  await services.github.commitAs('ada', 'main', { 'README.md': 'moved on' })
  const again = () => services.run({ notify: 'on-change' }, attempt(2))
  expect((await again()).outputs).toMatchObject({ drift: 'true' })
  const path = '.github/claude-rate-limits.json'
  const snapshot = (await services.github.read('main', path)) ?? ''
  await services.github.commitAs('ada', 'main', { [path]: `${snapshot}\n` })
  expect((await again()).outputs).toMatchObject({ drift: 'false' })
})

import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { group, usage, type World, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** What a run leaves for channels other than Slack, and for whoever keeps time series. */

const used = (output: number): World =>
  world({
    groups: [
      group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: { output_tokens_per_minute: 400 } }),
    ],
    usage: [usage({ at: '14:05', model: 'claude-opus-4-6', output })],
  })

let services: Services
beforeEach(async () => {
  services = await startServices(used(310))
})
afterEach(() => services.stop())

test('the message is written as Markdown where there is something to tell, with a webhook or without', async () => {
  const run = await services.run({ 'slack-webhook-url': '' })
  const message = await readFile(run.outputs['message-path']!, 'utf8')
  expect(message).toMatch(/^\*\*🔴 Claude rate limits: 1 limit at or over 75 %/)
  expect(message).toContain('77.5 %')
  expect(services.slack.messages).toEqual([])
})

test.each([
  ['a quiet day', { notify: 'on-alert' }, 40],
  ['notify: never', { notify: 'never' }, 310],
  ['a dry run, which posts nothing', { 'dry-run': 'true' }, 310],
])('there is no message on %s', async (_case, inputs, output) => {
  services.anthropic.world = used(output)
  const run = await services.run({ 'snapshot-mode': 'none', ...inputs })
  expect(run.outputs['message-path']).toBe('')
  expect(run.outputs['metrics-path']).not.toBe('')
})

test('the message says that Slack was not told', async () => {
  services.slack.faults.push({ path: /./, effect: { kind: 'status', status: 404 } })
  const run = await services.run()
  expect(run.code).toBe(1)
  expect(await readFile(run.outputs['message-path']!, 'utf8')).toContain('Slack refused the message with HTTP 404')
})

test('a blind run has a message and no metrics: a file of yesterday would look like health', async () => {
  services.anthropic.faults.push({ path: /rate_limits/, effect: { kind: 'status', status: 403 } })
  const run = await services.run()
  expect(run.code).toBe(1)
  expect(await readFile(run.outputs['message-path']!, 'utf8')).toContain('the audit is blind')
  expect(run.outputs['metrics-path']).toBe('')
})

test('the metrics are those of the report', async () => {
  const run = await services.run()
  const text = await readFile(run.outputs['metrics-path']!, 'utf8')
  const labels =
    'scope="organization",group="Claude Opus 4.x",group_type="model_group",limiter="output_tokens_per_minute"'
  expect(text).toContain(`claude_rate_limit{${labels}} 400\n`)
  expect(text).toContain(`claude_rate_limit_peak{${labels}} 310\n`)
  expect(text).toContain(`claude_rate_limit_utilization_ratio{${labels}} 0.775\n`)
})

import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Scope } from '../../src/vocabulary/scope.ts'
import { line, RECORDED } from '../collect/headers-log/lines.ts'
import { world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'
import { auditLog, refusal, requests, SNAPSHOT } from './logs.ts'

let services: Services
beforeEach(async () => {
  services = await startServices(world({ groups: [] }))
})
afterEach(async () => {
  expect(services.anthropic.requests).toEqual([])
  await services.stop()
})

/** The day before the run, as a nightly run asks for it. */
const DAY = { date: '2026-11-22' }
const run = (lines: readonly string[], inputs = {}) => auditLog(services, lines, inputs)

describe('an audit of a log of headers', () => {
  test('gives the scorecard to the second, without a credential and without a request to Anthropic', async () => {
    const audit = await run(
      [
        requests('2026-11-22T09:00:00Z', 1000, 900),
        requests('2026-11-22T14:05:07.412Z', 1000, 170),
        requests('2026-11-23T01:00:00Z', 1000, 1), // after the window
      ],
      { ...DAY, 'peak-window': 'second' },
    )
    expect(audit.code).toBe(0)
    expect(audit.outputs).toMatchObject({
      status: 'alert',
      'highest-utilization': '0.83',
      'alert-count': '1',
      'snapshot-operation': 'created',
      'data-complete': 'true',
    })
    expect(audit.report).toMatchObject({ usage_source: 'headers', peak_window: 'second' })
    expect(audit.summary).toContain('83 % of 1,000 at 14:05:07 UTC')
    expect(audit.summary).toContain('The least that was left of it: 170.')
    expect(JSON.stringify(services.slack.messages)).toContain('14:05:07 UTC')
  })

  test('calls no limit idle: it shows the moments of some responses only', async () => {
    const { report, summary } = await run([requests('2026-11-22T09:00:00Z', 1000, 999)], DAY)
    expect(report.verdicts).toMatchObject([{ peak: 1, utilization: 0.001 }])
    expect(report.planning?.over_provisioned).toEqual([])
    expect(summary).not.toContain('used less than')
  })

  test('parses the recorded headers of a real response to the right verdicts', async () => {
    const audit = await run([line({ model: 'claude-3-5-haiku-20241022', headers: RECORDED })])
    expect(audit.report.verdicts.map(({ limiter, limit, peak }) => [limiter, limit, peak])).toEqual([
      ['input_tokens_per_minute', 400_000, 0],
      ['output_tokens_per_minute', 80_000, 0],
      ['requests_per_minute', 4000, 1],
      ['tokens_per_minute', 480_000, 0],
    ])
    expect(audit.summary).toContain('claude-3-5-haiku-20241022: matches Scale as published on 2026-10-08')
  })

  test('tells a moved limit as drift, with what it does to the most that was used', async () => {
    await run([requests('2026-11-22T09:00:00Z', 1000, 700)])
    const audit = await run([requests('2026-11-22T09:00:00Z', 400, 100)])
    expect(audit.report.drift).toMatchObject([
      { class: 'cut', before: 1000, after: 400, peak: 300, utilization_before: 0.3, utilization_after: 0.75 },
    ])
    expect(JSON.parse((await services.github.read('main', SNAPSHOT)) ?? '')).toMatchObject({
      organization: [{ name: 'claude-opus-4-6', models: ['claude-opus-4-6'], limits: { requests_per_minute: 400 } }],
    })
  })

  test('takes a quiet day for no change of limits', async () => {
    await run([
      requests('2026-11-22T09:00:00Z', 1000, 700),
      requests('2026-11-22T09:00:00Z', 9, 9, { model: 'claude-haiku-4-5' }),
    ])
    const audit = await run([requests('2026-11-22T09:00:00Z', 1000, 700)])
    expect(audit.outputs).toMatchObject({ drift: 'false', 'snapshot-operation': 'unchanged' })
  })

  test('says how much of the log could not be read, and reports no recovery then', async () => {
    const audit = await run(
      [requests('2026-11-21T09:00:00Z', 1000, 0), requests('2026-11-22T09:00:00Z', 1000, 700), '{"timestamp":'],
      DAY,
    )
    expect(audit.outputs['data-complete']).toBe('false')
    expect(audit.report.verdicts).toMatchObject([{ transition: null, previous: { band: 'alert' } }])
    expect(audit.summary).toContain('Some lines or headers of the log could not be read')
    expect(audit.summary).toMatch(/log\.jsonl line 3&#58; not JSON/)
  })

  test('that cannot be read is blind, never healthy', async () => {
    const audit = await run(['hello'])
    expect(audit.code).toBe(1)
    expect(audit.log).toContain('failed: The audit is blind: headers-log: 1 of 1 line')
    expect(audit.outputs['window-start']).toBe('')
    expect(JSON.stringify(services.slack.messages)).toContain('run the workflow again with this log')
  })

  test('without a response in a chosen window is blind, and says what the log holds', async () => {
    const audit = await run([requests('2026-11-20T09:00:00Z', 1000, 700)], DAY)
    expect(audit.code).toBe(1)
    expect(audit.outputs).toMatchObject({ status: '', 'window-start': '2026-11-22T00:00:00Z' })
    expect(audit.log).toContain('the log goes from 2026-11-20T09:00:00Z to 2026-11-20T09:00:00Z')
  })

  test('of models that nobody asked for fails, and says so', async () => {
    const audit = await run([requests('2026-11-22T09:00:00Z', 1000, 700)], { models: 'claude-haiku-4-5' })
    expect(audit.code).toBe(1)
    expect(audit.summary).toContain('No model of the log is among those asked for')
  })

  test('reads packed files, passes over links to nothing and says so', async () => {
    const packed = gzipSync(`${requests('2026-11-22T10:00:00Z', 1000, 100)}\n`)
    await run([])
    const folder = join(services.folder, 'log')
    await writeFile(join(folder, 'older.jsonl.gz'), packed)
    await symlink(join(folder, 'gone.jsonl'), join(folder, 'current.jsonl'))
    const audit = await run([requests('2026-11-22T09:00:00Z', 1000, 700)], { 'headers-log': join(folder, '*.jsonl*') })
    expect(audit.report.verdicts).toMatchObject([{ peak: 900 }])
    expect(audit.report.log).toMatchObject({ files: 2, lines: 2, in_window: 2 })
    expect(audit.summary).toMatch(/Links that lead nowhere&#58; .*current\.jsonl/)
  })

  test('reads no file that lies outside the workspace, whatever the path looks like', async () => {
    await run([])
    await symlink('/etc/hostname', join(services.folder, 'log', 'host.jsonl'))
    const audit = await run([line()])
    expect(audit.code).toBe(1)
    expect(audit.log).toMatch(/host\.jsonl leads out of the workspace, to \/etc\/hostname/)
  })

  test('honours the policy and the choice of models', async () => {
    await services.github.seed({
      '.github/claude-rate-limits.policy.yml': 'thresholds:\n  - { group: claude-opus-4-6, alert: 90% }\n',
    })
    const lines = [
      requests('2026-11-22T09:00:00Z', 1000, 170),
      requests('2026-11-22T09:00:00Z', 9, 0, { model: 'claude-haiku-4-5' }),
    ]
    const audit = await run(lines, { models: 'claude-opus-4-6' })
    expect(audit.report.verdicts).toMatchObject([
      { group: { name: 'claude-opus-4-6' }, band: 'watch', thresholds: { alert: 0.9 } },
    ])
  })
})

describe('the input headers-log is refused', () => {
  test.each([
    [
      'beside a credential',
      { 'anthropic-admin-key': 'sk-ant-admin01-x' },
      'headers-log: got a log together with anthropic-admin-key',
    ],
    ['with hours', { 'peak-window': 'hour' }, 'peak-window: got "hour" with headers-log'],
  ])('%s', async (_, inputs, message) => {
    const audit = await run([line()], inputs)
    expect(audit.code).toBe(1)
    expect(audit.log).toContain(message)
  })

  test('knows workspaces by the names of the committed snapshot: in the order of rows, in refusals and in what is asked for', async () => {
    const workspaces = [
      { id: 'wrkspc_1', name: 'zebra', overrides: [] },
      { id: 'wrkspc_2', name: 'apes', overrides: [] },
    ]
    await services.github.seed({ [SNAPSHOT]: `${JSON.stringify({ version: 1, organization: [], workspaces })}\n` })
    const of = (id: string, remaining: number, more = {}) =>
      requests('2026-11-22T09:00:00Z', 10, remaining, { 'anthropic-workspace-id': id, ...more })
    const lines = [of('wrkspc_1', 5), of('wrkspc_2', 4), of('wrkspc_1', 0, refusal())]
    const { report } = await run(lines)
    const nameOf = ({ scope }: { scope: Scope }) => scope.type === 'workspace' && scope.name
    expect(report.verdicts.map(nameOf)).toEqual(['apes', 'zebra', 'zebra'])
    expect(report.refusals?.map(nameOf)).toEqual(['zebra'])
    expect((await run(lines, { workspaces: 'apes' })).report.verdicts.map(nameOf)).toEqual(['apes'])
    expect((await run(lines, { workspaces: 'wrkspc_1' })).report.verdicts.map(nameOf)).toEqual(['zebra', 'zebra'])
  })
})

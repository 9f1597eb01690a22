import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { OUTPUTS } from '../../src/deliver/outputs.ts'
import { reportSchema } from '../../src/report/schemas/report-schema.ts'
import { apiKey, group, usage, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

const OPUS = group({
  name: 'Claude Opus 4.x',
  models: ['claude-opus-4-5', 'claude-opus-4-6'],
  limits: { requests_per_minute: 4_000, output_tokens_per_minute: 400_000 },
})
const twoModels = (second: string) => [
  usage({
    at: '14:05',
    model: 'claude-opus-4-5',
    requests: 1_550,
    output: 10,
    apiKey: 'checkout',
    workspace: 'production',
  }),
  usage({
    at: second,
    model: 'claude-opus-4-6',
    requests: 1_550,
    output: 10,
    apiKey: 'batch-jobs',
    workspace: 'research',
  }),
]
const WORLD = world({
  groups: [OPUS],
  workspaces: [workspace({ name: 'production' }), workspace({ name: 'research' })],
  apiKeys: [apiKey('checkout', 'production'), apiKey('batch-jobs', 'research')],
  usage: twoModels('14:05'),
})

let services: Services
beforeAll(async () => {
  services = await startServices(WORLD)
})
afterAll(() => services.stop())
afterEach(() => {
  services.anthropic.world = WORLD
  services.anthropic.faults.length = 0
})

const SNAPSHOT = '.github/claude-rate-limits.json'

describe('the first audits', () => {
  test('the first commits the snapshot and nothing else, and posts one message', async () => {
    const run = await services.run()
    expect(run.code).toBe(0)
    expect(run.outputs).toMatchObject({
      status: 'alert',
      'highest-utilization': '0.775',
      'alert-count': '1',
      drift: 'false',
      'drift-count': '0',
      'snapshot-path': SNAPSHOT,
      'snapshot-operation': 'created',
      'commit-sha': (await services.github.git('rev-parse', 'HEAD')).trim(),
      'commit-verified': 'true',
      'window-start': '2026-11-22T00:00:00Z',
      'window-end': '2026-11-23T00:00:00Z',
      'data-complete': 'true',
      'slack-delivered': 'true',
    })
    expect(Object.keys(run.outputs).sort()).toEqual([...OUTPUTS].sort())
    expect((await services.github.git('show', '--name-only', '--format=', 'HEAD')).trim()).toBe(SNAPSHOT)
    expect(services.slack.messages).toHaveLength(1)
    expect(services.github.violations).toEqual([])
    expect(reportSchema.parse(run.report)).toEqual(run.report)
  })

  test('the second, with unchanged limits, makes no commit', async () => {
    const before = await services.github.git('rev-parse', 'HEAD')
    const run = await services.run()
    expect(run.outputs).toMatchObject({ 'snapshot-operation': 'unchanged', drift: 'false', 'commit-sha': '' })
    expect(await services.github.git('rev-parse', 'HEAD')).toBe(before)
  })

  test('two models of one group at 1,550 requests in one minute are 77.5 % of 4,000: alert', async () => {
    const { report, summary } = await services.run()
    const verdict = report.verdicts.find(({ limiter }) => limiter === 'requests_per_minute')
    expect(verdict).toMatchObject({ utilization: 0.775, band: 'alert', peak: 3_100, peak_at: '2026-11-22T14:05:00Z' })
    expect(summary).toContain('77.5&nbsp;%')
  })

  test('the same peaks in different minutes are 38.8 %: ok', async () => {
    services.anthropic.world = { ...WORLD, usage: twoModels('14:06') }
    const { report, summary, outputs } = await services.run()
    expect(report.verdicts.find(({ limiter }) => limiter === 'requests_per_minute')).toMatchObject({
      utilization: 0.3875,
      band: 'ok',
    })
    expect(outputs.status).toBe('ok')
    expect(summary).toContain('38.8&nbsp;%')
  })

  test('who drove a peak is told by workspace, model and API key, the keys by their names', async () => {
    const { report } = await services.run()
    const [verdict] = report.verdicts.filter(({ band }) => band === 'alert')
    expect(verdict?.drivers?.workspaces.map(({ name, share }) => [name, share])).toEqual([
      ['production', 0.5],
      ['research', 0.5],
    ])
    expect(verdict?.drivers?.models.map(({ name }) => name)).toEqual(['claude-opus-4-5', 'claude-opus-4-6'])
    expect(verdict?.drivers?.api_keys.map(({ name }) => name)).toEqual(['batch-jobs', 'checkout'])
  })

  test('a cut limit arrives as one commit that changes one line, with its consequence in the message', async () => {
    services.anthropic.world = {
      ...WORLD,
      groups: [{ ...OPUS, limits: { requests_per_minute: 3_100, output_tokens_per_minute: 400_000 } }],
    }
    const run = await services.run()
    expect(run.outputs).toMatchObject({ drift: 'true', 'drift-count': '1', 'snapshot-operation': 'updated' })
    expect(run.report.drift).toMatchObject([
      {
        class: 'cut',
        limiter: 'requests_per_minute',
        before: 4_000,
        after: 3_100,
        utilization_before: 0.775,
        utilization_after: 1,
      },
    ])
    const diff = await services.github.git('diff', '--unified=0', 'HEAD~1', 'HEAD')
    expect(diff.split('\n').filter((line) => /^[+-] /.test(line))).toEqual([
      '-        "requests_per_minute": 4000',
      '+        "requests_per_minute": 3100',
    ])
    expect(await services.github.git('log', '-1', '--format=%s%n%b')).toMatch(
      /^chore: update Claude rate limits: 1 cut\n- Claude Opus 4\.x, requests\/min: 4,000 → 3,100/,
    )
  })

  test('a dry run reports everything and writes, posts and commits nothing', async () => {
    const head = await services.github.git('rev-parse', 'HEAD')
    const posted = services.slack.requests.length
    const run = await services.run({ 'dry-run': 'true' })
    expect(run.code).toBe(0)
    expect(run.outputs).toMatchObject({ drift: 'true', 'snapshot-operation': 'skipped', 'slack-delivered': '' })
    expect(run.log).toMatch(/Dry run: it would have committed/)
    expect(run.log).toMatch(/Dry run: would have posted to Slack/)
    expect(await services.github.git('rev-parse', 'HEAD')).toBe(head)
    expect(services.slack.requests).toHaveLength(posted)
  })

  test('fail-on names what fails the run, after everything is delivered', async () => {
    const run = await services.run({ 'fail-on': 'alert, drift', 'snapshot-mode': 'none' })
    expect(run.code).toBe(1)
    expect(run.log).toContain('fail-on: alert')
    expect(run.outputs['slack-delivered']).toBe('true')
  })
})

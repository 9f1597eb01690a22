import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../../src/report/report.ts'
import { ORDINARY } from '../emulator/anthropic/options.ts'
import type { Received, Reply } from '../emulator/exchange.ts'
import { codeExecution, group, usage, type World, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** Every token and every request is counted toward a limit, or named. */

const OPUS = group({
  name: 'Claude Opus 4.x',
  models: ['claude-opus-4-5'],
  limits: { requests_per_minute: 1_000, output_tokens_per_minute: 10_000 },
})
const ONE = usage({ at: '10:00', model: 'claude-opus-4-5', requests: 100, output: 1_000 })
const WORLD = world({ groups: [OPUS], workspaces: [workspace({ name: 'production' })], usage: [ONE] })
const using = (...atoms: ReturnType<typeof usage>[]): World => ({ ...WORLD, usage: atoms })

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
  services.slack.messages.length = 0
})

const run = (inputs: Parameters<Services['run']>[0] = {}) => services.run({ 'snapshot-mode': 'none', ...inputs })
const partOf = ({ accounting }: Report, kind: string) => accounting?.parts.find((part) => part.kind === kind)
const output = (report: Report) => report.verdicts.find(({ limiter }) => limiter === 'output_tokens_per_minute')
const firstLine = ({ summary }: { summary: string }) => summary.split('\n')[0]

/** The head of the summary and of Slack is green only where all is well. */
const isGreen = (result: { summary: string }) => firstLine(result)?.includes('🟢')

test('all use of a healthy day is counted, in one part, and the run is green', async () => {
  const result = await run({ notify: 'always' })
  expect(isGreen(result)).toBe(true)
  expect(result.outputs['unclaimed-share']).toBe('0')
  expect(result.report.accounting).toMatchObject({
    tokens: 1_000,
    requests: 100,
    parts: [{ kind: 'counted', tokens: 1_000, requests: 100 }],
    unclaimed_share: 0,
    reconciled: true,
  })
  expect(result.summary).toContain('### Where the use went')
})

test('a dated ID counts in the group that lists its alias: 92 % and an alert, not 0 % and green', async () => {
  services.anthropic.world = using(
    usage({ at: '10:00', model: 'claude-opus-4-5-20251101', requests: 5, output: 9_200 }),
  )
  const { report, outputs } = await run()
  expect(output(report)).toMatchObject({ utilization: 0.92, band: 'alert' })
  expect(output(report)).toMatchObject({ drivers: { models: [{ id: 'claude-opus-4-5-20251101', share: 1 }] } })
  expect(report.unmatched_models).toEqual([])
  expect(outputs['unclaimed-share']).toBe('0')
})

test('a model that has left its group is unclaimed, and the run is not green', async () => {
  services.anthropic.world = {
    ...using(ONE, usage({ at: '10:00', model: 'claude-opus-4-6', requests: 92_000, output: 5 })),
    groups: [{ ...OPUS, models: ['claude-opus-4-5', 'claude-opus-4-6'] }],
  }
  await run({ 'snapshot-mode': 'commit' })
  services.slack.messages.length = 0
  services.anthropic.world = { ...services.anthropic.world, groups: [OPUS] }
  const result = await run()
  expect(isGreen(result)).toBe(false)
  expect(partOf(result.report, 'unmatched-model')).toMatchObject({
    requests: 92_000,
    of: [{ name: 'claude-opus-4-6' }],
  })
  expect(Number(result.outputs['unclaimed-share'])).toBeGreaterThan(0.99)
  expect(JSON.stringify(services.slack.messages)).toContain('claude-opus-4-6')
  expect(result.log).toMatch(/warning: Claude rate limits: 99\.\d+ % of use counted by no limit/)
})

test('fast use in a group without fast limits is said to have none to be set against', async () => {
  services.anthropic.world = using(
    usage({ at: '10:00', model: 'claude-opus-4-5', fast: true, requests: 900, output: 1_800_000 }),
  )
  const result = await run()
  expect(isGreen(result)).toBe(false)
  expect(partOf(result.report, 'fast-without-limit')).toMatchObject({ tokens: 1_800_000, requests: 900 })
  expect(result.summary).toContain('Fast use without a limit to set it against')
  expect(result.outputs['unclaimed-share']).toBe('1')
})

test('use with a product and without a model is unclaimed', async () => {
  services.anthropic.world = using(ONE, usage({ at: '10:00', model: null, product: 'messages_api', output: 5_000_000 }))
  const result = await run()
  expect(isGreen(result)).toBe(false)
  expect(partOf(result.report, 'no-model')).toMatchObject({ tokens: 5_000_000, of: [{ name: 'messages_api' }] })
})

test('seats are a part of their own, and count toward no limit', async () => {
  const SEATS = [
    'chat',
    'chat_cowork_unified',
    'claude_design',
    'claude_in_chrome',
    'claude_tag',
    'cowork',
    'office_agent',
  ]
  services.anthropic.world = using(
    ONE,
    ...SEATS.map((product) => usage({ at: '10:00', model: 'claude-opus-4-5', product, requests: 1, output: 1_500 })),
  )
  const result = await run()
  expect(output(result.report)).toMatchObject({ utilization: 0.1 })
  expect(isGreen(result)).toBe(true)
  expect(partOf(result.report, 'seats')).toMatchObject({ tokens: 10_500, requests: 7 })
})

test('batch and code execution count toward no limit by rule, and make nothing unclaimed', async () => {
  services.anthropic.world = using(
    ONE,
    usage({ at: '10:00', model: 'claude-opus-4-5', batch: true, requests: 9, output: 9_000 }),
    codeExecution({ at: '10:00', spans: 7 }),
  )
  const result = await run()
  expect(result.report.accounting).toMatchObject({
    tokens: 10_000,
    requests: 116,
    parts: [{ kind: 'counted' }, { kind: 'batch', requests: 9 }, { kind: 'code-execution', requests: 7 }],
    unclaimed_share: 0,
  })
  expect(isGreen(result)).toBe(true)
})

test('tokens of a kind nobody knows are told, and the figures of their group are at least that', async () => {
  services.anthropic.world = using(
    usage({ at: '10:00', model: 'claude-opus-4-5', requests: 1, output: 100, newerKinds: 9_900 }),
  )
  const result = await run()
  expect(output(result.report)).toMatchObject({ utilization: 0.01, lower_bound: true })
  expect(partOf(result.report, 'unknown-kinds')).toMatchObject({ tokens: 9_900, requests: 0 })
  expect(result.report.accounting?.tokens).toBe(10_000)
  expect(isGreen(result)).toBe(false)
})

test('a product nobody has heard of counts, and is reported', async () => {
  services.anthropic.world = using(
    usage({ at: '10:00', model: 'claude-opus-4-5', product: 'claude_dreams', output: 4_000 }),
  )
  const { report } = await run()
  expect(output(report)).toMatchObject({ utilization: 0.4 })
  expect(report.findings.find(({ kind }) => kind === 'unknown-product')?.message).toContain('claude_dreams')
})

test('what was unclaimed the day before too is no news, and still not green', async () => {
  services.anthropic.world = using(
    ONE,
    usage({ at: '10:00', model: 'claude-newborn-1', output: 500 }),
    usage({ at: '2026-11-21T10:00:00Z', model: 'claude-newborn-1', output: 500 }),
  )
  await run({ 'snapshot-mode': 'commit' })
  services.slack.messages.length = 0
  const result = await run()
  expect(result.report.accounting?.newly_unclaimed).toEqual([])
  expect(services.slack.messages).toEqual([])
  expect(isGreen(result)).toBe(false)
})

test('a policy mutes it by model or by kind: it is shown, and the run is green', async () => {
  services.anthropic.world = using(ONE, usage({ at: '10:00', model: 'claude-newborn-1', output: 500 }))
  const mute = (rule: string) =>
    services.github.seed({
      '.github/claude-rate-limits.policy.yml': `mutes:\n  - ${rule}\n    owner: ada\n    reason: a trial\n    until: 2026-12-01\n`,
    })
  for (const rule of ['model: claude-newborn-1', 'kind: unmatched-model']) {
    await mute(rule)
    const result = await run()
    expect(isGreen(result)).toBe(true)
    expect(result.report.accounting).toMatchObject({ unclaimed_share: 500 / 1_500, unmuted_share: 0 })
    expect(result.summary).toContain('claude-newborn-1 (muted until 2026-12-01)')
    expect(result.report.findings.map(({ kind }) => kind)).not.toContain('policy-unmatched')
  }
  await mute('model: claude-opus-9')
  const idle = await run()
  expect(idle.report.findings.find(({ kind }) => kind === 'policy-unmatched')?.message).toContain('claude-opus-9')
  await services.github.seed({ '.github/claude-rate-limits.policy.yml': 'mutes:\n' })
})

describe('minutes that are not what was counted', () => {
  const isMinutes = ({ query }: Received) =>
    query.get('time_bucket_width') === '1m' && !query.getAll('group_by[]').includes('api_key_id')
  const bend = (change: (rows: unknown[]) => unknown[], times?: number) =>
    services.anthropic.faults.push({
      when: isMinutes,
      ...(times !== undefined && { times }),
      effect: {
        kind: 'rewrite',
        rewrite: (reply: Reply) => {
          const body = JSON.parse(String(reply.body))
          return { ...reply, body: JSON.stringify({ ...body, data: change(body.data) }) }
        },
      },
    })

  test('a page that is lost once is read again, and the report is the same', async () => {
    const usual = await run()
    bend(() => [], 3)
    expect((await run()).report).toEqual(usual.report)
  })

  test('a page that stays lost makes its peaks "at least", and the run is not green', async () => {
    bend(() => [])
    const result = await run()
    expect(result.report.accounting?.reconciled).toBe(false)
    expect(output(result.report)).toMatchObject({ utilization: 0, lower_bound: true })
    expect(isGreen(result)).toBe(false)
    expect(result.summary).toContain('do not add up')
  })

  test('a row that comes twice counts once', async () => {
    bend((rows) => [...rows, ...rows])
    const { report } = await run()
    expect(output(report)).toMatchObject({ utilization: 0.1, lower_bound: false })
    expect(report.accounting?.reconciled).toBe(true)
  })
})

test('a service that takes no filter by model is read without it', async () => {
  services.anthropic.world = {
    ...using(ONE, usage({ at: '10:00', model: 'claude-sonnet-5', output: 900 })),
    groups: [
      OPUS,
      group({ name: 'Claude Sonnet 5', models: ['claude-sonnet-5'], limits: { output_tokens_per_minute: 1_000 } }),
    ],
  }
  const usual = await run()
  services.anthropic.options.filtersByModel = false
  expect((await run()).report).toEqual(usual.report)
})

test('the use of several organizations is never set against the limits of one', async () => {
  services.anthropic.options.parentKey = true
  services.anthropic.world = using(
    { ...ONE, organization: 'org-a' },
    { ...ONE, organization: 'org-b', workspace: 'wrkspc_01ofanotherorganization' },
  )
  const result = await run()
  expect(result.code).toBe(1)
  expect(result.hasReport).toBe(false)
  expect(result.log).toMatch(/failed: The audit is blind: The usage is that of 2 organizations \(org-a, org-b\)/)
})

test('320 capped workspaces are asked for in as many addresses as they need', async () => {
  const names = Array.from({ length: 320 }, (_, i) => `workspace-${i}`)
  services.anthropic.world = world({
    groups: [OPUS],
    workspaces: names.map((name) =>
      workspace({ name, overrides: { 'Claude Opus 4.x': { output_tokens_per_minute: 100 } } }),
    ),
    usage: names.map((name, i) =>
      usage({ at: '10:00', model: 'claude-opus-4-5', workspace: name, output: i === 7 ? 92 : 1 }),
    ),
  })
  const { report } = await run()
  expect(report.verdicts.filter(({ scope }) => scope.type === 'workspace')).toHaveLength(320)
  expect(report.verdicts.find(({ scope }) => scope.type === 'workspace' && scope.name === 'workspace-7')).toMatchObject(
    {
      utilization: 0.92,
    },
  )
})

test('HIPAA readiness: auto takes the legacy report, analytics says what to choose', async () => {
  services.anthropic.options.hipaa = true
  const fallen = await run()
  expect(fallen.report.usage_source).toBe('legacy')
  const refused = await run({ 'usage-api': 'analytics' })
  expect(refused.log).toMatch(/failed: .*HIPAA readiness.*set usage-api to legacy/)
})

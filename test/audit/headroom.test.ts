import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Report, VerdictRow } from '../../src/report/report.ts'
import { ORDINARY } from '../emulator/anthropic/options.ts'
import { group, usage, type World, workspace, workspaceId, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

const OPUS = group({
  name: 'Claude Opus 4.x',
  models: ['claude-opus-4-5', 'claude-opus-4-6'],
  limits: {
    requests_per_minute: 100,
    input_tokens_per_minute_cache_aware: 10_000,
    output_tokens_per_minute: 2_000,
    fast_otpm: 500,
  },
})
const SONNET = group({
  name: 'Claude Sonnet 5',
  models: ['claude-sonnet-5'],
  limits: { output_tokens_per_minute: 2_000 },
})
const SEARCH = group({ type: 'web_search', limits: { tool_uses_per_second: 3 } })
const FUTURE = group({ type: 'telepathy', limits: { thoughts_per_minute: 7 } })

const WORLD = world({
  groups: [OPUS, SONNET, SEARCH, FUTURE, group({ type: 'batch', limits: { enqueued_batch_requests: 9 } })],
  workspaces: [
    workspace({
      name: 'production',
      overrides: { 'Claude Opus 4.x': { input_tokens_per_minute: 8_000, requests_per_minute: 500 } },
    }),
    workspace({ name: 'research' }),
    workspace({ name: 'closed', archived: true }),
  ],
  usage: [
    usage({
      at: '10:00:01',
      model: 'claude-opus-4-5',
      workspace: 'production',
      requests: 40,
      uncachedInput: 2_000,
      cacheRead: 4_000,
      cacheCreation5m: 300,
      cacheCreation1h: 200,
      output: 900,
    }),
    usage({
      at: '10:00:59',
      model: 'claude-opus-4-6',
      workspace: 'research',
      requests: 20,
      uncachedInput: 500,
      output: 400,
    }),
    usage({
      at: '10:00:30',
      model: 'claude-opus-4-6',
      workspace: 'closed',
      requests: 5,
      uncachedInput: 100,
      output: 100,
    }),
    usage({ at: '10:01', model: 'claude-opus-4-5', requests: 10, output: 500 }),
    usage({ at: '10:00', model: 'claude-opus-4-5', batch: true, requests: 9_999, output: 99_999 }),
    usage({ at: '11:00', model: 'claude-opus-4-6', fast: true, requests: 50, output: 450 }),
    usage({ at: '12:00', model: 'claude-sonnet-5', requests: 1, output: 1_600, webSearches: 90 }),
    usage({ at: '12:00', model: 'claude-newborn-1', requests: 12, output: 7 }),
    usage({ at: '2026-11-21T12:00:00Z', model: 'claude-sonnet-5', requests: 1, output: 1_200 }),
    usage({ at: '2026-11-21T10:00:00Z', model: 'claude-opus-4-5', requests: 90, output: 10 }),
  ],
})

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
})

/** Changes every entry of the limits' replies, of the organization and of workspaces. */
function rewriteLimits(change: (entry: Record<string, unknown>) => Record<string, unknown>): void {
  services.anthropic.faults.push({
    path: /\/rate_limits$/,
    effect: {
      kind: 'rewrite',
      rewrite: (reply) => {
        const body = JSON.parse(String(reply.body))
        return { ...reply, body: JSON.stringify(body.data ? { ...body, data: body.data.map(change) } : body) }
      },
    },
  })
}

const QUIET = { 'snapshot-mode': 'none', 'slack-webhook-url': '' } as const
const run = (inputs: Parameters<Services['run']>[0] = {}) => services.run({ ...QUIET, ...inputs })
const reportOf = async (inputs?: Parameters<Services['run']>[0]): Promise<Report> => (await run(inputs)).report

const name = ({ scope, group: { name: groupName }, limiter }: VerdictRow) =>
  `${scope.type === 'workspace' ? `${scope.name}: ` : ''}${groupName}: ${limiter}`
const byName = (report: Report) => Object.fromEntries(report.verdicts.map((verdict) => [name(verdict), verdict]))

test('every limiter is judged by its own rule, in its own scope', async () => {
  const report = await reportOf()
  const used = Object.fromEntries(report.verdicts.map((verdict) => [name(verdict), verdict.utilization]))
  expect(used).toEqual({
    'batch: enqueued_batch_requests': null,
    'Claude Opus 4.x: fast_otpm': 0.9,
    'Claude Opus 4.x: input_tokens_per_minute_cache_aware': 0.31,
    'Claude Opus 4.x: output_tokens_per_minute': 0.7,
    'Claude Opus 4.x: requests_per_minute': 0.65,
    'Claude Sonnet 5: output_tokens_per_minute': 0.8,
    'telepathy: thoughts_per_minute': null,
    'web_search: tool_uses_per_second': 0.5,
    'production: Claude Opus 4.x: input_tokens_per_minute': 0.8125,
    'production: Claude Opus 4.x: requests_per_minute': 0.4,
  })
  expect(report.verdicts.map(name)).toEqual(Object.keys(used))
})

test('a limiter shows its bracket, its transition, and a reason where it has no figure', async () => {
  const verdicts = byName(await reportOf())
  expect(verdicts['Claude Opus 4.x: output_tokens_per_minute']).toMatchObject({ peak: 1_400, bracket: 1_900 })
  expect(verdicts['Claude Opus 4.x: requests_per_minute']).toMatchObject({ band: 'watch', transition: 'recovered' })
  expect(verdicts['Claude Sonnet 5: output_tokens_per_minute']).toMatchObject({ band: 'alert', transition: 'worse' })
  expect(verdicts['web_search: tool_uses_per_second']).toMatchObject({ peak: 1.5, lower_bound: true })
  expect(verdicts['telepathy: thoughts_per_minute']?.reason).toMatch(/not a limiter this release knows/)
  expect(verdicts['production: Claude Opus 4.x: requests_per_minute']).toMatchObject({
    limit: 100,
    configured: 500,
    limit_source: 'organization',
  })
})

test('what is only known from the limits is told as findings, and an unlisted model is not dropped', async () => {
  const report = await reportOf()
  expect(report.findings.map(({ kind }) => kind).sort()).toEqual([
    'cached-traffic-override',
    'inert-override',
    'uncapped-workspaces',
    'unclaimed-use',
  ])
  expect(report.unmatched_models).toEqual([{ model: 'claude-newborn-1', requests: 12, tokens: 7 }])
})

test('a workspace whose limits were not read is never said to have none', async () => {
  const uncapped = (report: Report) =>
    report.findings.filter(({ kind }) => kind === 'uncapped-workspaces').map(({ message }) => message)
  expect(uncapped(await reportOf())).toEqual([expect.stringContaining('leaving the others none: Default, research.')])
  expect(uncapped(await reportOf({ workspaces: 'production' }))).toEqual([])
  services.anthropic.faults.push({
    path: `/v1/organizations/workspaces/${workspaceId('research')}/rate_limits`,
    effect: { kind: 'status', status: 403 },
  })
  expect(uncapped(await reportOf())).toEqual([expect.stringContaining('leaving the others none: Default.')])
})

test('what binds a group comes first, and its cache has a worth', async () => {
  const { groups } = await reportOf()
  const opus = groups.find((view) => view.scope.type === 'organization' && view.group.name === 'Claude Opus 4.x')
  expect(opus?.binds.map(({ limiter }) => limiter)).toEqual([
    'fast_otpm',
    'output_tokens_per_minute',
    'requests_per_minute',
    'input_tokens_per_minute_cache_aware',
  ])
  expect(opus?.cache?.read_share).toBeCloseTo(4_000 / 7_100, 12)
  expect(opus?.cache?.stretch).toBeCloseTo(7_100 / 3_100, 12)
})

describe('the same world in other clothes gives the same report, byte for byte', () => {
  const text = async () => JSON.stringify(await reportOf())

  test.each([1, 2, 3, 7])('with pages of %d rows', async (maxRows) => {
    const expected = await text()
    services.anthropic.options.maxRows = maxRows
    expect(await text()).toBe(expected)
  })

  test('with rows in any order', async () => {
    const expected = await text()
    services.anthropic.options.shuffled = true
    services.anthropic.options.maxRows = 2
    expect(await text()).toBe(expected)
  })

  test('with the shape of April 2026, names apart', async () => {
    const shape = async () =>
      (await reportOf()).verdicts.map((row) => [row.scope, row.group.type, row.limiter, row.utilization, row.band])
    const expected = await shape()
    services.anthropic.options.limitsShape = 'april-2026'
    expect(await shape()).toEqual(expected)
  })

  test('with group_type beside group, as version 2023-06-01 gives it', async () => {
    const expected = await text()
    let rewritten = 0
    rewriteLimits((entry) => {
      const { type } = entry.group as { type: string }
      rewritten++
      return { ...entry, group_type: type }
    })
    expect(await text()).toBe(expected)
    expect(rewritten).toBeGreaterThan(5)
  })

  test('with an empty list instead of a 404 for the default workspace', async () => {
    const expected = await text()
    services.anthropic.options.defaultWorkspaceLimits = 'empty'
    expect(await text()).toBe(expected)
  })
})

describe('the legacy report', () => {
  test('gives the same token verdicts, and requests are unmeasured and said so once', async () => {
    const analytics = byName(await reportOf())
    const report = await reportOf({ 'usage-api': 'legacy' })
    expect(report.usage_source).toBe('legacy')
    for (const verdict of report.verdicts) {
      const twin = analytics[name(verdict)]
      if (verdict.limiter === 'requests_per_minute') {
        expect(verdict).toMatchObject({ band: 'unmeasured', reason: 'the legacy usage report has no request count' })
      } else expect({ ...verdict, drivers: null }).toEqual({ ...twin, drivers: null })
    }
    expect(report.findings.filter(({ kind }) => kind === 'legacy-usage')).toHaveLength(1)
    expect(byName(report)['Claude Sonnet 5: output_tokens_per_minute']?.drivers?.workspaces).toEqual([
      { id: null, name: 'default', share: 1 },
    ])
  })

  test.each([400, 403, 404])('is what auto falls back to on %d, with a warning', async (status) => {
    services.anthropic.faults.push({
      path: '/v1/organizations/analytics/usage',
      effect: { kind: 'status', status },
    })
    const { report, log, code } = await run()
    expect(report.usage_source).toBe('legacy')
    expect(log).toMatch(/warning: Usage is read from the legacy report/)
    expect(code).toBe(0)
  })
})

describe('data that is not complete', () => {
  test('is said with the missing minutes, reports no recovery, and keeps what was seen', async () => {
    services.anthropic.options.dataRefreshedAt = '2026-11-22T12:00:30Z'
    const { report, outputs, code } = await run()
    expect(code).toBe(0)
    expect(report.window).toMatchObject({
      complete: false,
      missing_minutes: 720,
      data_refreshed_at: '2026-11-22T12:00:30Z',
    })
    expect(outputs['data-complete']).toBe('false')
    const verdicts = byName(report)
    expect(verdicts['Claude Opus 4.x: requests_per_minute']).toMatchObject({ band: 'watch', transition: null })
    expect(verdicts['Claude Sonnet 5: output_tokens_per_minute']).toMatchObject({ band: 'alert' })
    expect(report.findings.map(({ kind }) => kind)).toContain('data-incomplete')
  })

  test('that has not reached the window leaves the run blind, not ok', async () => {
    services.anthropic.options.dataRefreshedAt = '2026-11-21T23:00:00Z'
    const { code, hasReport, log, outputs } = await run()
    expect([code, hasReport]).toEqual([1, false])
    expect(log).toMatch(/failed: The audit is blind: .*usage data reached only to 2026-11-21T23:00:00Z/)
    expect(outputs).toMatchObject({ status: '', 'highest-utilization': '', 'data-complete': 'false' })
  })

  test('of unknown freshness is taken as whole, and a finding says that nobody confirmed it', async () => {
    services.anthropic.options.dataRefreshedAt = null
    const report = await reportOf()
    expect(report.window).toMatchObject({ complete: true, data_refreshed_at: null })
    expect(report.findings.map(({ kind }) => kind)).toContain('freshness-unknown')
  })
})

describe('the window', () => {
  test('of several days takes the peak over all of them', async () => {
    const report = await reportOf({ 'lookback-days': '2' })
    expect(report.window).toMatchObject({ start: '2026-11-21T00:00:00Z', end: '2026-11-23T00:00:00Z', days: 2 })
    expect(byName(report)['Claude Opus 4.x: requests_per_minute']).toMatchObject({
      utilization: 0.9,
      peak_at: '2026-11-21T10:00:00Z',
    })
  })

  test('can be a day of the past', async () => {
    const report = await reportOf({ date: '2026-11-21' })
    expect(byName(report)['Claude Sonnet 5: output_tokens_per_minute']?.utilization).toBe(0.6)
  })

  test('of 31 days holds its first and its last minute, and knows how much of it is not in yet', async () => {
    services.anthropic.world = {
      ...WORLD,
      usage: [
        usage({ at: '2026-10-22T23:59:59Z', model: 'claude-sonnet-5', output: 1_990 }),
        usage({ at: '2026-10-23T00:00:00Z', model: 'claude-sonnet-5', output: 900 }),
        usage({ at: '2026-11-22T23:59:59Z', model: 'claude-sonnet-5', output: 1_100 }),
      ],
    }
    services.anthropic.options.dataRefreshedAt = '2026-11-10T00:00:59Z'
    const sonnet = async () => {
      const report = await reportOf({ 'lookback-days': '31' })
      return { report, verdict: byName(report)['Claude Sonnet 5: output_tokens_per_minute'] }
    }
    const { report, verdict } = await sonnet()
    expect(report.window).toMatchObject({ start: '2026-10-23T00:00:00Z', days: 31, missing_minutes: 13 * 1_440 })
    // The window one day earlier begins a minute before, in which the limit was all but reached.
    expect(verdict).toMatchObject({ peak: 1_100, peak_at: '2026-11-22T23:59:00Z', band: 'watch', transition: null })
    expect(verdict?.previous?.peak).toBe(1_990)
    services.anthropic.options.dataRefreshedAt = ORDINARY.dataRefreshedAt
    expect((await sonnet()).verdict?.transition).toBe('recovered')
  })

  test('without a day before it calls what it sees new, since nothing is known to compare with', async () => {
    services.anthropic.world = {
      ...WORLD,
      usage: [usage({ at: '2026-01-01T00:00:00Z', model: 'claude-sonnet-5', output: 1_600 })],
    }
    const verdict = byName(await reportOf({ date: '2026-01-01' }))['Claude Sonnet 5: output_tokens_per_minute']
    expect(verdict).toMatchObject({ band: 'alert', transition: 'new', previous: null })
  })

  test('by the hour compares the mean per minute of the busiest hour', async () => {
    const report = await reportOf({ 'peak-window': 'hour' })
    const verdict = byName(report)['Claude Opus 4.x: output_tokens_per_minute']
    expect(verdict?.peak).toBeCloseTo(1_900 / 60, 12)
    expect(verdict?.peak_at).toBe('2026-11-22T10:00:00Z')
  })
})

test('peaks of hours and of days read as such', async () => {
  const sonnet = { 'Claude Sonnet 5': { tokens_per_day: 1_000 } }
  services.anthropic.world = {
    ...WORLD,
    groups: [
      group({
        name: 'Claude Sonnet 5',
        models: ['claude-sonnet-5'],
        limits: { tokens_per_day: 2_000, output_tokens_per_minute: 30, requests_per_minute: 10 },
      }),
      group({ name: 'Claude Haiku 5', models: ['claude-haiku-5'], limits: { requests_per_minute: 10 } }),
      group({ type: 'web_search', limits: { tool_uses_per_second: 0.03 } }),
    ],
    workspaces: [
      ...WORLD.workspaces.filter(({ isDefault }) => isDefault),
      workspace({ name: 'production', overrides: sonnet }),
      workspace({ name: 'research' }),
    ],
  }
  const { summary, report } = await run({ 'peak-window': 'hour', 'lookback-days': '2' })
  expect(byName(report)['Claude Sonnet 5: tokens_per_day']).toMatchObject({
    ...{ peak: 1_600, peak_at: '2026-11-22T00:00:00Z', utilization: 0.8, band: 'alert', transition: 'worse' },
    ...{ bracket: null, p99: null, minutes_over_threshold: null },
  })
  expect(summary).toContain('Peak **1,600** of 2,000 on 2026-11-22. The window one day earlier: 60 % of 2,000.')
  expect(summary).toMatch(/Who drove it, in that day: by workspace: Default 100 % · by model: claude-sonnet-5 100 %/)
  expect(summary).toContain('at 2026-11-22 12:00–13:00 UTC, the mean per minute of the busiest hour.')
  expect(summary).toContain('the mean per second of the busiest hour.')
})

describe('what is asked for', () => {
  test('can be one workspace by name or by ID, or none', async () => {
    const scopes = async (workspaces: string) =>
      new Set((await reportOf({ workspaces })).verdicts.map(({ scope }) => scope.type))
    expect(await scopes('production')).toEqual(new Set(['organization', 'workspace']))
    expect(await scopes(workspaceId('production'))).toEqual(new Set(['organization', 'workspace']))
    expect(await scopes('none')).toEqual(new Set(['organization']))
  })

  test('can be the groups of some models or of some types', async () => {
    const groups = async (inputs: Parameters<Services['run']>[0]) => [
      ...new Set((await reportOf(inputs)).verdicts.map((row) => row.group.name)),
    ]
    expect(await groups({ models: 'claude-sonnet-5' })).toEqual(['Claude Sonnet 5'])
    expect(await groups({ 'group-types': 'web_search, batch' })).toEqual(['batch', 'web_search'])
  })

  test('leaves the snapshot and drift whole, with what the drift does to limits that get no verdict', async () => {
    const inputs = { models: 'claude-sonnet-5', 'snapshot-mode': 'commit' }
    expect((await run({ ...inputs, models: '' })).outputs['snapshot-operation']).toBe('created')
    const cut = { ...OPUS, limits: { ...OPUS.limits, output_tokens_per_minute: 1_500 } }
    services.anthropic.world = { ...WORLD, groups: [cut, ...WORLD.groups.slice(1)] }
    const { report } = await run({ ...inputs, workspaces: 'none' })
    expect(report.verdicts.map(name)).toEqual(['Claude Sonnet 5: output_tokens_per_minute'])
    expect(report.drift).toMatchObject([
      {
        class: 'cut',
        before: 2_000,
        after: 1_500,
        peak: 1_400,
        utilization_before: 0.7,
        utilization_after: 1_400 / 1_500,
      },
    ])
    const committed = await services.github.git('show', 'HEAD:.github/claude-rate-limits.json')
    expect(
      JSON.parse(committed)
        .workspaces.map((each: { name: string }) => each.name)
        .sort(),
    ).toEqual(['Default', 'production', 'research'])
  })

  test.each([
    ['workspaces', 'prodction', /workspaces names what is no active workspace: prodction.*production/s],
    ['workspaces', 'closed', /closed archived/],
    ['models', 'claude-opus-9', /models names what no rate-limit group contains: claude-opus-9/],
  ])('is refused where there is no such %s: %s', async (input, value, problem) => {
    const { code, log, hasReport } = await run({ [input]: value })
    expect(code).toBe(1)
    expect(log).toMatch(problem)
    expect(hasReport).toBe(false)
  })

  test('is little: each group in use as one sum, told apart only where use counts differently, workspaces only where capped', async () => {
    await run()
    const minutes = services.anthropic.requests
      .map(({ query }) => query)
      .filter((query) => query.get('time_bucket_width') === '1m' && !query.getAll('group_by[]').includes('api_key_id'))
    const questions = new Set(
      minutes.map((query) =>
        ['models[]', 'workspace_ids[]', 'group_by[]'].map((key) => query.getAll(key).sort().join('+')).join(' by '),
      ),
    )
    expect(questions).toEqual(
      new Set([
        `claude-opus-4-5 by ${workspaceId('production')} by `,
        'claude-opus-4-5+claude-opus-4-6+claude-sonnet-5 by  by model+service_tier+speed',
      ]),
    )
  })
})

describe('limits that cannot be divided by', () => {
  const withLimit = (value: number | null): World => ({
    ...WORLD,
    groups: [
      group({
        name: 'Claude Sonnet 5',
        models: ['claude-sonnet-5'],
        limits: { output_tokens_per_minute: value, requests_per_minute: 10 },
      }),
    ],
    workspaces: WORLD.workspaces.map((each) => ({ ...each, overrides: {} })),
  })

  test.each([0, null, undefined])(
    '%s is unmeasured with a reason, and the highest utilization is that of the others',
    async (value) => {
      services.anthropic.world = withLimit(value ?? null)
      if (value === undefined) {
        const named = (limits: unknown) =>
          (limits as { type: string; value: number | null }[]).map((limit) => ({
            type: limit.type,
            ...(limit.value !== null && { value: limit.value }),
          }))
        rewriteLimits((entry) => ({ ...entry, limits: named(entry.limits) }))
      }
      const { report, outputs } = await run()
      expect(byName(report)['Claude Sonnet 5: output_tokens_per_minute']).toMatchObject({
        band: 'unmeasured',
        utilization: null,
        reason: value === 0 ? 'the limit is 0: there is nothing to divide by' : 'the API gives no value for this limit',
      })
      expect(outputs['highest-utilization']).toBe('0.1')
    },
  )
})

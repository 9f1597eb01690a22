import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SCALE_TIER } from '../emulator/world/tiers.ts'
import { group, usage, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

const DAY = 86_400_000
const LAST_DAY = Date.UTC(2026, 10, 22)

/** Two weeks of peaks that rise by 20 a day, up to 560 of 1,000. */
const WORLD = world({
  groups: [
    group({
      name: 'Claude Opus 4.x',
      models: ['claude-opus-4-6'],
      limits: {
        requests_per_minute: 1000,
        input_tokens_per_minute_cache_aware: 2_000_000,
        output_tokens_per_minute: 400_000,
      },
    }),
    group({ name: 'Claude Haiku 4.5', models: ['claude-haiku-4-5'], limits: { requests_per_minute: 100 } }),
  ],
  workspaces: [
    workspace({ name: 'production', overrides: { 'Claude Opus 4.x': { requests_per_minute: 700 } } }),
    workspace({ name: 'research', overrides: { 'Claude Opus 4.x': { requests_per_minute: 500 } } }),
  ],
  usage: Array.from({ length: 14 }, (_, day) =>
    usage({
      at: LAST_DAY - (13 - day) * DAY + (14 * 60 + 5) * 60_000,
      model: 'claude-opus-4-6',
      workspace: 'production',
      requests: 300 + 20 * day,
      uncachedInput: 300_000,
      cacheRead: 200_000,
      output: 100,
    }),
  ),
})

let services: Services
beforeEach(async () => {
  services = await startServices(WORLD)
})
afterEach(() => services.stop())

test('two weeks of rising peaks give a runway, with its chart, the back-test of the line, tiers, what-if, idle groups and a ranking', async () => {
  const run = await services.run({ 'lookback-days': '14' })
  expect(run.code).toBe(0)
  const { planning } = run.report
  const ofOrganization = planning?.runway.find(
    (row) =>
      row.scope.type === 'organization' &&
      row.group.name === 'Claude Opus 4.x' &&
      row.limiter === 'requests_per_minute',
  )
  expect(ofOrganization?.outcome).toMatchObject({ kind: 'reaches', per_day: 20 })
  expect(ofOrganization?.daily_peaks).toEqual(Array.from({ length: 14 }, (_, day) => 300 + 20 * day))
  expect(run.summary).toContain('| Claude Opus 4.x, requests/min | reaches 75 % in about 10 days (9 to 10) |')
  expect(run.summary).toContain('"Largest minute of each day, in % of the limit of 1,000"')
  expect(run.summary).toContain('Claude Opus 4.x: matches Start as published on 2026-10-08.')
  expect(run.summary).toContain('| 15 % (40 % read) | 25 % | 12.5 % | 5 % |')
  expect(run.summary).toContain('- Claude Haiku 4.5: not used')
  expect(planning?.usage_tier).toBeNull()
  expect(run.summary.indexOf('| production |')).toBeGreaterThan(0)

  const tested = run.report.back_test?.find(
    ({ scope, limiter }) =>
      scope.type === 'workspace' && scope.name === 'production' && limiter === 'requests_per_minute',
  )
  // From 300 to 560 of 700: 360, 420 … are the first days at or over a line.
  expect(tested?.days).toBe(14)
  expect(tested?.lines.map(({ days }) => days)).toEqual([11, 8, 4, 2, 1, 0])
  expect(run.summary).toContain('How often other alert lines would have fired')
})

test('the evidence page is written beside the report, and folded in the summary', async () => {
  const run = await services.run()
  const page = await readFile(run.outputs['evidence-path']!, 'utf8')
  expect(page).toContain('# Evidence for higher Claude rate limits')
  expect(page).toContain('| Peak | 560 (56 %) at 14:05 UTC |')
  expect(page).toContain('| Steady use, the median of the minutes with use | 560 (56 %) |')
  // 300,000 uncached and 200,000 read from the cache, in 560 requests.
  expect(page).toContain('| Requests to the group | 560, with 893 tokens of input and 0 of output each |')
  expect(run.summary).toContain('Evidence to ask Anthropic for more')
  expect(run.summary).toContain('| Peak | 560 (56 %) at 14:05 UTC |')
})

test('a quiet organization has no evidence page, and the output is empty', async () => {
  services.anthropic.world = { ...WORLD, usage: [] }
  const run = await services.run()
  expect(run.outputs['evidence-path']).toBe('')
  expect(run.summary).not.toContain('Evidence to ask')
})

test('where the spend-limit listing is open, the tier of the cap is named, and no money', async () => {
  services.anthropic.options.spendLimits = [{ scope: { type: 'usage_tier' }, amount: '50000' }]
  const run = await services.run()
  expect(run.report.planning).toMatchObject({ spend_cap_tier: 'Start', usage_tier: null })
  expect(run.summary).toContain("The organization's spend cap is the one published for the Start tier. Not all")
  expect(run.summary + JSON.stringify(run.report)).not.toMatch(/USD|\$\d/)
})

test.each([
  ['20000000', 'Scale', 'Scale'],
  ['100000', 'Build', null],
])('limits of Scale with a cap of %s cents: a cap of %s, a tier of %s', async (amount, cap, tier) => {
  services.anthropic.world = world({ groups: SCALE_TIER })
  services.anthropic.options.spendLimits = [{ scope: { type: 'usage_tier' }, amount }]
  const run = await services.run({ models: 'claude-opus-4-6' })
  expect(run.report.planning).toMatchObject({ spend_cap_tier: cap, usage_tier: tier })
})

test('a spend-limit listing that cannot be read is silence: the audit stands without it', async () => {
  services.anthropic.faults.push({ path: /spend_limits/, effect: { kind: 'status', status: 401 } })
  const run = await services.run()
  expect(run.code).toBe(0)
  expect(run.report.planning?.usage_tier).toBeNull()
  expect(run.report.failures).toEqual([])
})

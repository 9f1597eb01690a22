import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apiKey, group, usage, type World, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** Live windows as the runner audits them. It is 06:00:30; analytics is complete up to 05:47:10. */

const DAY = '2026-11-23'
const at = (time: string) => `${DAY}T${time}Z`
const NOW = Date.parse(at('06:00:30'))
const OUTPUT = 'output_tokens_per_minute'

const sonnet = (limit = 1_000) =>
  group({ name: 'Claude Sonnet 5', models: ['claude-sonnet-5'], limits: { [OUTPUT]: limit, requests_per_minute: 100 } })

/** Eleven minutes pressed against the limit, from 05:41 on; `batch-retry` does most of it. */
const BURST = Array.from({ length: 11 }, (_, minute) => [
  usage({
    at: at(`05:${41 + minute}:20`),
    model: 'claude-sonnet-5',
    workspace: 'mobile-app',
    apiKey: 'batch-retry',
    output: minute === 4 ? 740 : 700,
    requests: 30,
  }),
  usage({ at: at(`05:${41 + minute}:40`), model: 'claude-sonnet-5', workspace: 'web', output: 300, requests: 20 }),
]).flat()

const worldOf = (parts: Partial<World> = {}): World => ({
  ...world({
    groups: [sonnet()],
    workspaces: [workspace({ name: 'mobile-app' }), workspace({ name: 'web' })],
    apiKeys: [apiKey('batch-retry', 'mobile-app')],
    usage: BURST,
    now: NOW,
  }),
  ...parts,
})

let services: Services
beforeEach(async () => {
  services = await startServices(worldOf(), { dataRefreshedAt: at('05:47:10') })
})
afterEach(() => services.stop())

const live = (inputs: Parameters<Services['run']>[0] = {}) => services.run({ date: 'last-3h', ...inputs })

test('the headline says what, how much, when, for how long, who, and up to when that is known', async () => {
  const { report, summary } = await live()
  const headline =
    'Claude Sonnet 5, output tokens/min: 104 % at 05:45 UTC, at its limit for 11 minutes; mostly mobile-app, API key batch-retry. Known until 05:55 UTC in tokens, 05:47 UTC in requests.'
  expect(JSON.stringify(services.slack.messages.at(-1))).toContain(headline)
  expect(summary.replaceAll('&nbsp;', ' ').replaceAll('\u00a0', ' ')).toContain(
    '## 🔴 Claude rate limits, live: 1 limit at or over 75 %, highest 104 %',
  )
  expect(summary.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))).toContain(headline)
  expect(report.window).toMatchObject({
    start: at('03:00:00'),
    end: at('06:00:00'),
    complete: false,
    missing_minutes: 13,
  })
})

test('tokens are known as far as the legacy report goes, requests as far as analytics does', async () => {
  const { report } = await live()
  const [output, requests] = report.verdicts
  expect(output).toMatchObject({ limiter: OUTPUT, band: 'alert', known_until: at('05:55:00'), missing_minutes: 5 })
  expect(requests).toMatchObject({ band: 'watch', peak: 50, known_until: at('05:47:00'), missing_minutes: 13 })
  expect(report.live?.known_until).toEqual({ tokens: at('05:55:00'), requests: at('05:47:00') })
})

test('hot minutes come newest first, and say who drove each, before and after analytics ends', async () => {
  const { report, summary } = await live()
  const minutes = report.live!.hot_minutes
  expect(minutes.map((minute) => minute.at.slice(11, 16))).toEqual(
    Array.from({ length: 11 }, (_, index) => `05:${51 - index}`),
  )
  for (const { drivers } of [minutes[0]!, minutes[8]!]) {
    expect(drivers?.workspaces[0]).toMatchObject({ name: 'mobile-app', share: 0.7 })
    expect(drivers?.models[0]).toMatchObject({ name: 'claude-sonnet-5', share: 1 })
    expect(drivers?.api_keys[0]).toMatchObject({ name: 'batch-retry', share: 0.7 })
  }
  expect(summary).toContain('### Hot minutes, newest first')
})

test('a minute pressed against the limit is hot below the alert line too', async () => {
  services.anthropic.world = worldOf({ groups: [sonnet(1_030)] })
  const { report } = await live({ threshold: '100%', 'watch-threshold': '99%' })
  expect(report.verdicts[0]).toMatchObject({ band: 'alert' })
  expect(report.live?.hot_minutes.filter(({ utilization }) => utilization < 1)).toHaveLength(10)
})

describe('nothing is built on a live window:', () => {
  test.each(['commit', 'pull-request'])(
    'no snapshot is kept with snapshot-mode %s, though a limit has moved',
    async (mode) => {
      await services.run()
      const head = await services.github.git('rev-parse', 'HEAD')
      services.anthropic.world = worldOf({ groups: [sonnet(900)] })
      const { code, outputs, report } = await live({ 'snapshot-mode': mode })
      expect(code).toBe(0)
      expect(report.drift).toHaveLength(1)
      expect(outputs).toMatchObject({ 'snapshot-operation': 'skipped', 'commit-sha': '', 'pull-request-number': '' })
      expect(await services.github.git('rev-parse', 'HEAD')).toBe(head)
      expect(services.github.pulls).toEqual([])
    },
  )

  test('no transition, no recovery, no planning, no evidence', async () => {
    const { report, evidence } = await live()
    expect(report.verdicts.map(({ transition }) => transition)).toEqual([null, null])
    expect(report.planning).toBeUndefined()
    expect(evidence).toBeNull()
    expect(report.window.compared_with).toBeNull()
  })
})

describe('Slack', () => {
  test('gets an alert with on-change too, for nobody knows what is new', async () => {
    await live({ notify: 'on-change' })
    expect(services.slack.messages).toHaveLength(1)
    expect(JSON.stringify(services.slack.messages[0])).toContain('Claude rate limits, live')
  })

  test('gets nothing of a quiet window, which is not called ok', async () => {
    services.anthropic.world = worldOf({ usage: BURST.slice(0, 1).map((one) => ({ ...one, output: 300 })) })
    const { code, outputs, report, summary } = await live()
    expect(code).toBe(0)
    expect(services.slack.messages).toEqual([])
    expect(outputs).toMatchObject({ status: '', 'highest-utilization': '0.3', 'data-complete': 'false' })
    expect(report.verdicts[0]).toMatchObject({
      band: 'unmeasured',
      peak: null,
      so_far: { peak: 300, utilization: 0.3 },
      reason: `30 % at most until ${at('05:55:00')}; 5 minutes after that are not in yet`,
    })
    expect(summary.replaceAll('&nbsp;', ' ').replaceAll('\u00a0', ' ')).toContain(
      '## ⚪ Claude rate limits, live: nothing at or over 50 % so far, highest 30 %',
    )
    expect(summary).toContain('Closest so far: Claude Sonnet 5, output tokens')
  })
})

test('who watches sees how far the reading is, page by page', async () => {
  const lines: string[] = []
  await services.run({ date: 'last-3h' }, { showProgress: (line) => void lines.push(line) })
  expect(lines.length).toBeGreaterThan(2)
  expect(lines[0]).toMatch(/^Read 1 of about \d+ pages of usage\.$/)
})

test('where the legacy report refuses, tokens are known as far as analytics goes, and that is said', async () => {
  services.anthropic.faults.push({ path: /usage_report/, effect: { kind: 'status', status: 403 } })
  const { code, report, log } = await live()
  expect(code).toBe(0)
  expect(report.live?.known_until).toEqual({ tokens: at('05:47:00'), requests: at('05:47:00') })
  expect(log).toMatch(
    /warning: Tokens are known until 2026-11-23T05:47:00Z only, because the legacy report could not be read/,
  )
})

test('with usage-api analytics the legacy report is not asked', async () => {
  const { report } = await live({ 'usage-api': 'analytics' })
  expect(report.live?.known_until.tokens).toBe(at('05:47:00'))
  expect(services.anthropic.requests.filter(({ path }) => path.includes('usage_report'))).toEqual([])
})

test('with usage-api legacy requests are unmeasured, and tokens known until five minutes ago', async () => {
  const { report } = await live({ 'usage-api': 'legacy' })
  expect(report.verdicts[0]).toMatchObject({ band: 'alert', peak: 1_040, known_until: at('05:55:00') })
  expect(report.verdicts[1]).toMatchObject({
    band: 'unmeasured',
    reason: 'the legacy usage report has no request count',
  })
})

test('today is the UTC day so far, with the sum of a limit per day; the last hours have none', async () => {
  services.anthropic.world = worldOf({
    groups: [
      group({
        name: 'Claude Sonnet 5',
        models: ['claude-sonnet-5'],
        limits: { tokens_per_day: 20_000, [OUTPUT]: 1_000 },
      }),
    ],
  })
  const today = await live({ date: 'today' })
  const daily = (report: typeof today.report) => report.verdicts.find(({ limiter }) => limiter === 'tokens_per_day')
  expect(today.report.window).toMatchObject({ start: at('00:00:00'), end: at('06:00:00') })
  expect(daily(today.report)).toMatchObject({ band: 'watch', peak: 11_040, lower_bound: true })
  const hours = await live()
  expect(daily(hours.report)).toMatchObject({
    band: 'unmeasured',
    reason: expect.stringContaining('a limit per day is of UTC days'),
  })
})

test('a window of which nothing is known is blind, and says what to do', async () => {
  services.anthropic.options.dataRefreshedAt = at('04:00:00')
  const { code, hasReport } = await live({ date: 'last-1h', 'usage-api': 'analytics' })
  expect({ code, hasReport }).toEqual({ code: 1, hasReport: false })
  expect(JSON.stringify(services.slack.messages)).toContain('again with the same `date`')
})

test.each([
  [{ date: 'today', 'lookback-days': '7' }, /lookback-days: got "7" with date today; accepted: no lookback-days/],
  [{ date: 'last-3h', 'peak-window': 'hour' }, /peak-window: got "hour" with date last-3h; accepted: minute/],
  [{ date: 'last-49h' }, /date: got "last-49h"; accepted: .*last-1h to last-48h/],
  [{ date: DAY }, /date: got "2026-11-23"; accepted: a UTC day that has ended.*Live.*today.*headers-log/],
])('%j is refused, with the ways out', async (inputs, message) => {
  services.anthropic.requests.length = 0
  const { code, log } = await services.run(inputs)
  expect(code).toBe(1)
  expect(log).toMatch(message)
  expect(services.anthropic.requests).toEqual([])
})

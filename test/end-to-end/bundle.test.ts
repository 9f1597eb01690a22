import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OUTPUTS } from '../../src/deliver/outputs.ts'
import { ADMIN_KEY, type AnthropicEmulator, startAnthropic } from '../emulator/anthropic/server.ts'
import { type GitHubEmulator, startGitHub } from '../emulator/github/github.ts'
import { type SlackEmulator, startSlack } from '../emulator/slack/slack.ts'
import { group, usage, world } from '../emulator/world/world.ts'
import { runAction } from '../runner/run-action.ts'

/** The committed bundle, spawned as the runner does. The clock is the real one, so the world's day is the real yesterday. */

const DAY = 86_400_000
const yesterday = new Date(Date.now() - DAY).toISOString().slice(0, 10)
const WORLD = world({
  now: Date.now,
  groups: [
    group({
      name: 'Claude Opus 4.x',
      models: ['claude-opus-4-5', 'claude-opus-4-6'],
      limits: { requests_per_minute: 4_000, output_tokens_per_minute: 400_000 },
    }),
    group({ type: 'batch', limits: { enqueued_batch_requests: 500_000 } }),
  ],
  usage: ['claude-opus-4-5', 'claude-opus-4-6'].map((model) =>
    usage({ at: `${yesterday}T14:05:20Z`, model, requests: 1_550, output: 1_000 }),
  ),
})

let anthropic: AnthropicEmulator
let github: GitHubEmulator
let slack: SlackEmulator
beforeAll(async () => {
  ;[anthropic, github, slack] = await Promise.all([
    startAnthropic(WORLD, { dataRefreshedAt: null }),
    startGitHub(),
    startSlack(),
  ])
  await github.seed({ 'README.md': '# Platform\n' })
})
afterAll(() => Promise.all([anthropic.stop(), github.stop(), slack.stop()]))

const run = (inputs: Record<string, string> = {}, env: Record<string, string> = {}) =>
  runAction({
    inputs: {
      'anthropic-admin-key': ADMIN_KEY,
      'anthropic-base-url': anthropic.url,
      'github-token': github.token,
      'slack-webhook-url': slack.webhookUrl,
      date: yesterday,
      ...inputs,
    },
    env: { ...github.env, ...env },
  })

const requestCount = () => anthropic.requests.length + github.requests.length + slack.requests.length

describe('the bundle on the runner', () => {
  test('gives every output, one commit of the snapshot alone, one Slack message and a scorecard', async () => {
    const { code, outputs, summary, report } = await run()
    expect(code).toBe(0)
    expect(Object.keys(outputs).sort()).toEqual([...OUTPUTS].sort())
    expect(outputs).toMatchObject({
      status: 'alert',
      'highest-utilization': '0.775',
      'snapshot-operation': 'created',
      'commit-verified': 'true',
      'slack-delivered': 'true',
      'window-start': `${yesterday}T00:00:00Z`,
    })
    expect(JSON.parse(outputs.alerts!)).toMatchObject([{ limiter: 'requests_per_minute', peak: 3_100 }])
    expect(report?.status).toBe('alert')
    expect(summary).toContain('### Scorecard')
    expect((await github.git('show', '--name-only', '--format=', 'HEAD')).trim()).toBe(
      '.github/claude-rate-limits.json',
    )
    expect(slack.messages).toHaveLength(1)
  })

  test('makes no commit when nothing has changed', async () => {
    const head = await github.git('rev-parse', 'HEAD')
    const { code, outputs } = await run()
    expect(code).toBe(0)
    expect(outputs['snapshot-operation']).toBe('unchanged')
    expect(await github.git('rev-parse', 'HEAD')).toBe(head)
  })

  test('that can write no outputs prints why it is blind, and no stack trace', async () => {
    anthropic.faults.push({ path: '/v1/organizations/rate_limits', effect: { kind: 'status', status: 403 } })
    const { code, log } = await run({}, { GITHUB_OUTPUT: '/dev/null/outputs' })
    anthropic.faults.length = 0
    expect(code).toBe(1)
    expect(log).toMatch(/^::error::The audit is blind: .*403/m)
    expect(log).toMatch(/^::error::The audit could not be reported in full: .*outputs/m)
    expect(log).not.toMatch(/^\s+at /m)
  })

  test('says its name and project in every request', () => {
    const agents = new Set(
      [...anthropic.requests, ...github.requests, ...slack.requests].map(({ headers }) => headers['user-agent']),
    )
    expect([...agents]).toEqual([expect.stringMatching(/^claude-rate-limit-audit\/\d+\.\d+\.\d+ \(\+https:/)])
  })
})

describe('bad input stops the run before any request, and says which input, what was given and what is accepted', () => {
  test.each([
    ['threshold', '80', 'did you mean "80%"?'],
    ['date', '2026-02-30', 'a day as YYYY-MM-DD'],
    ['lookback-days', '0', 'a whole number from 1 to 31'],
    ['peak-window', 'second', 'anthropic-ratelimit-* headers'],
    ['workspaces', 'none, production', 'all | none | a list'],
    ['group-types', 'models', 'a list of model_group'],
    ['snapshot-path', '../../etc/passwd', 'a path inside the repository'],
    ['snapshot-mode', 'push', 'commit | pull-request | file | none'],
    ['notify', 'often', 'on-alert | on-change | always | never'],
    ['anthropic-base-url', 'http://api.anthropic.com', 'https URL'],
    ['runbook-url', 'javascript:alert(1)', 'an https URL'],
    ['dry-run', 'maybe', 'true | false'],
  ])('%s: %s', async (name, given, accepted) => {
    const before = requestCount()
    const { code, log, summary } = await run({ [name]: given })
    expect(code).toBe(1)
    expect(log).toContain(`${name}: got ${JSON.stringify(given)}`.replaceAll('%', '%25'))
    expect(log).toContain(accepted.replaceAll('%', '%25'))
    expect(summary).toContain('the audit did not begin')
    expect(requestCount()).toBe(before)
  })

  test('several at once come in one message', async () => {
    const { code, log } = await run({ threshold: '80', date: 'tomorrow', notify: 'often' })
    expect(code).toBe(1)
    expect(log.match(/::error/g)).toHaveLength(1)
    expect(log).toMatch(/3 inputs are not valid/)
  })

  test.each([
    ['HTTPS_PROXY', 'http://'],
    ['http_proxy', 'http://ada:pass#of-ada@proxy.corp:3128'],
    ['NO_PROXY', 'http://ada:pass-of-ada@intern.corp'],
  ])('a proxy variable that cannot be read is one clear error without its value: %s', async (name, value) => {
    const before = requestCount()
    const { code, log, summary } = await run({}, { [name]: value })
    expect(code).toBe(1)
    expect(log.match(/::error/g)).toHaveLength(1)
    expect(log).toContain(`${name}: got a value that is not shown because it may hold a password`)
    expect(log + summary).not.toMatch(/of-ada|^\s+at /m)
    expect(summary).toContain('the audit did not begin')
    expect(requestCount()).toBe(before)
  })

  test('no credential at all is one clear error, and nothing is sent', async () => {
    const before = requestCount()
    const { code, log } = await run({ 'anthropic-admin-key': '' })
    expect(code).toBe(1)
    expect(log).toMatch(/anthropic-admin-key: got nothing.*anthropic-federation-rule-id/)
    expect(requestCount()).toBe(before)
  })
})

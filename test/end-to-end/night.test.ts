import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type OidcIssuer, startOidcIssuer } from '../emulator/anthropic/oidc-issuer.ts'
import { ADMIN_KEY, type AnthropicEmulator, startAnthropic } from '../emulator/anthropic/server.ts'
import { type GitHubEmulator, startGitHub } from '../emulator/github/github.ts'
import { type SlackEmulator, startSlack } from '../emulator/slack/slack.ts'
import { group, usage, workspace, world } from '../emulator/world/world.ts'
import { type ActionRun, runAction } from '../runner/run-action.ts'

/** The bundle at night, alone: without a stored key, behind a proxy, cancelled, and with a service that hangs. */

const DAY = 86_400_000
const yesterday = new Date(Date.now() - DAY).toISOString().slice(0, 10)
const WORLD = world({
  now: Date.now,
  groups: [
    group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-5'], limits: { output_tokens_per_minute: 1_000 } }),
  ],
  workspaces: [workspace({ name: 'production', overrides: { 'Claude Opus 4.x': { output_tokens_per_minute: 900 } } })],
  usage: [usage({ at: `${yesterday}T14:05:00Z`, model: 'claude-opus-4-5', workspace: 'production', output: 800 })],
})

let anthropic: AnthropicEmulator
let github: GitHubEmulator
let slack: SlackEmulator
let issuer: OidcIssuer
beforeEach(async () => {
  ;[anthropic, github, slack, issuer] = await Promise.all([
    startAnthropic(WORLD, { dataRefreshedAt: null }),
    startGitHub(),
    startSlack(),
    startOidcIssuer(),
  ])
  await github.seed({ 'README.md': '# Platform\n' })
})
afterEach(() => Promise.all([anthropic, github, slack, issuer].map((service) => service.stop())))

const run = (options: Parameters<typeof runAction>[0] = {}) =>
  runAction({
    ...options,
    inputs: {
      'anthropic-admin-key': ADMIN_KEY,
      'anthropic-base-url': anthropic.url,
      'github-token': github.token,
      'slack-webhook-url': slack.webhookUrl,
      date: yesterday,
      ...options.inputs,
    },
    env: { ...github.env, ...options.env },
  })

describe('keyless', () => {
  const keyless = (inputs: Record<string, string> = {}, env: Record<string, string> = issuer.env) => {
    const { federation } = anthropic.options
    return run({
      inputs: {
        'anthropic-admin-key': '',
        'anthropic-federation-rule-id': federation.ruleId,
        'anthropic-organization-id': WORLD.organization.id,
        'anthropic-service-account-id': federation.serviceAccountId,
        ...inputs,
      },
      env,
    })
  }
  /** Tokens as they went over the wire. */
  const tokens = () =>
    [
      ...anthropic.requests.flatMap(({ headers, body }) => [
        headers.authorization?.replace(/^Bearer /, '') ?? '',
        body ? (JSON.parse(body).assertion as string) : '',
      ]),
    ].filter(Boolean)
  const withoutMasks = ({ log }: ActionRun) => log.replace(/^::add-mask::.*$/gm, '')

  test("GitHub's ID token becomes a token of Anthropic, used for everything and shown nowhere", async () => {
    const result = await keyless()
    expect(result.code).toBe(0)
    expect(result.outputs.status).toBe('alert')
    const exchanges = anthropic.requests.filter(({ path }) => path === '/v1/oauth/token')
    expect(exchanges).toHaveLength(1)
    expect(exchanges[0]!.headers['anthropic-beta']).toBe('oauth-2025-04-20,oidc-federation-2026-04-01')
    expect(anthropic.requests.every(({ headers }) => !('x-api-key' in headers))).toBe(true)
    expect(tokens().length).toBeGreaterThan(3)
    for (const token of new Set(tokens())) {
      expect(result.log).toContain(`::add-mask::${token}`)
      expect(withoutMasks(result) + result.summary + JSON.stringify(result.outputs)).not.toContain(token)
    }
  })

  test('a token that the analytics API refuses leads to the legacy report, and the run says so', async () => {
    anthropic.options.federation.analytics = false
    const result = await keyless()
    expect(result.code).toBe(0)
    expect(result.log).toMatch(/::warning.*legacy report/)
    expect(result.report?.usage_source).toBe('legacy')
  })

  test('a rule that does not fit is explained with where the reason is shown and the usual causes', async () => {
    anthropic.options.federation.subject = 'repo:acme/other:ref:refs/heads/main'
    const result = await keyless()
    expect(result.code).toBe(1)
    expect(result.log).toMatch(
      /Workload identity.*history.*sub "repo:acme\/limits:ref:refs\/heads\/main".*A rule fits it with issuer.*admin role/,
    )
    expect(slack.messages[0]?.text).toMatch(/audit is blind/)
  })

  test('without id-token: write the message names the permission', async () => {
    const result = await keyless({}, {})
    expect(result.code).toBe(1)
    expect(result.log).toContain('id-token: write')
  })
})

test('every secret is masked before anything else is said', async () => {
  const { log } = await run({ env: { RUNNER_DEBUG: '1' } })
  const lines = log.split('\n').filter(Boolean)
  const secrets = [ADMIN_KEY, slack.webhookUrl, github.token]
  const masks = lines.slice(0, secrets.length)
  expect(masks.toSorted()).toEqual(secrets.map((secret) => `::add-mask::${secret}`).toSorted())
  for (const secret of secrets) expect(lines.slice(secrets.length).join('\n')).not.toContain(secret)
})

describe('behind a proxy', () => {
  async function startProxy() {
    const script = fileURLToPath(new URL('proxy.ts', import.meta.url))
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines: string[] = []
    const reader = createInterface(child.stdout)
    const [url] = (await once(reader, 'line')) as [string]
    reader.on('line', (line) => lines.push(line))
    const stop = async () => {
      child.kill()
      await once(child, 'exit')
    }
    return { url, lines, stop }
  }
  const hostOf = (url: string) => new URL(url).host

  test('Anthropic, GitHub and Slack are reached through it, and what NO_PROXY names without it', async () => {
    const proxy = await startProxy()
    try {
      const through = await run({ env: { HTTP_PROXY: proxy.url } })
      expect(through.code).toBe(0)
      const hosts = () => new Set(proxy.lines.map((line) => line.split(' ')[1]))
      expect(hosts()).toEqual(new Set([anthropic.url, github.apiUrl, slack.url].map(hostOf)))

      proxy.lines.length = 0
      const past = await run({
        env: { http_proxy: proxy.url, no_proxy: `${hostOf(slack.url)},${hostOf(github.apiUrl)}` },
      })
      expect(past.code).toBe(0)
      expect(hosts()).toEqual(new Set([hostOf(anthropic.url)]))

      proxy.lines.length = 0
      const loose = await run({ env: { HTTP_PROXY: proxy.url.replace('http://', 'ada:50%-of-ada@') } })
      expect(loose.code).toBe(0)
      expect(hosts()).toEqual(new Set([anthropic.url, github.apiUrl, slack.url].map(hostOf)))
    } finally {
      await proxy.stop()
    }
  })
})

describe('when it must end', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s in the middle of a run leaves nothing half-written', async (signal) => {
    anthropic.faults.push({
      path: '/v1/organizations/analytics/usage',
      when: ({ query }) => query.has('time_bucket_width'),
      effect: { kind: 'hang' },
    })
    const head = await github.git('rev-parse', 'HEAD')
    let killedAt = 0
    const result = await run({
      onLog: (text, kill) => {
        if (!text.includes('Plan: usage per minute')) return
        killedAt = Date.now()
        kill(signal)
      },
    })
    expect(killedAt).toBeGreaterThan(0)
    expect(Date.now() - killedAt).toBeLessThan(5_000)
    expect(result.code).not.toBe(0)
    expect(result).toMatchObject({ outputs: {}, summary: '', report: null })
    expect(await github.git('rev-parse', 'HEAD')).toBe(head)
    expect(slack.requests).toEqual([])
  })

  test('a log that nobody takes any more costs neither the commit nor the alert', async () => {
    const head = await github.git('rev-parse', 'HEAD')
    const result = await run({ onLog: (_text, _kill, hangUp) => hangUp() })
    expect(result).toMatchObject({ code: 0, signal: null, outputs: { status: 'alert', 'slack-delivered': 'true' } })
    expect(result.log).not.toContain('Posted to Slack')
    expect(await github.git('rev-parse', 'HEAD')).not.toBe(head)
    expect(slack.messages).toHaveLength(1)
  })

  test('one query that is refused ends the run, though another one hangs', async () => {
    const isUsage =
      (of: boolean) =>
      ({ query, path }: { query: URLSearchParams; path: string }) =>
        path.endsWith('/analytics/usage') && query.has('workspace_ids[]') === of
    anthropic.faults.push(
      { when: isUsage(true), effect: { kind: 'hang' } },
      { when: isUsage(false), nth: 2, times: 100, effect: { kind: 'status', status: 401 } },
    )
    const startedAt = Date.now()
    const result = await run({ inputs: { 'usage-api': 'analytics' } })
    expect(result.code).toBe(1)
    expect(result.log).toMatch(/The audit is blind: .*401/)
    expect(Date.now() - startedAt).toBeLessThan(20_000)
  })
})

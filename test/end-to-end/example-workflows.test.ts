import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type OidcIssuer, startOidcIssuer } from '../emulator/anthropic/oidc-issuer.ts'
import { ORDINARY } from '../emulator/anthropic/options.ts'
import { ADMIN_KEY, type AnthropicEmulator, startAnthropic } from '../emulator/anthropic/server.ts'
import { type GitHubEmulator, startGitHub } from '../emulator/github/github.ts'
import { type SlackEmulator, startSlack } from '../emulator/slack/slack.ts'
import { group, usage, workspace, world } from '../emulator/world/world.ts'
import { runAction } from '../runner/run-action.ts'
import { type Ran, runWorkflow, SUMMARY } from '../runner/run-workflow.ts'

/** Every workflow to copy, on a fresh repository with the default token and the permissions that it asks for. */

const FOLDER = 'docs/workflows'
/** It audits nothing. */
const CHECK = 'check-policy.yml'
/** It runs the command in place of the action. */
const QUARTERLY = 'quarterly-review.yml'
const hasBash = spawnSync('bash', ['--version']).status === 0
const hasShell = hasBash && ['jq'].every((tool) => spawnSync(tool, ['--version']).status === 0)
const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)

const worldWith = (requests: number) =>
  world({
    now: Date.now,
    groups: [group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: { requests_per_minute: 4_000 } })],
    workspaces: [workspace({ name: 'payments', overrides: { 'Claude Opus 4.x': { requests_per_minute: 3_900 } } })],
    usage: [usage({ at: `${yesterday}T14:05:20Z`, model: 'claude-opus-4-6', requests })],
  })

let anthropic: AnthropicEmulator
let github: GitHubEmulator
let slack: SlackEmulator
let issuer: OidcIssuer
let ran: Ran[] = []
/** What actions/checkout has brought; null in a job without it. */
let checkout: string | null = null
beforeEach(async () => {
  ;[anthropic, github, slack, issuer] = await Promise.all([
    startAnthropic(worldWith(3_800), { dataRefreshedAt: null }),
    startGitHub(),
    startSlack(),
    startOidcIssuer(),
  ])
  await github.seed({ 'README.md': '# Platform\n' })
})
afterEach(async () => {
  expect(github.violations).toEqual([])
  for (const { folder } of ran) rmSync(folder, { recursive: true, force: true })
  ran = []
  checkout = null
  await Promise.all([anthropic, github, slack, issuer].map((service) => service.stop()))
})

type Permissions = Partial<Record<'contents' | 'pull-requests' | 'issues' | 'id-token', 'write' | 'read'>>

/** What the jobs with an audit ask for, and no more, is what the token may do. */
function grantedBy(name: string): Permissions {
  const { jobs }: { jobs: Record<string, { permissions?: Permissions }> } = parse(
    readFileSync(join(FOLDER, name), 'utf8'),
  )
  const [permissions = {}] = Object.values(jobs).map((job) => job.permissions ?? {})
  github.settings.contents = permissions.contents ?? 'none'
  github.settings.pullRequests = permissions['pull-requests'] ?? 'none'
  github.settings.issues = permissions.issues === 'write' ? 'write' : 'none'
  return permissions
}

async function run(name: string): Promise<Ran> {
  const permissions = grantedBy(name)
  const federation = ORDINARY.federation
  const result = await runWorkflow(join(FOLDER, name), {
    contexts: {
      secrets: {
        ANTHROPIC_ADMIN_KEY: ADMIN_KEY,
        SLACK_WEBHOOK_URL: slack.webhookUrl,
        PAGERDUTY_ROUTING_KEY: 'routing-key',
        GATEWAY_TOKEN: 'gateway-token',
      },
      vars: {
        GATEWAY_URL: 'https://gateway.example.com',
        CLAUDE_FEDERATION_RULE_ID: federation.ruleId,
        CLAUDE_ORGANIZATION_ID: anthropic.world.organization.id,
        CLAUDE_SERVICE_ACCOUNT_ID: federation.serviceAccountId,
      },
      // A scheduled run has none, and then they are empty.
      inputs: {},
      github: { token: github.token, repository: 'acme/limits', server_url: 'https://github.com', run_id: '7001' },
      job: { workflow_repository: 'OWNER/claude-rate-limit-audit', workflow_sha: '0'.repeat(40) },
    },
    baseUrl: anthropic.url,
    gatewayFile: async () => (await github.read('main', '.github/claude-gateway.json')) ?? '',
    audit: (inputs, folder) =>
      runAction({
        inputs: { 'github-token': github.token, ...inputs, 'anthropic-base-url': anthropic.url },
        env: {
          ...github.env,
          ...(permissions['id-token'] === 'write' ? issuer.env : {}),
          RUNNER_TEMP: folder,
          ...(checkout === null ? {} : { GITHUB_WORKSPACE: checkout }),
        },
      }),
  })
  ran.push(result)
  return result
}

const failsFor = (path: string, status: number) => anthropic.faults.push({ path, effect: { kind: 'status', status } })

const CASES = {
  ok: () => {
    anthropic.world = worldWith(40)
  },
  alert: () => {},
  'partial failure': () => {
    const [id] = anthropic.world.workspaces.map((one) => one.id)
    failsFor(`/v1/organizations/workspaces/${id}/rate_limits`, 403)
  },
  blind: () => failsFor('/v1/organizations/rate_limits', 403),
} as const

const written = ({ folder }: Ran, file: string) =>
  existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : ''
const reached = ({ steps }: Ran) => Object.fromEntries(steps.map(({ name, ran: isRun }) => [name, isRun]))

describe('a fresh repository', () => {
  test.each(readdirSync(FOLDER).filter((name) => name !== CHECK && name !== QUARTERLY))(
    '%s does what it says, with no warning of what it may not do',
    async (name) => {
      const { audits, steps } = await run(name)
      expect(audits.length).toBeGreaterThan(0)
      for (const { run: audit } of audits) {
        expect(audit.code, audit.log).toBe(0)
        expect(audit.outputs.status).toBe('alert')
        expect(audit.log).not.toMatch(/^::(error|warning)::.*(is without|may not|permission|not accessible)/m)
      }
      for (const step of steps) expect(step.status ?? 0, `${step.name}: ${step.stderr}`).toBe(0)
    },
  )

  test('the pull request is opened with its label, and nobody is asked whom the default token cannot ask', async () => {
    const { audits } = await run('limit-change-pull-request.yml')
    expect(audits[0]!.run.outputs['pull-request-operation']).toBe('created')
    expect(github.pulls).toMatchObject([{ labels: ['claude-rate-limits'], reviewers: [], teams: [] }])
  })
})

describe(CHECK, () => {
  const POLICY = '.github/claude-rate-limits.policy.yml'
  const checked = async (policy: string) => {
    checkout = mkdtempSync(join(tmpdir(), 'checkout-'))
    mkdirSync(join(checkout, '.github'))
    writeFileSync(join(checkout, POLICY), policy)
    const [audit] = (await run(CHECK)).audits
    rmSync(checkout, { recursive: true })
    expect([anthropic, github, slack].flatMap(({ requests }) => requests)).toEqual([])
    return audit!
  }

  test('passes a policy that is valid, without a secret and without a request', async () => {
    const { inputs, run: check } = await checked('thresholds:\n  - group: batch\n    alert: 90%\n')
    expect(inputs).toEqual({ mode: 'check' })
    expect(check.code, check.log).toBe(0)
  })

  test('fails a policy with a typo, at its line', async () => {
    const { run: check } = await checked('expected: []\nmute: []\n')
    expect(check.code).toBe(1)
    expect(check.log).toContain(`file=${POLICY},line=2,col=1::the file: "mute" is not known here`)
  })
})

describe.skipIf(!hasShell).each(Object.keys(CASES) as (keyof typeof CASES)[])(
  'next-step.yml in the case %s',
  (name) => {
    test('opens an issue and calls somebody where there is an alert, also of a run that failed in part', async () => {
      CASES[name]()
      const result = await run('next-step.yml')
      const isAlert = name === 'alert' || name === 'partial failure'
      expect(result.status).toBe(name === 'ok' || name === 'alert' ? 'success' : 'failure')
      expect(reached(result)).toEqual({ 'Open an issue, unless one is open': isAlert, Page: isAlert })
      expect(result.steps.flatMap(({ status }) => (status === null ? [] : [status]))).toEqual(isAlert ? [0, 0] : [])
      if (isAlert) {
        expect(written(result, 'issue.md')).toContain('`Claude Opus 4.x` · `requests_per_minute`: 95 % of 4000')
        expect(JSON.parse(written(result, 'curl.input'))).toMatchObject({
          routing_key: 'routing-key',
          dedup_key: `claude-rate-limits-${yesterday}T00:00:00Z`,
          payload: { summary: 'A Claude rate limit was used to 95 %' },
        })
      }
    })
  },
)

describe.each(Object.keys(CASES) as (keyof typeof CASES)[])('weekly-review.yml in the case %s', (name) => {
  test('keeps the report wherever there is one', async () => {
    CASES[name]()
    const result = await run('weekly-review.yml')
    const [upload] = result.steps
    expect(upload).toMatchObject({ name: 'actions/upload-artifact', ran: name !== 'blind' })
    if (name !== 'blind') expect(upload!.with.path).toMatch(/report\.json$/)
  })
})

describe.skipIf(!hasShell).each(Object.keys(CASES) as (keyof typeof CASES)[])(
  'gateway-refresh.yml in the case %s',
  (name) => {
    test('hands over limits of a whole reading, and leaves the gateway what it has otherwise', async () => {
      CASES[name]()
      const result = await run('gateway-refresh.yml')
      const isWhole = name === 'ok' || name === 'alert'
      expect(reached(result)).toEqual(
        isWhole ? { 'Read the gateway file': true, 'Model by model': true, Deliver: true } : {},
      )
      if (isWhole) {
        expect(JSON.parse(written(result, 'limits.json'))).toEqual({
          'claude-opus-4-6': { requests_per_minute: 4_000 },
        })
        expect(written(result, 'curl.calls')).toContain('--request PUT https://gateway.example.com/claude-limits')
      }
    })
  },
)

describe.skipIf(!hasBash)(QUARTERLY, () => {
  const HEALTH = /\*\*(Stay|Lower)/

  test('shows one page, keeps it, and writes and posts nothing', async () => {
    const result = await run(QUARTERLY)
    for (const { name, status, stderr } of result.steps) expect(status ?? 0, `${name}: ${stderr}`).toBe(0)
    const page = written(result, SUMMARY)
    expect(page).toMatch(/^# Claude rate limits and cost, .* \(92 days, UTC\)/)
    expect(page).toContain('**Raise Claude Opus 4.x.** Requests/min reached its alert line of 75 % in 1 minute')
    expect(written(result, 'review.md')).toBe(page)
    expect(result.steps.at(-1)).toMatchObject({
      name: 'actions/upload-artifact',
      ran: true,
      with: { path: 'review.md' },
    })
    expect(written(result, 'npx.calls')).toMatch(
      /^--yes github:OWNER\/claude-rate-limit-audit#0{40} --review --date yesterday /,
    )
    expect([github, slack].flatMap(({ requests }) => requests)).toEqual([])
  })

  test('fails where the cost cannot be read, and shows what is known', async () => {
    failsFor('/v1/organizations/analytics/cost', 403)
    const result = await run(QUARTERLY)
    expect(result.status).toBe('failure')
    expect(written(result, SUMMARY)).toMatch(/\*\*Raise Claude Opus 4\.x\.\*\*[\s\S]*Not measurable: .*answered 403/)
  })

  test('shows nothing where the limits cannot be read', async () => {
    CASES.blind()
    const result = await run(QUARTERLY)
    expect(result.status).toBe('failure')
    expect(written(result, SUMMARY)).not.toMatch(HEALTH)
    expect(result.steps.map(({ stderr }) => stderr).join('')).toMatch(/The review could not be made.*answered 403/s)
  })
})

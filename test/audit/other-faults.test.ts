import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { InputName } from '../../src/inputs/names.ts'
import { type OidcIssuer, startOidcIssuer } from '../emulator/anthropic/oidc-issuer.ts'
import { ORDINARY } from '../emulator/anthropic/options.ts'
import type { Fault } from '../emulator/faults.ts'
import { apiKey, group, usage, workspace, world } from '../emulator/world/world.ts'
import { expectNoSecret, FAULTS, runWith } from './faults.ts'
import { type Services, startServices } from './harness.ts'

/**
 * The rest of the fault matrix: the token exchange, the reads that only some runs make, and everything that is delivered.
 * A limit is close and has moved, so that each run has an alert to tell and a snapshot to write.
 */

const ALERT = world({
  groups: [group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-5'], limits: { output_tokens_per_minute: 100 } })],
  workspaces: [workspace({ name: 'production' })],
  apiKeys: [apiKey('checkout', 'production')],
  usage: [usage({ at: '14:05', model: 'claude-opus-4-5', output: 90, workspace: 'production', apiKey: 'checkout' })],
})
const BEFORE = { ...ALERT, groups: [{ ...ALERT.groups[0]!, limits: { output_tokens_per_minute: 200 } }] }

let services: Services
let issuer: OidcIssuer
let committed: string
beforeAll(async () => {
  issuer = await startOidcIssuer(undefined, ALERT.now)
  services = await startServices(BEFORE, { dataRefreshedAt: null }, issuer)
  await services.run({ 'slack-webhook-url': '' })
  committed = await head()
  services.anthropic.world = ALERT
})
afterAll(() => Promise.all([services.stop(), issuer.stop()]))
afterEach(async () => {
  for (const server of [services.anthropic, services.github, services.slack, issuer]) {
    server.faults.length = 0
    server.requests.length = 0
  }
  services.slack.messages.length = 0
  services.github.pulls.length = 0
  // A process of git for each ref, so only where there is something to undo.
  for (const [name, oid] of await refs()) {
    if (name !== 'main') await services.github.git('update-ref', '-d', `refs/heads/${name}`)
    else if (oid !== committed) await services.github.git('update-ref', 'refs/heads/main', committed)
  }
})
const refs = async () =>
  (await services.github.git('for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads'))
    .split('\n')
    .map((line) => line.split(' '))
const head = async () => (await services.github.git('rev-parse', 'main')).trim()

/**
 * blind: nothing is known, and that is told. whole: the fault costs nothing that matters. unsaved: the alert is told, the snapshot stays.
 * untold: the snapshot is written, Slack did not get the message.
 */
type Fate = 'blind' | 'whole' | 'unsaved' | 'pushed' | 'untold'

type Place = {
  service: 'anthropic' | 'github' | 'slack' | 'issuer'
  fault: Omit<Fault, 'effect'>
  inputs?: Partial<Record<InputName, string>>
  fate: (fault: string) => Fate
  /** What the message says, where it is not what the fault says of a read from Anthropic. */
  says?: RegExp
}

/** What GitHub has done although its reply was lost is found by reading again. */
const LOST_REPLY = /no reply|reset|truncated|schema|HTML|drip|50 MB/
const GITHUB_SAYS = /GitHub (refused|gave no usable reply to) |could not be committed to in 5 tries: it moved/
const PULL_REQUEST = { 'snapshot-mode': 'pull-request' } as const

const KEYLESS = {
  'anthropic-admin-key': '',
  'anthropic-federation-rule-id': ORDINARY.federation.ruleId,
  'anthropic-organization-id': ALERT.organization.id,
  'anthropic-service-account-id': ORDINARY.federation.serviceAccountId,
} as const

const PLACES: Record<string, Place> = {
  'token exchange': {
    service: 'anthropic',
    fault: { method: 'POST', path: '/v1/oauth/token' },
    inputs: KEYLESS,
    fate: () => 'blind',
    says: /POST \/v1\/oauth\/token (answered|got no reply|gave no reply)/,
  },
  'ID token': {
    service: 'issuer',
    fault: { method: 'GET', path: '/idtoken' },
    inputs: KEYLESS,
    fate: () => 'blind',
    says: /GitHub gave no ID token for the audience https:\/\/api\.anthropic\.com: (the request (was answered|got no reply)|the reply holds no token)/,
  },
  'legacy report': {
    service: 'anthropic',
    fault: { path: '/v1/organizations/usage_report/messages' },
    inputs: { 'usage-api': 'legacy' },
    fate: () => 'blind',
  },
  'API keys': {
    service: 'anthropic',
    fault: { path: '/v1/organizations/api_keys' },
    fate: () => 'whole',
  },
  repository: {
    service: 'github',
    fault: { method: 'GET', path: '/repos/acme/limits' },
    fate: () => 'unsaved',
    says: GITHUB_SAYS,
  },
  'committed files': {
    service: 'github',
    fault: { method: 'GET', path: /\/contents\// },
    // A file that is not there is no failure: this is then a first snapshot.
    fate: (fault) => (fault === '404' ? 'whole' : 'unsaved'),
    says: GITHUB_SAYS,
  },
  commit: {
    service: 'github',
    fault: { method: 'POST', path: '/graphql' },
    fate: (fault) => (LOST_REPLY.test(fault) ? 'whole' : 'unsaved'),
    says: GITHUB_SAYS,
  },
  'open pull requests': {
    service: 'github',
    fault: { method: 'GET', path: '/repos/acme/limits/pulls' },
    inputs: PULL_REQUEST,
    fate: () => 'unsaved',
    says: GITHUB_SAYS,
  },
  'opening a pull request': {
    service: 'github',
    fault: { method: 'POST', path: '/repos/acme/limits/pulls' },
    inputs: PULL_REQUEST,
    fate: (fault) => (LOST_REPLY.test(fault) ? 'whole' : 'pushed'),
    says: GITHUB_SAYS,
  },
  Slack: {
    service: 'slack',
    fault: { method: 'POST' },
    fate: () => 'untold',
    says: /Slack (answered|refused)|connection to Slack broke|webhook answered HTTP 200, but not|webhook answered HTTP 30\d, a redirect/,
  },
}

/** One of a kind is enough here: 401 and 500 come with an echo, and what is tried again, and how often, is tested at each client. */
const KINDS = Object.keys(FAULTS).filter((fault) => !/^(401|500|408|409|529|429 at the spend cap)$/.test(fault))
const CELLS = Object.entries(PLACES).flatMap(([name, { fate }]) =>
  KINDS.map((fault) => [name, fault, fate(fault)] as const),
)

describe('a fault that stays', () => {
  test.each(CELLS)('%s: %s leaves the run %s', async (place, name, expected) => {
    const { service, fault, inputs, says } = PLACES[place]!
    const server = services[service]!
    server.faults.push({ ...fault, effect: FAULTS[name]!.effect })
    const run = await runWith(services, name, fault, inputs)
    expectNoSecret(run, services)
    expect(server.requests.some(({ path }) => !(fault.path instanceof RegExp) || fault.path.test(path))).toBe(true)

    const told = services.slack.messages.map(({ text }) => text).join('\n')
    expect(run.code).toBe(expected === 'whole' ? 0 : 1)
    if (expected !== 'whole') expect(run.log).toMatch(says ?? FAULTS[name]!.says)
    if (expected !== 'untold') expect(run.outputs['slack-delivered']).toBe('true')
    switch (expected) {
      case 'blind':
        expect(run.hasReport).toBe(false)
        expect(run.outputs).toMatchObject({ status: '', 'data-complete': 'false', drift: '' })
        expect(told).toMatch(/the audit is blind/)
        expect(run.summary).toMatch(/the audit is blind/)
        break
      case 'unsaved':
        expect(run.outputs).toMatchObject({ status: 'alert', 'commit-sha': '', 'snapshot-operation': 'skipped' })
        expect(run.report.failures.map(({ resource }) => resource)).toEqual([expect.stringMatching(/snapshot/)])
        expect(JSON.stringify(services.slack.messages)).toMatch(/snapshot/)
        break
      case 'pushed':
        expect(run.outputs).toMatchObject({ 'snapshot-operation': 'updated', 'pull-request-operation': 'branch-only' })
        expect(run.report.failures.map(({ resource }) => resource)).toEqual(['pull request'])
        expect(JSON.stringify(services.slack.messages)).toMatch(/pull request/)
        break
      case 'untold':
        expect(run.outputs).toMatchObject({ 'slack-delivered': 'false', 'snapshot-operation': 'updated' })
        expect(run.report.failures.map(({ resource }) => resource)).toEqual(['Slack'])
        expect(run.summary).toContain('Slack')
    }
    const isWritten = (expected === 'whole' && inputs !== PULL_REQUEST) || expected === 'untold'
    expect((await head()) !== committed).toBe(isWritten)
    if (inputs === PULL_REQUEST) expect(services.github.pulls).toHaveLength(expected === 'whole' ? 1 : 0)
  })
})

/** What GitHub says for a moment and does not mean, in the order of a run: once, wherever it strikes. */
const graphql = (type: string | undefined, message: string, data: unknown = null) =>
  ({ kind: 'body', body: JSON.stringify({ data, errors: [{ type, message }] }) }) as const
const refusedPull = (error: object) =>
  ({ kind: 'status', status: 422, body: JSON.stringify({ message: 'Validation Failed', errors: [error] }) }) as const
const MOMENTS: Record<string, Fault> = {
  'a file that exists is not found': { path: /\/contents\//, effect: { kind: 'status', status: 404 } },
  'the commit that it has just named is not found': {
    path: /\/(contents|git\/trees)\//,
    effect: { kind: 'status', status: 404 },
  },
  'something went wrong': {
    path: '/graphql',
    effect: graphql(undefined, 'Something went wrong while executing your query.'),
  },
  INTERNAL: { path: '/graphql', effect: graphql('INTERNAL', 'An error occurred.') },
  SERVICE_UNAVAILABLE: { path: '/graphql', effect: graphql('SERVICE_UNAVAILABLE', 'Try again later.') },
  'data beside errors': { path: '/graphql', effect: graphql(undefined, 'A resolver failed.', { updateRefs: {} }) },
  'a 502 to a mutation': { path: '/graphql', effect: { kind: 'status', status: 502 } },
  'the head is invalid': {
    method: 'POST',
    path: /\/pulls$/,
    effect: refusedPull({ resource: 'PullRequest', field: 'head', code: 'invalid' }),
  },
  'submitted too quickly': {
    method: 'POST',
    path: /\/pulls$/,
    effect: refusedPull({ code: 'custom', message: 'was submitted too quickly' }),
  },
  'a 404 to a new pull request': { method: 'POST', path: /\/pulls$/, effect: { kind: 'status', status: 404 } },
}

describe('a moment of GitHub is got over, and the change is told and kept once', () => {
  const CASES = Object.keys(MOMENTS).flatMap((moment) =>
    ['commit', 'pull-request'].flatMap((mode) => [1, 2].map((nth) => [moment, mode, nth] as const)),
  )
  test.each(CASES)('%s, in mode %s, the %i. time it is asked', async (moment, mode, nth) => {
    services.github.faults.push({ ...MOMENTS[moment]!, nth, times: 1 })
    const run = await services.run({ 'snapshot-mode': mode })
    expect(run.code).toBe(0)
    expect(run.outputs).toMatchObject({ drift: 'true', 'drift-count': '1', 'snapshot-operation': 'updated' })
    expect(services.slack.messages).toHaveLength(1)
    expect(JSON.stringify(services.slack.messages)).toContain('200 → 100')
    const branch = mode === 'commit' ? 'main' : 'claude-rate-limit-audit'
    expect(await services.github.git('rev-list', '--count', `${committed}..${branch}`)).toBe('1')
    expect((await refs()).map(([name]) => name)).toEqual(mode === 'commit' ? ['main'] : [branch, 'main'])
    expect(services.github.pulls).toHaveLength(mode === 'commit' ? 0 : 1)
  })
})

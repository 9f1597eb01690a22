import { afterEach, beforeEach, expect, test } from 'vitest'
import { readOrganizationLimits } from '../../../src/collect/limits/rate-limits.ts'
import type { Credentials } from '../../../src/inputs/source.ts'
import { type OidcIssuer, startOidcIssuer } from '../../emulator/anthropic/oidc-issuer.ts'
import { ORDINARY } from '../../emulator/anthropic/options.ts'
import { type AnthropicEmulator, startAnthropic } from '../../emulator/anthropic/server.ts'
import { group, NOW, world } from '../../emulator/world/world.ts'
import { connect, type Harness } from './harness.ts'

const RULE = ORDINARY.federation
const EXCHANGE = '/v1/oauth/token'

let clock: number
let issuer: OidcIssuer
let anthropic: AnthropicEmulator
let harness: Harness
beforeEach(async () => {
  clock = NOW
  issuer = await startOidcIssuer(RULE.subject, () => clock)
  anthropic = await startAnthropic(
    world({ groups: [group({ type: 'batch', limits: { requests_per_minute: 10 } })], now: () => clock }),
  )
  harness = keyless()
})
afterEach(async () => {
  await harness.close()
  await anthropic.stop()
  await issuer.stop()
})

function keyless(parts: Partial<Extract<Credentials, { kind: 'federation' }>> = {}): Harness {
  return connect(anthropic, {
    now: () => clock,
    env: issuer.env,
    credentials: {
      kind: 'federation',
      federationRuleId: RULE.ruleId,
      organizationId: anthropic.world.organization.id,
      serviceAccountId: RULE.serviceAccountId,
      workspaceId: null,
      audience: RULE.audience,
      ...parts,
    },
  })
}

const read = () => readOrganizationLimits(harness.client)
const exchanges = () => anthropic.requests.filter(({ path }) => path === EXCHANGE)
const failure = async () =>
  read().then(
    () => expect.fail('It was expected to fail'),
    (error) => error,
  )

test('an ID token is exchanged once, and the minted token authorizes every call', async () => {
  await Promise.all([read(), read(), read()])
  expect(exchanges()).toHaveLength(1)
  const [exchange] = exchanges()
  expect(exchange?.headers['anthropic-beta']).toBe('oauth-2025-04-20,oidc-federation-2026-04-01')
  expect(JSON.parse(exchange?.body ?? '')).toEqual({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: issuer.issued[0],
    federation_rule_id: RULE.ruleId,
    organization_id: anthropic.world.organization.id,
    service_account_id: RULE.serviceAccountId,
  })
  for (const { path, headers } of anthropic.requests.filter((request) => request.path !== EXCHANGE)) {
    expect([path, headers.authorization]).toEqual([path, expect.stringMatching(/^Bearer sk-ant-oat01-/)])
    expect(headers['anthropic-beta']).toBe('oauth-2025-04-20')
    expect(headers).not.toHaveProperty('x-api-key')
  }
})

test('the workspace is named in the exchange where it is given', async () => {
  await harness.close()
  harness = keyless({ workspaceId: 'wrkspc_01ABC' })
  await read()
  expect(JSON.parse(exchanges()[0]?.body ?? '')).toMatchObject({ workspace_id: 'wrkspc_01ABC' })
})

test('the request token, the ID token and the minted token are masked before a line is written', async () => {
  await read()
  const token = anthropic.requests.at(-1)?.headers.authorization?.slice('Bearer '.length)
  expect(harness.masked).toEqual([issuer.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN, issuer.issued[0], token])
  for (const secret of harness.masked) expect(harness.lines.join('\n')).not.toContain(secret)
})

test('a token is renewed before it ends, with a new ID token, by one exchange for all', async () => {
  await read()
  // Twice the five minutes of the ID token: less than the rule's hour.
  clock += 600_000 - 61_000
  await read()
  expect(exchanges()).toHaveLength(1)
  clock += 2_000
  await Promise.all([read(), read(), read(), read()])
  expect(exchanges()).toHaveLength(2)
  expect(new Set(issuer.issued).size).toBe(2)
})

test('a token of a short life is still used for most of it', async () => {
  anthropic.options.federation = { ...RULE, lifetime: 60 }
  await read()
  clock += 44_000
  await read()
  expect(exchanges()).toHaveLength(1)
  clock += 2_000
  await read()
  expect(exchanges()).toHaveLength(2)
})

test('a 401 in between is answered by one new exchange, for all who got it', async () => {
  await read()
  anthropic.faults.push({ path: /rate_limits/, effect: { kind: 'status', status: 401 }, times: 3 })
  await Promise.all([read(), read(), read()])
  expect(exchanges()).toHaveLength(2)
})

test('a 401 to the new token too is the end', async () => {
  anthropic.faults.push({ path: /rate_limits/, effect: { kind: 'status', status: 401 } })
  const error = await failure()
  expect(error).toMatchObject({ status: 401, remedy: expect.stringContaining('history') })
  expect(exchanges()).toHaveLength(2)
})

test('a refused exchange is explained, and asked for only once', async () => {
  anthropic.options.federation = { ...RULE, subject: 'repo:someone/else:ref:refs/heads/main' }
  const error = await failure()
  expect(error.message).toMatch(/^POST \/v1\/oauth\/token answered 401 authentication_error: "Authentication failed"/)
  for (const words of ['Workload identity', 'subject', 'audience', 'admin role']) expect(error.remedy).toContain(words)
  await failure()
  expect(exchanges()).toHaveLength(1)
})

test('a malformed exchange names the inputs to check', async () => {
  await harness.close()
  harness = keyless({ serviceAccountId: 'svac_%' })
  const error = await failure()
  expect(error.message).toContain('answered 400 invalid_request_error')
  expect(error.remedy).toContain('anthropic-service-account-id')
})

test.for([
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429, retryAfter: 2 },
  { kind: 'drop', where: 'before' },
  { kind: 'truncate' },
] as const)('an exchange that fails by $kind $status is tried again with another ID token', async (effect) => {
  anthropic.faults.push({ path: EXCHANGE, effect, times: 2 })
  await read()
  expect(exchanges()).toHaveLength(3)
  expect(new Set(issuer.issued).size).toBe(3)
})

test('an exchange that failed by an outage is worth another later', async () => {
  anthropic.faults.push({ path: EXCHANGE, effect: { kind: 'status', status: 500 }, times: 6 })
  expect((await failure()).status).toBe(500)
  await read()
})

test('a reply without a token is an error', async () => {
  anthropic.faults.push({ path: EXCHANGE, effect: { kind: 'body', body: '{"token_type":"Bearer"}' } })
  expect((await failure()).message).toContain('without an access token')
})

test('the exchange does not follow a redirect with the ID token', async () => {
  anthropic.faults.push({ path: EXCHANGE, effect: { kind: 'redirect', to: `${issuer.url}/elsewhere` } })
  expect((await failure()).message).toContain('a redirect')
  expect(issuer.requests.map(({ path }) => path)).not.toContain('/elsewhere')
})

test('without id-token: write the error says what the job needs', async () => {
  await harness.close()
  harness = connect(anthropic, {
    credentials: {
      kind: 'federation',
      federationRuleId: RULE.ruleId,
      organizationId: 'x',
      serviceAccountId: RULE.serviceAccountId,
      workspaceId: null,
      audience: RULE.audience,
    },
  })
  const error = await failure()
  expect(error.remedy).toContain('id-token: write')
  expect(error.message).toContain('ACTIONS_ID_TOKEN_REQUEST_URL')
  expect(anthropic.requests).toHaveLength(0)
})

test.for([
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429, retryAfter: 2 },
  { kind: 'drop', where: 'before' },
  { kind: 'drop', where: 'in-body' },
  { kind: 'body', body: '' },
  { kind: 'body', body: '{"count":0}' },
  { kind: 'body', body: '<h1>Oops</h1>', contentType: 'text/html' },
] as const)('an ID token that fails by %j is asked for again', async (effect) => {
  issuer.faults.push({ effect, times: 2 })
  await read()
  expect(issuer.requests).toHaveLength(3)
  expect(exchanges()).toHaveLength(1)
})

test('an outage of the issuer is told as one, and a refusal as a missing permission', async () => {
  issuer.faults.push({ effect: { kind: 'status', status: 503 } })
  expect(await failure()).toMatchObject({
    message: expect.stringContaining('answered 503'),
    remedy: expect.stringContaining('githubstatus.com'),
  })
  expect(issuer.requests).toHaveLength(5)
  issuer.faults.splice(0, 1, { effect: { kind: 'status', status: 403 } })
  issuer.requests.length = 0
  expect(await failure()).toMatchObject({ remedy: expect.stringContaining('id-token: write') })
  expect(issuer.requests).toHaveLength(1)
})

test('the request for an ID token follows no redirect', async () => {
  issuer.faults.push({ path: /idtoken/, effect: { kind: 'redirect', status: 302, to: `${issuer.url}/elsewhere` } })
  expect((await failure()).message).toContain('a redirect')
  expect(issuer.requests.map(({ path }) => path)).toEqual(['/idtoken'])
})

test('the request for an ID token takes no body beyond its bound', async () => {
  issuer.faults.push({ effect: { kind: 'huge', bytes: 300_000_000 } })
  expect((await failure()).message).toContain('larger than')
})

test('an issuer that echoes the request token is quoted without it', async () => {
  const { ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = issuer.env
  const body = `You sent Bearer ${token.slice(0, 20)}\n${token.slice(20)} and ${Buffer.from(token).toString('base64')}`
  issuer.faults.push({ effect: { kind: 'status', status: 400, body } })
  const { message } = await failure()
  expect(message).toMatch(/You sent Bearer \*\*\* and \*\*\*/)
})

test("a refused exchange shows this run's own claims as a rule to paste, in the new form of a subject too", async () => {
  const subject = 'repo:acme@1342004/limits@880124:environment:claude-rate-limits'
  await issuer.stop()
  issuer = await startOidcIssuer(subject, () => clock)
  await harness.close()
  harness = keyless()
  const { remedy } = await failure()
  expect(remedy).toContain(`sub "${subject}", aud "https://api.anthropic.com"`)
  expect(remedy).toContain(
    `issuer https://token.actions.githubusercontent.com, audience https://api.anthropic.com and subject ${subject}`,
  )
  expect(harness.lines.join('\n')).toContain(`sub "${subject}"`)
  for (const token of issuer.issued) expect(remedy + harness.lines.join('\n')).not.toContain(token.split('.')[1])
})

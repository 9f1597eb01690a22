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
let jwts: string[]
beforeEach(async () => {
  clock = NOW
  jwts = []
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
    getIDToken: async (audience) => {
      const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = issuer.env
      const reply = await fetch(`${url}&audience=${encodeURIComponent(audience ?? '')}`, {
        headers: { authorization: `Bearer ${token}` },
      })
      const { value } = (await reply.json()) as { value: string }
      jwts.push(value)
      return value
    },
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
    assertion: jwts[0],
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

test('ID token and minted token are masked before a line is written', async () => {
  await read()
  const token = anthropic.requests.at(-1)?.headers.authorization?.slice('Bearer '.length)
  expect(harness.masked).toEqual([jwts[0], token])
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
  expect(new Set(jwts).size).toBe(2)
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
  expect(new Set(jwts).size).toBe(3)
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
    getIDToken: () => Promise.reject(new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable')),
  })
  const error = await failure()
  expect(error.remedy).toContain('id-token: write')
  expect(error.message).toContain('ACTIONS_ID_TOKEN_REQUEST_URL')
  expect(anthropic.requests).toHaveLength(0)
})

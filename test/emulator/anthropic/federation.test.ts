import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { group, NOW, world } from '../world/world.ts'
import { type OidcIssuer, startOidcIssuer } from './oidc-issuer.ts'
import { ORDINARY } from './options.ts'
import { type AnthropicEmulator, startAnthropic } from './server.ts'

const { ruleId, serviceAccountId, audience } = ORDINARY.federation
let now: number
let issuer: OidcIssuer
let emulator: AnthropicEmulator

beforeEach(async () => {
  now = NOW
  issuer = await startOidcIssuer(undefined, () => now)
  emulator = await startAnthropic(
    world({ groups: [group({ name: 'A', models: ['a'], limits: { requests_per_minute: 1 } })], now: () => now }),
  )
})
afterEach(() => Promise.all([issuer.stop(), emulator.stop()]))

async function idToken(wanted = audience, token = issuer.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN): Promise<Response> {
  const url = `${issuer.env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=${encodeURIComponent(wanted)}`
  return fetch(url, { headers: { authorization: `Bearer ${token}` } })
}

async function jwt(wanted?: string): Promise<string> {
  return ((await (await idToken(wanted)).json()) as { value: string }).value
}

async function exchange(changes: Record<string, unknown> = {}) {
  const body = {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: 'assertion' in changes ? undefined : await jwt(),
    federation_rule_id: ruleId,
    organization_id: emulator.world.organization.id,
    service_account_id: serviceAccountId,
    ...changes,
  }
  const reply = await fetch(`${emulator.url}/v1/oauth/token`, { method: 'POST', body: JSON.stringify(body) })
  // biome-ignore lint/suspicious/noExplicitAny: whatever came, for assertions to look into
  return { status: reply.status, body: (await reply.json()) as any }
}

async function read(path: string, token: string, beta = 'oauth-2025-04-20,analytics-usage-cost-2026-08-24') {
  const headers = { authorization: `Bearer ${token}`, 'anthropic-version': '2026-10-21', 'anthropic-beta': beta }
  return (await fetch(`${emulator.url}/v1/organizations/${path}`, { headers })).status
}

test('GitHub issues a new token at each call, for the audience asked for, to the job alone', async () => {
  const tokens = [await jwt(), await jwt('https://elsewhere')]
  const claims = tokens.map((token) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()))
  expect(claims.map(({ aud }) => aud)).toEqual([audience, 'https://elsewhere'])
  expect(claims[0]).toMatchObject({ sub: ORDINARY.federation.subject, iat: NOW / 1000, exp: NOW / 1000 + 300 })
  expect(claims[0].jti).not.toBe(claims[1].jti)
  expect((await idToken(audience, 'wrong')).status).toBe(401)
})

test('a minted token lives twice as long as the JWT had left, and no longer', async () => {
  const { body } = await exchange()
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'org:admin' })
  expect(await read('rate_limits', body.access_token)).toBe(200)
  now += 599_000
  expect(await read('rate_limits', body.access_token)).toBe(200)
  now += 1_000
  expect(await read('rate_limits', body.access_token)).toBe(401)
})

test('a rule with a shorter lifetime binds, but never below a minute', async () => {
  emulator.options.federation.lifetime = 120
  expect((await exchange()).body.expires_in).toBe(120)
  emulator.options.federation.lifetime = 10
  expect((await exchange()).body.expires_in).toBe(60)
})

describe('a malformed exchange is explained', () => {
  test.each([
    ['grant_type', 'client_credentials'],
    ['assertion', ''],
    ['assertion', 'x'.repeat(16 * 1024 + 1)],
    ['federation_rule_id', 'rule_1'],
    ['federation_rule_id', undefined],
    ['organization_id', undefined],
    ['service_account_id', 'user_1'],
    ['workspace_id', 'production'],
  ])('%s: %.20s', async (field, value) => {
    const { status, body } = await exchange({ [field]: value })
    expect(status).toBe(400)
    expect(body.error.type).toBe('invalid_request_error')
    expect(body.error.message).toContain(field)
  })

  test('and so is a body that is not JSON', async () => {
    const reply = await fetch(`${emulator.url}/v1/oauth/token`, { method: 'POST', body: 'grant_type=x' })
    expect(reply.status).toBe(400)
  })
})

describe('anything else is refused without a reason', () => {
  const refused = async (changes?: Record<string, unknown>) => {
    const { status, body } = await exchange(changes)
    expect([status, body.error]).toEqual([401, { type: 'authentication_error', message: 'Authentication failed' }])
  }

  test('another rule, organization or service account', async () => {
    await refused({ federation_rule_id: 'fdrl_other' })
    await refused({ organization_id: '00000000-0000-0000-0000-000000000000' })
    await refused({ service_account_id: 'svac_other' })
  })

  test('no workspace where the rule serves several', async () => {
    emulator.options.federation.workspaceId = 'wrkspc_01ABC'
    await refused()
    expect((await exchange({ workspace_id: 'wrkspc_01ABC' })).status).toBe(200)
  })

  test('a token for another audience or of another subject', async () => {
    await refused({ assertion: await jwt('https://elsewhere') })
    emulator.options.federation.subject = 'repo:acme/limits:environment:production'
    await refused()
  })

  test('a token that has expired, has been used, or is none', async () => {
    const token = await jwt()
    expect((await exchange({ assertion: token })).status).toBe(200)
    await refused({ assertion: token })
    const old = await jwt()
    now += 331_000
    await refused({ assertion: old })
    await refused({ assertion: 'not.a.jwt' })
    await refused({ assertion: 'not a JWT' })
  })
})

test('a token needs its beta header, its scope, and analytics to take it', async () => {
  const { access_token } = (await exchange()).body
  const usage = 'analytics/usage?starting_at=2026-11-22T00:00:00Z'
  expect(await read('rate_limits', access_token, 'analytics-usage-cost-2026-08-24')).toBe(401)
  expect(await read(usage, access_token)).toBe(200)
  emulator.options.federation.analytics = false
  expect(await read(usage, access_token)).toBe(401)
  expect(await read('rate_limits', access_token)).toBe(200)
  emulator.options.federation.scope = 'workspace:developer'
  expect(await read('rate_limits', (await exchange()).body.access_token)).toBe(403)
})

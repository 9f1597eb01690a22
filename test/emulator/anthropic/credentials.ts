import type { Received } from '../exchange.ts'
import { forbidden, unauthenticated } from './errors.ts'
import type { Token } from './federation.ts'
import type { Federation } from './options.ts'

/** The credentials of the emulator. */
export const ADMIN_KEY = 'sk-ant-admin01-emulator'
/** Accepted by every Admin endpoint but analytics, which refuses it with 403. */
export const ADMIN_KEY_WITHOUT_ANALYTICS = 'sk-ant-admin01-emulator-without-analytics'
/** An ordinary key of a workspace: good for messages; the Admin API refuses it with 403. */
export const WORKSPACE_KEY = 'sk-ant-api03-emulator'

export const ANALYTICS = '/v1/organizations/analytics/usage'

export function betas(request: Received): ReadonlySet<string> {
  return new Set((request.headers['anthropic-beta'] ?? '').split(',').map((beta) => beta.trim()))
}

/** Lets a request to the Admin API pass, or refuses it with 401 or 403. `now` is UTC ms. */
export function admitAdmin(request: Received, rule: Federation, tokens: Map<string, Token>, now: number): void {
  const { credential, bearer } = credentialOf(request)
  if (credential === WORKSPACE_KEY) throw forbidden('This API key cannot call the Admin API')
  const token = bearer ? tokens.get(credential) : undefined
  if (token) {
    if (token.expiresAt <= now) throw unauthenticated('OAuth token has expired')
    // Whether Admin endpoints insist on this header is not documented; the SDK always sends it, so a client must.
    if (!betas(request).has('oauth-2025-04-20')) {
      throw unauthenticated('OAuth authentication is currently not supported.')
    }
    if (token.scope !== 'org:admin') throw forbidden('Missing scope: org:admin', 'api_key_scope_missing')
  } else if (credential !== ADMIN_KEY && credential !== ADMIN_KEY_WITHOUT_ANALYTICS) {
    throw unauthenticated('invalid x-api-key')
  }
  if (request.path !== ANALYTICS) return
  // Anthropic's known refusal of a token by an endpoint that takes keys alone.
  if (token && !rule.analytics) throw unauthenticated('OAuth authentication is currently not supported.')
  if (credential === ADMIN_KEY_WITHOUT_ANALYTICS)
    throw forbidden('Missing scope: read:analytics', 'api_key_scope_missing')
}

/** The Messages API takes keys of workspaces, and no Admin key. */
export function admitWorkspace(request: Received): void {
  if (credentialOf(request).credential !== WORKSPACE_KEY) throw unauthenticated('invalid x-api-key')
}

function credentialOf(request: Received): { credential: string; bearer: boolean } {
  const key = request.headers['x-api-key']
  const credential = key ?? /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (credential === undefined) throw unauthenticated('x-api-key header is required')
  return { credential, bearer: key === undefined }
}

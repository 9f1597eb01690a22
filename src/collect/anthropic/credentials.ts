import type { Deps } from '../../deps.ts'
import { AuditError } from '../../errors.ts'
import type { Credentials as CredentialInputs } from '../../inputs/source.ts'
import type { Secrets } from '../../transport/redaction.ts'
import { attempt } from './attempt.ts'
import { type Identity, identityIn, requestIdToken, ruleFor } from './id-token.ts'
import { createPace } from './pace.ts'
import { persist } from './retry.ts'
import { tokenSchema } from './schemas.ts'

/** The headers that authorize one request, and the beta features they need. */
export type Authorization = { headers: Readonly<Record<string, string>>; betas: readonly string[] }

export type Credentials = {
  /** For the next request. `refused` is what the API has just answered 401 to: it is not given again where it can be renewed. */
  authorize: (refused?: Authorization) => Promise<Authorization>
  renewable: boolean
  /** What a person does about a 401. */
  remedy: string
}

export type CredentialDeps = Pick<Deps, 'fetch' | 'now' | 'sleep' | 'random' | 'env'> & {
  secrets: Secrets
  log: (line: string) => void
  /** For what everybody may see in the log of the run. */
  show: (line: string) => void
}

type Federation = Extract<CredentialInputs, { kind: 'federation' }>

/**
 * The credential of the run. An Admin API key goes out as `x-api-key`; keyless access exchanges GitHub's ID token
 * for a short-lived bearer token of Anthropic (Workload Identity Federation, POST /v1/oauth/token).
 * `deadline` (tells UTC milliseconds) bounds the tries of an exchange. `authorize` throws AuditError.
 */
export function createCredentials(
  deps: CredentialDeps,
  inputs: CredentialInputs,
  { baseUrl, deadline }: { baseUrl: string; deadline: () => number },
): Credentials {
  if (inputs.kind === 'federation') return federated(deps, inputs, { baseUrl, deadline })
  deps.secrets.add(inputs.key)
  const authorization: Authorization = { headers: { 'x-api-key': inputs.key }, betas: [] }
  return {
    authorize: () => Promise.resolve(authorization),
    renewable: false,
    remedy:
      'anthropic-admin-key is not accepted: check that it is an Admin API key of this organization that has not expired or been archived. An organization admin makes one under Console → Settings → Admin keys.',
  }
}

const EXCHANGE_PATH = '/v1/oauth/token'
const OAUTH_BETA = 'oauth-2025-04-20'
const FEDERATION_BETA = 'oidc-federation-2026-04-01'
const EXCHANGE_TIMEOUT = 30_000
/** A token this close to its end is renewed, so that no request meets it half-way; of a short life, a quarter. */
const RENEW_BEFORE = 60_000

type Token = { authorization: Authorization; renewAt: number }

function federated(
  deps: CredentialDeps,
  federation: Federation,
  { baseUrl, deadline }: { baseUrl: string; deadline: () => number },
): Credentials {
  let current: Promise<Token> | null = null

  const renew = (): Promise<Token> => {
    const exchange = exchangeToken(deps, federation, { baseUrl, deadline })
    current = exchange
    exchange.catch((error: unknown) => {
      // What was refused once is refused to everyone who asks again; anything else is worth another exchange.
      const refused = error instanceof AuditError && error.status !== undefined && error.status < 500
      if (!refused && current === exchange) current = null
    })
    return exchange
  }

  return {
    renewable: true,
    remedy: REFUSED_REMEDY,
    authorize: async (refused) => {
      const shared = current ?? renew()
      const token = await shared
      const isStale = token.authorization === refused || deps.now() >= token.renewAt
      if (!isStale) return token.authorization
      // Whoever comes second finds that the first has begun the exchange, and waits for it.
      const renewed = current === shared ? renew() : (current ?? renew())
      return (await renewed).authorization
    },
  }
}

/** One token. Every try takes a new ID token from GitHub: Anthropic accepts each only once (`jti`). */
async function exchangeToken(
  deps: CredentialDeps,
  federation: Federation,
  { baseUrl, deadline }: { baseUrl: string; deadline: () => number },
): Promise<Token> {
  const { secrets, log, show, now } = deps
  const url = new URL(`${baseUrl}${EXCHANGE_PATH}`)
  const endpoint = `POST ${url.pathname}`
  // A line of its own: those who wait for the token hold the places in the other.
  const pace = createPace(1, deps, { onLine: () => {}, log })
  const reply = await persist({ ...deps, pace }, { deadline, endpoint, log }, async (tries) => {
    const assertion = await requestIdToken(deps, federation.audience, deadline())
    const identity = identityIn(assertion)
    // Also before there is a rule that fits: this is what one is made from.
    if (tries === 1 && identity) show(`${ruleFor(identity)}.`)
    const body = JSON.stringify({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion,
      federation_rule_id: federation.federationRuleId,
      organization_id: federation.organizationId,
      service_account_id: federation.serviceAccountId,
      ...(federation.workspaceId === null ? {} : { workspace_id: federation.workspaceId }),
    })
    const headers = {
      accept: 'application/json',
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      // The documentation's examples leave this header out, the SDK sends it.
      'anthropic-beta': `${OAUTH_BETA},${FEDERATION_BETA}`,
    }
    const timeout = Math.min(EXCHANGE_TIMEOUT, deadline() - now())
    return attempt(
      { ...deps, redact: secrets.redact },
      { url, method: 'POST', headers, body, timeout },
      tries,
      exchangeRemedies(identity),
    )
  })
  const parsed = tokenSchema.safeParse(reply.json)
  if (!parsed.success)
    throw new AuditError(`${endpoint} answered without an access token and its life span.`, {
      requestId: reply.requestId,
      remedy: 'Check anthropic-base-url.',
    })
  const { access_token, expires_in } = parsed.data
  secrets.add(access_token)
  const life = expires_in * 1000
  log(`Exchanged GitHub's ID token for a token of Anthropic that lives ${expires_in} s.`)
  return {
    authorization: { headers: { authorization: `Bearer ${access_token}` }, betas: [OAUTH_BETA] },
    renewAt: now() + life - Math.min(RENEW_BEFORE, life / 4),
  }
}

const HISTORY = 'The reason is shown only in the Console: Settings → Workload identity → the rule → history.'
const REFUSED_REMEDY = `The token that Anthropic minted is not accepted. ${HISTORY}`
function exchangeRemedies(identity: Identity | null): Partial<Record<number, string>> {
  const rule = identity ? `${ruleFor(identity)}, with no * in it. ` : ''
  return {
    400: `Check anthropic-federation-rule-id, anthropic-organization-id, anthropic-service-account-id and anthropic-workspace-id. ${HISTORY}`,
    401: `${HISTORY} ${rule}Other causes: the audience of the rule is not anthropic-oidc-audience, the service account does not have the admin role that the scope org:admin needs, the rule covers several workspaces and anthropic-workspace-id is not set.`,
  }
}

import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { Received } from '../exchange.ts'
import type { World } from '../world/world.ts'
import { invalid, unauthenticated } from './errors.ts'
import type { Federation } from './options.ts'

export type Token = { expiresAt: number; scope: string }

/** Who has been let in by federation: minted tokens, and the `jti`s that have been spent. */
export type FederationState = { tokens: Map<string, Token>; spent: Set<string> }

const body = z.object({
  grant_type: z.literal('urn:ietf:params:oauth:grant-type:jwt-bearer'),
  assertion: z
    .string()
    .min(1)
    .max(16 * 1024, 'Must not exceed 16 KiB'),
  federation_rule_id: z.string().regex(/^fdrl_\w+$/, 'Must be a federation rule ID (fdrl_…)'),
  organization_id: z.string().min(1),
  service_account_id: z
    .string()
    .regex(/^svac_\w+$/, 'Must be a service account ID (svac_…)')
    .optional(),
  workspace_id: z
    .string()
    .regex(/^(wrkspc_\w+|default)$/, 'Must be a workspace ID (wrkspc_…)')
    .optional(),
})

const claims = z.object({
  iss: z.literal('https://token.actions.githubusercontent.com'),
  sub: z.string(),
  aud: z.string(),
  jti: z.string(),
  iat: z.number(),
  exp: z.number(),
})
const header = z.object({ alg: z.enum(['RS256', 'ES256']), kid: z.string() })

/** Clocks may differ by this much, seconds. */
const LEEWAY = 30

/**
 * `POST /v1/oauth/token` (docs: Workload identity federation reference). A malformed request is explained with 400;
 * for everything else the service says no more than 401 "Authentication failed".
 */
export function exchangeToken(request: Received, world: World, rule: Federation, state: FederationState): unknown {
  const parsed = body.safeParse(parseJson(request.body))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw invalid(`${issue?.path.join('.') || 'body'}: ${issue?.message}`)
  }
  const asked = parsed.data
  const now = world.now() / 1000
  const jwt = decode(asked.assertion)
  const granted =
    jwt !== undefined &&
    asked.federation_rule_id === rule.ruleId &&
    asked.organization_id === world.organization.id &&
    (asked.service_account_id ?? rule.serviceAccountId) === rule.serviceAccountId &&
    (rule.workspaceId === null || asked.workspace_id === rule.workspaceId) &&
    jwt.sub === rule.subject &&
    jwt.aud === rule.audience &&
    jwt.iat - LEEWAY <= now &&
    now <= jwt.exp + LEEWAY &&
    jwt.exp - jwt.iat <= 3600 &&
    !state.spent.has(jwt.jti)
  if (!granted) throw unauthenticated('Authentication failed')

  state.spent.add(jwt.jti)
  const seconds = Math.max(60, Math.min(rule.lifetime, Math.floor(2 * (jwt.exp - now))))
  const token = `sk-ant-oat01-${randomUUID().replaceAll('-', '')}`
  state.tokens.set(token, { expiresAt: world.now() + seconds * 1000, scope: rule.scope })
  return { access_token: token, token_type: 'Bearer', expires_in: seconds, scope: rule.scope }
}

/** The claims of a JWT that has the right form; its signature is not checked. */
function decode(assertion: string): z.output<typeof claims> | undefined {
  const parts = assertion.split('.')
  if (parts.length !== 3 || parts.some((part) => part === '')) return undefined
  const [head, payload] = parts.map((part) => parseJson(Buffer.from(part, 'base64url').toString()))
  if (!header.safeParse(head).success) return undefined
  return claims.safeParse(payload).data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

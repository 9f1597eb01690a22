import * as z from 'zod'
import type { Deps } from '../../deps.ts'
import { AuditError } from '../../errors.ts'
import { causesOf, networkFault } from '../../transport/network-fault.ts'
import type { Secrets } from '../../transport/redaction.ts'
import { parseRetryAfter } from '../../transport/retry-after.ts'
import { wholeReplies } from '../../transport/whole.ts'

/** GitHub's ID token of this job, which Anthropic exchanges for a token of its own (GitHub docs, "OpenID Connect reference"). */

type IdTokenDeps = Pick<Deps, 'fetch' | 'now' | 'sleep' | 'random' | 'env'> & {
  secrets: Pick<Secrets, 'add' | 'redact'>
  log: (line: string) => void
}

/** Who the token says this job is: what a federation rule is held against. None of it is secret. */
export type Identity = { subject: string; audience: string; issuer: string }

const TIMEOUT = 20_000
/** A token has about two thousand bytes. */
const LARGEST_REPLY = 1_000_000
const MOST_TRIES = 5
const FIRST_WAIT = 500
/** A longer `retry-after` is not waited for: the run says so and ends. */
const LONGEST_WAIT = 60_000
const replySchema = z.object({ value: z.string().min(1) })
const claimsSchema = z.object({
  sub: z.string(),
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string()).transform((list) => list.join(', '))]),
})

const PERMISSION =
  'Keyless access needs "permissions: id-token: write" in the job, which pull requests from forks never get; in a reusable workflow the calling job has to grant it too.'
const OUTAGE = 'Run the job again later; https://www.githubstatus.com tells of outages.'

/**
 * A new ID token for the audience; each is masked before anything else is done with it. Tried again as any read is, until
 * `deadline` (UTC milliseconds), never sent on by a redirect. Throws AuditError.
 */
export async function requestIdToken(deps: IdTokenDeps, audience: string, deadline: number): Promise<string> {
  const { env, secrets, log } = deps
  const address = env.ACTIONS_ID_TOKEN_REQUEST_URL
  const requestToken = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN
  const missing = address ? 'ACTIONS_ID_TOKEN_REQUEST_TOKEN' : 'ACTIONS_ID_TOKEN_REQUEST_URL'
  const url = URL.parse(address ?? '')
  if (!address || !requestToken || url === null)
    throw new AuditError(`${named(audience)}: the runner has not set ${missing}.`, { remedy: PERMISSION })
  secrets.add(requestToken)
  url.searchParams.set('audience', audience)
  for (let tries = 1; ; tries++) {
    const answer = await once(deps, { url, requestToken, audience, deadline })
    if (answer.kind === 'token') return answer.token
    const { error, again } = answer
    const wait = again && (again.wait ?? deps.random() * FIRST_WAIT * 2 ** tries)
    if (wait === null || wait > LONGEST_WAIT || tries === MOST_TRIES || deps.now() + wait >= deadline) throw error
    log(`${error.message} Trying again in ${(wait / 1000).toFixed(1)} s.`)
    await deps.sleep(wait)
  }
}

/** `again`: another try may bring more, after the wait that was asked for, if one was. */
type Answer = { kind: 'token'; token: string } | { kind: 'failed'; error: AuditError; again: Again | null }
type Again = { wait: number | null }
const AT_ONCE: Again = { wait: null }

async function once(
  deps: IdTokenDeps,
  { url, requestToken, audience, deadline }: { url: URL; requestToken: string; audience: string; deadline: number },
): Promise<Answer> {
  const { secrets, now } = deps
  const fail = (why: string, again: Again | null, details: { status?: number; remedy: string }): Answer => {
    const error = new AuditError(secrets.redact(`${named(audience)}: ${why}.`), details)
    return { kind: 'failed', error, again }
  }
  const bounded = wholeReplies(deps.fetch, {
    timeout: () => Math.min(TIMEOUT, deadline - now()),
    maxBytes: LARGEST_REPLY,
  })
  let reply: Response
  try {
    reply = await bounded(url, {
      headers: { accept: 'application/json', authorization: `Bearer ${requestToken}` },
      redirect: 'manual',
    })
  } catch (error) {
    const fault = networkFault(error)
    const [cause] = causesOf(error).toReversed()
    const said = shortened(secrets, cause?.message ?? String(error))
    return fail(`the request got no reply, ${said}`, fault?.isLasting ? null : AT_ONCE, {
      remedy: fault?.remedy ?? OUTAGE,
    })
  }
  const { status } = reply
  const text = await reply.text()
  if (status >= 300 && status < 400)
    return fail(
      `the request was answered ${status}, a redirect, which is not followed because its token would go with it`,
      null,
      {
        status,
        remedy: 'Something between the runner and GitHub redirects, such as the sign-in page of a proxy.',
      },
    )
  if (status >= 400) {
    const said = text.trim() && ` with ${shortened(secrets, text)}`
    const mayPass = status >= 500 || status === 429 || status === 408
    const again = mayPass ? { wait: parseRetryAfter(reply.headers.get('retry-after'), now()) } : null
    return fail(`the request was answered ${status}${said}`, again, { status, remedy: mayPass ? OUTAGE : PERMISSION })
  }
  const token = replySchema.safeParse(parsed(text))
  if (!token.success) return fail('the reply holds no token', AT_ONCE, { remedy: OUTAGE })
  secrets.add(token.data.value)
  return { kind: 'token', token: token.data.value }
}

const named = (audience: string) => `GitHub gave no ID token for the audience ${audience}`

/** The claims of a token; null where it has none. Its signature is for Anthropic to check. */
export function identityIn(token: string): Identity | null {
  const [, payload = ''] = token.split('.')
  const claims = claimsSchema.safeParse(parsed(Buffer.from(payload, 'base64url').toString('utf8')))
  if (!claims.success) return null
  const { sub: subject, aud, iss: issuer } = claims.data
  return { subject, audience: aud, issuer }
}

/** What a federation rule must say to fit this very job, as it is typed into the Console. */
export function ruleFor({ subject, audience, issuer }: Identity): string {
  return `This job's token says: sub "${subject}", aud "${audience}", iss "${issuer}". A rule fits it with issuer ${issuer}, audience ${audience} and subject ${subject}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** One line of somebody else's words, cut only once the secrets are out. */
function shortened({ redact }: Pick<Secrets, 'redact'>, text: string): string {
  const line = redact(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  return `"${line.length > 200 ? `${line.slice(0, 200)}…` : line}"`
}

import type { Deps } from '../../deps.ts'
import { AuditError } from '../../errors.ts'
import { BodyTooLarge, readJson, readText } from '../../transport/body.ts'
import { networkFault } from '../../transport/network-fault.ts'
import { parseRetryAfter } from '../../transport/retry-after.ts'
import { type Answer, LONGEST_RETRY_AFTER } from './pace.ts'
import { waitBeforeRetry } from './retry.ts'
import { errorBodySchema } from './schemas.ts'

/** The largest page we know of has 1,000 rows of about 800 bytes. */
const LARGEST_BODY = 16_000_000
const LARGEST_ERROR_BODY = 64_000

/** A 429 that no waiting ends: the money is spent (API errors, "Reaching your spend cap"). */
const SPEND_CAPS: readonly string[] = ['enforced_spend_limit_reached', 'contract_spend_limit_reached']

export type Request = {
  url: URL
  method: 'GET' | 'POST'
  headers: Readonly<Record<string, string>>
  body?: string
  /** Milliseconds for the whole of it: connecting, waiting, and the last byte of the body. */
  timeout: number
}

/** A JSON reply and the `request-id` it came with. */
export type Reply = { json: unknown; requestId: string | undefined }

export type AttemptDeps = Pick<Deps, 'fetch' | 'now' | 'random'> & { redact: (text: string) => string }

/**
 * One request and its whole JSON reply, or why there is none: an AuditError that names the endpoint, the status,
 * Anthropic's error type and the request ID, with `remedies` by status. Never throws for what the network or the service does.
 * `tries` counts this one. Redirects are a failure: they would carry the credential elsewhere.
 */
export async function attempt(
  deps: AttemptDeps,
  request: Request,
  tries: number,
  remedies: Readonly<Partial<Record<number, string>>>,
): Promise<Answer<Reply>> {
  const endpoint = `${request.method} ${request.url.pathname}`
  const again = (refusal?: Response) => {
    const retryAfter = refusal?.headers.get('retry-after') ?? null
    const shouldRetry = refusal?.headers.get('x-should-retry') ?? null
    return waitBeforeRetry({ status: refusal?.status, retryAfter, shouldRetry }, tries, deps)
  }
  const fail = (
    wait: number | null,
    what: string,
    details: ConstructorParameters<typeof AuditError>[1],
  ): Extract<Answer<Reply>, { kind: 'failed' }> => {
    const requestId = details?.requestId ? `, request ${details.requestId}` : ''
    const count = tries > 1 ? `, try ${tries}` : ''
    const message = deps.redact(`${endpoint} ${what}${requestId}${count}.`)
    return { kind: 'failed', wait, error: new AuditError(message, details) }
  }

  const signal = AbortSignal.timeout(Math.max(1, request.timeout))
  const seconds = Math.round(request.timeout / 1000)
  let response: Response
  try {
    const { url, method, headers, body = null } = request
    response = await deps.fetch(url, { method, headers, body, redirect: 'manual', signal })
  } catch (cause) {
    const what = signal.aborted ? `gave no reply within ${seconds} s` : `got no reply: ${networkReason(cause)}`
    const fault = networkFault(cause)
    return fail(fault?.isLasting ? null : again(), what, { cause, remedy: fault?.remedy ?? NETWORK_REMEDY })
  }
  const requestId = response.headers.get('request-id') ?? undefined
  const { status } = response

  if (status >= 300 && status < 400) {
    await response.body?.cancel()
    return fail(null, `answered ${status}, a redirect, which is not followed because the credential would go with it`, {
      status,
      requestId,
      remedy: 'Set anthropic-base-url to the address that answers by itself.',
    })
  }
  if (status >= 400) {
    const { code, text } = await errorDetails(response, deps.redact)
    if (SPEND_CAPS.includes(code ?? ''))
      return fail(null, `answered ${status}${text}`, { status, requestId, remedy: SPEND_REMEDY })
    const otherwise = status >= 500 ? OUTAGE_REMEDY : REQUEST_REMEDY
    const remedy = remedies[status] ?? REMEDIES[status] ?? otherwise
    const details = { status, requestId, remedy }
    if (status !== 429) return fail(again(response), `answered ${status}${text}`, details)
    const retryAfter = parseRetryAfter(response.headers.get('retry-after'), deps.now())
    const { error } = fail(null, `answered ${status}${text}${askedToWait(retryAfter)}`, details)
    return { kind: 'refused', error, retryAfter }
  }
  try {
    return { kind: 'ok', value: { json: await readJson(response, { maxBytes: LARGEST_BODY }), requestId } }
  } catch (cause) {
    const tooLarge = cause instanceof BodyTooLarge
    const reason = signal.aborted && !tooLarge ? `its body was not complete within ${seconds} s` : bodyReason(cause)
    return fail(tooLarge ? null : again(), `answered ${status}, but ${reason}`, {
      requestId,
      cause,
      remedy: OUTAGE_REMEDY,
    })
  }
}

function askedToWait(milliseconds: number | null): string {
  if (milliseconds === null) return ''
  const asked = `, and asks to wait ${Math.ceil(milliseconds / 1000)} s`
  return milliseconds > LONGEST_RETRY_AFTER
    ? `${asked}, longer than the ${LONGEST_RETRY_AFTER / 1000} s waited for`
    : asked
}

/** The error type and code, and the service's own words: one line, cut, and in quotes, for they are not ours. */
async function errorDetails(
  response: Response,
  redact: AttemptDeps['redact'],
): Promise<{ code: string | undefined; text: string }> {
  let body: string
  try {
    // Before anything of it is cut: half a secret is one too.
    body = redact(await readText(response, { maxBytes: LARGEST_ERROR_BODY }))
  } catch {
    return { code: undefined, text: ' with an unreadable body' }
  }
  const parsed = errorBodySchema.safeParse(parseOrNull(body))
  if (!parsed.success) return { code: undefined, text: body.trim() ? ` with ${quote(body)}` : '' }
  const { type, message, details } = parsed.data.error
  const code = details?.error_code ?? undefined
  return { code, text: ` ${oneLine(code ? `${type} (${code})` : type)}${message ? `: ${quote(message)}` : ''}` }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const quote = (text: string) => `"${oneLine(text)}"`

function oneLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}

/** Why a body that began to arrive could not be read. */
function bodyReason(cause: unknown): string {
  if (cause instanceof BodyTooLarge) return cause.message
  return cause instanceof SyntaxError ? 'its body is not JSON' : `its body was cut: ${networkReason(cause)}`
}

/** undici says "fetch failed" and keeps the reason in the cause. */
function networkReason(error: unknown): string {
  const root = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(root instanceof Error)) return oneLine(String(root))
  const code = 'code' in root && typeof root.code === 'string' ? root.code : undefined
  return oneLine(
    code && !root.message.includes(code) ? `${root.message} (${code})` : root.message || (code ?? root.name),
  )
}

const NETWORK_REMEDY = 'Check anthropic-base-url, and HTTPS_PROXY and NO_PROXY where the runner needs a proxy.'
const OUTAGE_REMEDY = 'Run the job again later; https://status.claude.com tells of outages.'
const REQUEST_REMEDY = "Anthropic's support can look the request up by its ID."
const SPEND_REMEDY =
  'The organization has reached its spend limit, and no waiting helps before the limit is raised (Console → Limits) or the next month begins.'
const REMEDIES: Readonly<Partial<Record<number, string>>> = {
  403: 'The credential must act for an organization admin: an Admin API key, or for keyless access a rule with scope org:admin whose service account has the admin role.',
  404: 'The Admin API knows organizations only, no individual accounts; check anthropic-base-url too.',
  408: OUTAGE_REMEDY,
  409: OUTAGE_REMEDY,
  429: 'The Admin API allows about 60 requests a minute to the whole organization: run the job at another time, or audit fewer days.',
}

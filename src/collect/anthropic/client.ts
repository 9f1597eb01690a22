import type * as z from 'zod'
import type { Deps } from '../../deps.ts'
import { AuditError } from '../../errors.ts'
import { isLoopback } from '../../inputs/grammar.ts'
import { attempt } from './attempt.ts'
import type { Authorization, Credentials } from './credentials.ts'
import type { Pace } from './pace.ts'
import { persist } from './retry.ts'

/** An array goes out as `name[]=` once per item; what is undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export type AnthropicClient = {
  /**
   * One GET of the Admin API, checked against `schema`: tried again where that helps, within the time of the run.
   * Throws AuditError with the endpoint, status, error type, request ID and what to do.
   */
  get: <T>(path: string, query: Query, schema: z.ZodType<T>, options?: RequestOptions) => Promise<T>
}

export type RequestOptions = {
  betas?: readonly string[]
  version?: Version
  /** What to do about a status, where this endpoint knows better. */
  remedies?: Readonly<Partial<Record<number, string>>>
}

/**
 * The API's two versions: the analytics endpoint is documented with the newer alone, the legacy report with the older.
 * Everything else answers to both, and the limits in another shape each.
 */
export type Version = '2023-06-01' | '2026-10-21'

export type ClientOptions = {
  /** Without a slash at the end. https, or http on loopback. */
  baseUrl: string
  credentials: Credentials
  /** UTC milliseconds: no request is sent or waited for after this. */
  deadline: () => number
  /** The one line that all requests of the run wait in. */
  pace: Pace
  /** Where a request does not name one. */
  version: Version
  /** Once aborted, what is under way ends and nothing new is sent: a run that has failed must not keep on asking. */
  stop: AbortSignal
  redact: (text: string) => string
  /** For the debug log: which requests were tried again, and why. */
  log: (line: string) => void
  /** Milliseconds for one request, from its start to the last byte of the body. */
  requestTimeout?: number
}

const REQUEST_TIMEOUT = 60_000

/** A client of the Admin API. Throws AuditError where the credential would go out unencrypted. */
export function createAnthropic(
  effects: Pick<Deps, 'fetch' | 'now' | 'sleep' | 'random'>,
  {
    baseUrl,
    credentials,
    deadline,
    pace,
    version: usual,
    stop,
    redact,
    log,
    requestTimeout = REQUEST_TIMEOUT,
  }: ClientOptions,
): AnthropicClient {
  const deps = stoppable(effects, stop)
  const { protocol, hostname } = new URL(baseUrl)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    throw new AuditError(`anthropic-base-url: ${protocol}//${hostname} would show the credential to the network.`, {
      remedy: 'Use https; http is for this very machine only.',
    })

  return {
    get: async (path, query, schema, { betas = [], version = usual, remedies = {} } = {}) => {
      const url = new URL(`${baseUrl}${path}${toSearch(query)}`)
      const endpoint = `GET ${url.pathname}`
      const send = (tries: number, authorization: Authorization) => {
        const timeout = Math.min(requestTimeout, deadline() - deps.now())
        const request = { url, method: 'GET', headers: toHeaders(authorization, version, betas), timeout } as const
        return attempt({ ...deps, redact }, request, tries, { 401: credentials.remedy, ...remedies })
      }

      const reply = await persist({ ...deps, pace }, { deadline, endpoint, log }, async (tries) => {
        const authorization = await credentials.authorize()
        const answer = await send(tries, authorization)
        if (answer.kind !== 'failed' || answer.error.status !== 401 || !credentials.renewable) return answer
        log(`${answer.error.message} Renewing the token once.`)
        return send(tries, await credentials.authorize(authorization))
      })
      const parsed = schema.safeParse(reply.json)
      if (parsed.success) return parsed.data
      throw new AuditError(
        redact(`${endpoint} answered with something else than documented: ${firstIssues(parsed.error)}.`),
        {
          requestId: reply.requestId,
          remedy:
            'The API may have changed: use the newest version of this action, or report this with the request ID.',
        },
      )
    },
  }
}

function stoppable<T extends Pick<Deps, 'fetch' | 'sleep'>>(deps: T, stop: AbortSignal): T {
  return {
    ...deps,
    fetch: (input, init) => {
      const signal = init?.signal ? AbortSignal.any([init.signal, stop]) : stop
      return deps.fetch(input, { ...init, signal })
    },
    sleep: (milliseconds) => deps.sleep(milliseconds, stop),
  }
}

function toSearch(query: Query): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    if (typeof value === 'object') for (const item of value) search.append(`${name}[]`, item)
    else search.append(name, String(value))
  }
  return search.size > 0 ? `?${search}` : ''
}

/** Beta features share one header, joined by commas. */
function toHeaders(authorization: Authorization, version: Version, betas: readonly string[]): Record<string, string> {
  const beta = [...authorization.betas, ...betas].join(',')
  return {
    accept: 'application/json',
    'anthropic-version': version,
    ...(beta ? { 'anthropic-beta': beta } : {}),
    ...authorization.headers,
  }
}

function firstIssues(error: z.core.$ZodError): string {
  const shown = error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'the body'}: ${issue.message}`)
  const more = error.issues.length - shown.length
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

import { expect } from 'vitest'
import type { Deps } from '../../src/deps.ts'
import { createTransport } from '../../src/transport/transport.ts'
import { ADMIN_KEY } from '../emulator/anthropic/server.ts'
import type { Effect, Fault } from '../emulator/faults.ts'
import { GITHUB_TOKEN } from '../emulator/github/github.ts'
import { WEBHOOK_PATH } from '../emulator/slack/slack.ts'
import type { AuditRun, Services } from './harness.ts'
import { spellings, tracesIn } from './spellings.ts'

/** Everything that can go wrong with one reply, and what every such run is held to. */

/** A reply that repeats what it was sent, as some proxies do: nothing of it may reach a reader. */
const SENT = `You sent ${[ADMIN_KEY, GITHUB_TOKEN, WEBHOOK_PATH].flatMap(spellings).join(' and ')}`
const ECHO = JSON.stringify({ type: 'error', message: SENT, error: { type: 'api_error', message: SENT } })

export const FAULTS: Record<string, { effect: Effect; says: RegExp }> = {
  'no reply at all': { effect: { kind: 'hang' }, says: /got no reply|no reply within/ },
  'a reset before the reply': { effect: { kind: 'drop', where: 'before' }, says: /got no reply/ },
  'a reset in the body': { effect: { kind: 'drop', where: 'in-body' }, says: /its body was cut/ },
  'truncated JSON': { effect: { kind: 'truncate' }, says: /not JSON|its body was cut/ },
  'another schema': {
    effect: { kind: 'body', body: '{"data":[{"limits":7}],"has_more":"no"}' },
    says: /something else than documented|without an access token/,
  },
  'a page of HTML': { effect: { kind: 'body', body: '<h1>Sign in</h1>', contentType: 'text/html' }, says: /not JSON/ },
  'a slow drip': { effect: { kind: 'drip', bytes: 1, everyMs: 200 }, says: /body was (cut|not complete)|no reply/ },
  'a body of 50 MB': {
    effect: { kind: 'huge', bytes: 50_000_000 },
    says: /larger than|more than|too large|its body was cut|exceeds/,
  },
  'a redirect': {
    effect: { kind: 'redirect', to: 'https://evil.example.com/' },
    says: /a redirect, which is not followed/,
  },
  '401': { effect: { kind: 'status', status: 401 }, says: /401.*(Admin API key|Workload identity)/s },
  '401 that echoes secrets': { effect: { kind: 'status', status: 401, body: ECHO }, says: /401/ },
  '403': { effect: { kind: 'status', status: 403 }, says: /403.*organization admin/s },
  '404': { effect: { kind: 'status', status: 404 }, says: /404/ },
  '408': { effect: { kind: 'status', status: 408 }, says: /408/ },
  '409': { effect: { kind: 'status', status: 409 }, says: /409/ },
  '429 with retry-after': {
    effect: { kind: 'status', status: 429, retryAfter: 7 },
    says: /429.*60 requests a minute/s,
  },
  '429 without retry-after': { effect: { kind: 'status', status: 429 }, says: /429/ },
  '429 at the spend cap': {
    effect: { kind: 'status', status: 429, errorCode: 'enforced_spend_limit_reached' },
    says: /spend limit/,
  },
  '500': { effect: { kind: 'status', status: 500 }, says: /500.*status\.claude\.com/s },
  '500 that echoes secrets': { effect: { kind: 'status', status: 500, body: ECHO }, says: /500/ },
  '529': { effect: { kind: 'status', status: 529 }, says: /529/ },
}

const NEEDS_PATIENCE = /no reply at all|drip/

/**
 * Runs with a fetch that loses patience with what the fault strikes as soon as the service has done its work, and not
 * before: nothing here shall wait for a minute, and a write whose reply is lost has been written.
 */
export async function runWith(
  services: Services,
  name: string,
  fault: Omit<Fault, 'effect'>,
  inputs: Parameters<Services['run']>[0] = {},
): Promise<AuditRun> {
  if (!NEEDS_PATIENCE.test(name)) return services.run(inputs)
  const { method: struckMethod, path: struckPath } = fault
  const isStruck = (path: string, method = 'GET') =>
    (struckMethod ?? method) === method &&
    (struckPath instanceof RegExp ? struckPath.test(path) : path === (struckPath ?? path))
  const done = () =>
    [services.anthropic, services.github, services.slack, ...(services.issuer ? [services.issuer] : [])]
      .flatMap(({ requests }) => requests)
      .filter(({ path, method, reply }) => reply && isStruck(path, method)).length

  const waiting = new Set<{ since: number; stop: AbortController }>()
  const watch = setInterval(() => {
    for (const wait of waiting) {
      if (done() <= wait.since) continue
      waiting.delete(wait)
      wait.stop.abort(new DOMException('The test has lost patience', 'TimeoutError'))
    }
  }, 5)
  const transport = createTransport({ env: {}, version: 'test' })
  const impatient: Deps['fetch'] = (input, init) => {
    if (!isStruck(new URL(String(input)).pathname, init?.method)) return transport.fetch(input, init)
    const stop = new AbortController()
    waiting.add({ since: done(), stop })
    const signals = init?.signal ? [init.signal, stop.signal] : [stop.signal]
    return transport.fetch(input, { ...init, signal: AbortSignal.any(signals) })
  }
  try {
    return await services.run(inputs, { fetch: impatient })
  } finally {
    clearInterval(watch)
    await transport.close()
  }
}

/**
 * No secret is in anything the run has told anyone, in no spelling and in no part: not those of the inputs, nor one that was
 * made on the way, nor `more`.
 */
export function expectNoSecret(
  run: AuditRun,
  { github, slack, anthropic, issuer }: Services,
  more: readonly string[] = [],
): void {
  const told = [
    run.log,
    run.summary,
    run.evidence ?? '',
    JSON.stringify(run.outputs),
    run.hasReport ? JSON.stringify(run.report) : '',
    ...slack.requests.map(({ body }) => body),
    // Commits and pull requests are made of nothing else.
    ...github.requests.map(({ body }) => body),
  ].join('\n')
  const minted = anthropic.requests.flatMap(({ headers, body }) => [
    headers.authorization?.replace('Bearer ', '') ?? '',
    body.startsWith('{"grant_type"') ? String(JSON.parse(body).assertion) : '',
  ])
  // A keyless run knows no key, and nobody could echo one to it.
  const key = issuer && issuer.requests.length > 0 ? '' : ADMIN_KEY
  expect(tracesIn(told, [key, github.token, WEBHOOK_PATH, ...minted, ...more])).toEqual([])
}

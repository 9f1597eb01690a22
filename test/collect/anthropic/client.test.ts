import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { AuditError } from '../../../src/errors.ts'
import { ADMIN_KEY } from '../../emulator/anthropic/server.ts'
import type { Received, Reply } from '../../emulator/exchange.ts'
import type { Effect } from '../../emulator/faults.ts'
import { json, type Server, startServer } from '../../emulator/http.ts'
import { connect, type Harness } from './harness.ts'

const OK = { data: [1, 2, 3] }
const schema = z.object({ data: z.array(z.number()) })
const PATH = '/v1/organizations/rate_limits'

let server: Server
let harness: Harness
let handle: (request: Received) => Reply
beforeEach(async () => {
  handle = () => json(200, OK, { 'request-id': 'req_good' })
  server = await startServer({
    handle: (request) => handle(request),
    error: (status, code) =>
      json(
        status,
        { type: 'error', error: { type: 'some_error', message: 'In words', details: { error_code: code ?? null } } },
        { 'request-id': 'req_bad' },
      ),
  })
  harness = connect(server)
})
afterEach(async () => {
  await harness.close()
  await server.stop()
})

const get = (query = {}, options = {}) => harness.client.get(PATH, query, schema, options)

async function failure(promise: Promise<unknown> = get()): Promise<AuditError> {
  const error: unknown = await promise.then(
    () => new Error('It was expected to fail'),
    (reason) => reason,
  )
  if (!(error instanceof AuditError)) throw error
  return error
}

test('the headers are those of the Admin API; arrays go out as name[], beta features in one header', async () => {
  const query = { group_by: ['model', 'speed'], limit: 1000, include_default: true, page: undefined }
  expect(await get(query, { betas: ['one-2026', 'two-2026'] })).toEqual(OK)
  const [request] = server.requests
  expect(request?.url).toBe(
    '/v1/organizations/rate_limits?group_by%5B%5D=model&group_by%5B%5D=speed&limit=1000&include_default=true',
  )
  expect(request?.headers).toMatchObject({
    'x-api-key': ADMIN_KEY,
    'anthropic-version': '2026-10-21',
    'anthropic-beta': 'one-2026,two-2026',
    accept: 'application/json',
  })
  expect(request?.headers.authorization).toBeUndefined()
})

test('without beta features there is no beta header', async () => {
  await get()
  expect(server.requests[0]?.headers).not.toHaveProperty('anthropic-beta')
})

const PASSING: [string, Effect][] = [
  ['a connection that is reset before the reply', { kind: 'drop', where: 'before' }],
  ['a connection that is closed in the body', { kind: 'drop', where: 'in-body' }],
  ['a body that ends too early', { kind: 'truncate' }],
  ['a page of HTML', { kind: 'body', body: '<html>Bad gateway</html>', contentType: 'text/html' }],
  ['408', { kind: 'status', status: 408 }],
  ['409', { kind: 'status', status: 409 }],
  ['429 without retry-after', { kind: 'status', status: 429 }],
  ['429 with retry-after in seconds', { kind: 'status', status: 429, retryAfter: 7 }],
  ['500', { kind: 'status', status: 500 }],
  ['503 with a body that is not ours', { kind: 'status', status: 503, body: 'upstream error' }],
  ['504', { kind: 'status', status: 504 }],
  ['529', { kind: 'status', status: 529 }],
]

test.for(PASSING)('%s is got over by asking for the whole page again', async ([, effect]) => {
  server.faults.push({ effect, times: 2 })
  expect(await get()).toEqual(OK)
  expect(server.requests).toHaveLength(3)
  expect(harness.sleeps.length).toBeGreaterThanOrEqual(2)
  expect(harness.lines[0]).toContain('Trying again in')
})

test.for(PASSING)('%s that does not end is an error in the end', async ([, effect]) => {
  server.faults.push({ effect })
  const error = await failure()
  expect(error.message).toContain(`GET ${PATH}`)
  expect(error.remedy).toBeTruthy()
  expect(server.requests).toHaveLength(effect.kind === 'status' && effect.status === 429 ? 12 : 6)
})

test.for([
  ['seconds', '7', 7000],
  ['an HTTP date', 'Mon, 23 Nov 2026 06:00:09 GMT', 9000],
] as const)('retry-after as %s is waited for', async ([, retryAfter, milliseconds]) => {
  server.faults.push({ effect: { kind: 'status', status: 429, retryAfter }, times: 1 })
  await get()
  expect(Math.max(...harness.sleeps)).toBe(milliseconds)
})

test.for([400, 401, 402, 403, 404, 413])(
  '%s is told at once, with type, code, request ID and remedy',
  async (status) => {
    server.faults.push({ effect: { kind: 'status', status, errorCode: 'some_code' } })
    const error = await failure()
    expect(error).toMatchObject({ status, requestId: 'req_bad' })
    expect(error.message).toBe(`GET ${PATH} answered ${status} some_error (some_code): "In words", request req_bad.`)
    expect(server.requests).toHaveLength(1)
  },
)

test('a 401 says which input is refused and where to make a key, a 403 who may', async () => {
  server.faults.push({ effect: { kind: 'status', status: 401 }, times: 1 })
  expect((await failure()).remedy).toContain('anthropic-admin-key')
  server.faults.splice(0, 1, { effect: { kind: 'status', status: 403 }, times: 1 })
  expect((await failure()).remedy).toContain('organization admin')
})

test.for(['enforced_spend_limit_reached', 'contract_spend_limit_reached'])(
  'a 429 of %s is told as spent money and not tried again',
  async (errorCode) => {
    server.faults.push({ effect: { kind: 'status', status: 429, errorCode } })
    const error = await failure()
    expect(error.remedy).toContain('spend limit')
    expect(server.requests).toHaveLength(1)
  },
)

test('a redirect is an error that names the input, and the credential does not follow', async () => {
  const elsewhere = await startServer({ handle: () => json(200, OK), error: (status) => json(status, {}) })
  try {
    for (const status of [301, 302, 307, 308] as const) {
      server.faults.splice(0, 1, { effect: { kind: 'redirect', status, to: `${elsewhere.url}/` } })
      const error = await failure()
      expect(error.message).toContain(`answered ${status}, a redirect`)
      expect(error.remedy).toContain('anthropic-base-url')
    }
    expect(elsewhere.requests).toHaveLength(0)
    expect(server.requests).toHaveLength(4)
  } finally {
    await elsewhere.stop()
  }
})

test('a body of another form is not asked for again; the error names the endpoint and the first places', async () => {
  handle = () => json(200, { data: ['a', 'b', 3, 'd', 'e'] }, { 'request-id': 'req_odd' })
  const error = await failure()
  expect(error.message).toBe(
    `GET ${PATH} answered with something else than documented: data.0: Invalid input: expected number, received string; data.1: Invalid input: expected number, received string; data.3: Invalid input: expected number, received string; and 1 more.`,
  )
  expect(error.requestId).toBe('req_odd')
  expect(server.requests).toHaveLength(1)
})

test('a body of 50 MB is given up, and not asked for again', async () => {
  server.faults.push({ effect: { kind: 'huge', bytes: 50_000_000 } })
  expect((await failure()).message).toContain('the body is larger than 16 MB')
  expect(server.requests).toHaveLength(1)
})

test.for([
  ['no reply', { kind: 'hang' }, 'gave no reply within'],
  ['a reply a byte at a time', { kind: 'drip', bytes: 1, everyMs: 30 }, 'its body was not complete within'],
] as [string, Effect, string][])('%s ends with the time of the request', async ([, effect, words]) => {
  await harness.close()
  harness = connect(server, { requestTimeout: 100 })
  server.faults.push({ effect })
  expect((await failure()).message).toContain(words)
  expect(server.requests).toHaveLength(6)
})

test('no request goes out after the deadline, and none waits for longer', async () => {
  await harness.close()
  const now = Date.UTC(2026, 10, 23)
  harness = connect(server, { now: () => now, deadline: now + 5000 })
  server.faults.push({ effect: { kind: 'status', status: 503, retryAfter: 3 } })
  expect((await failure()).status).toBe(503)
  expect(harness.sleeps).toEqual([3000])
  expect(server.requests).toHaveLength(2)
})

test('no more than eight requests are under way at once', async () => {
  server.latency = 30
  await Promise.all(Array.from({ length: 30 }, () => get()))
  expect(server.stats.mostInFlight).toBe(8)
})

test('a 429 holds back every request until its time is over, and is asked again before them', async () => {
  await harness.close()
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  harness = connect(server, { sleep: () => gate })
  server.faults.push({ effect: { kind: 'status', status: 429, retryAfter: 20 }, times: 1 })
  const told = get({ limit: 1 })
  while (harness.sleeps.length === 0) await setImmediate()
  const others = Promise.all(Array.from({ length: 8 }, () => get()))
  for (let i = 0; i < 20; i++) await setImmediate()
  expect(server.requests).toHaveLength(1)
  expect(harness.sleeps).toEqual([20_000])
  open()
  await Promise.all([told, others])
  expect(server.requests).toHaveLength(10)
  expect(server.requests[1]?.query.get('limit')).toBe('1')
})

test('a retry-after longer than is waited for is named in the error', async () => {
  server.faults.push({ effect: { kind: 'status', status: 429, retryAfter: 600 } })
  expect((await failure()).message).toContain('asks to wait 600 s, longer than the 120 s waited for')
  expect(server.requests).toHaveLength(1)
})

describe('a client that is told to stop', () => {
  test('asks nothing more, and what it waits for is over', async () => {
    await harness.close()
    const stop = new AbortController()
    const signals: (AbortSignal | undefined)[] = []
    harness = connect(server, {
      stop: stop.signal,
      sleep: async (signal) => {
        signals.push(signal)
        stop.abort()
      },
    })
    server.faults.push({ effect: { kind: 'status', status: 503, retryAfter: 3 } })
    await failure()
    expect(signals[0]?.aborted).toBe(true)
    expect(server.requests).toHaveLength(1)
  })

  test('gives up the request that is under way', async () => {
    await harness.close()
    const stop = new AbortController()
    harness = connect(server, { stop: stop.signal })
    server.faults.push({ effect: { kind: 'hang' } })
    const waiting = failure()
    while (server.requests.length === 0) await setImmediate()
    stop.abort()
    await waiting
    expect(server.requests).toHaveLength(1)
  })
})

test('the words of the service are one line, cut, and free of secrets', async () => {
  handle = () =>
    json(400, { error: { type: 'invalid', message: `a\n::error::b ${ADMIN_KEY}\u001b[31m ${'x'.repeat(5000)}` } })
  const { message } = await failure()
  expect(message).not.toContain('\n')
  expect(message).not.toContain('\u001b')
  expect(message).not.toContain(ADMIN_KEY)
  expect(message.length).toBeLessThan(600)
})

test('the key is masked before anything is sent, and appears in no line', async () => {
  expect(harness.masked).toEqual([ADMIN_KEY])
  server.faults.push({ effect: { kind: 'status', status: 500, body: `{"x":"${ADMIN_KEY}"}` } })
  const error = await failure()
  expect(JSON.stringify([error.message, error.remedy, harness.lines])).not.toContain(ADMIN_KEY)
})

test.for(['http://api.anthropic.com', 'http://10.0.0.1:8080', 'ftp://127.0.0.1', 'http://localhost.example.com'])(
  '%s is refused before anything is sent',
  (baseUrl) => {
    expect(() => connect(server, { baseUrl })).toThrow(AuditError)
  },
)

test.for(['https://api.anthropic.com', 'http://127.0.0.1:1', 'http://localhost:1', 'http://[::1]:1'])(
  '%s is accepted',
  async (baseUrl) => {
    await connect(server, { baseUrl }).close()
  },
)

test('a base URL with a path keeps it', async () => {
  await harness.close()
  harness = connect(server, { baseUrl: `${server.url}/gateway` })
  await get()
  expect(server.requests[0]?.path).toBe(`/gateway${PATH}`)
})

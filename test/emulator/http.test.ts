import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Effect } from './faults.ts'
import { json, type Server, startServer } from './http.ts'

const BODY = { text: 'x'.repeat(3_000) }
let server: Server
let handled: number

beforeEach(async () => {
  handled = 0
  server = await startServer({
    handle: (request) => {
      if (request.path === '/bug') throw new Error('oops')
      handled++
      return json(200, BODY, { 'request-id': 'r1' })
    },
    error: (status, errorCode) => json(status, { problem: errorCode ?? status }),
  })
})
afterEach(() => server.stop())

const get = (path = '/a?b=1', init: RequestInit = {}) => fetch(server.url + path, { redirect: 'manual', ...init })
const strike = (effect: Effect) => server.faults.push({ effect })

test('a request is recorded as it came, with what was answered', async () => {
  await (await get('/a?b=1&b=2', { method: 'POST', body: '{"ä":1}', headers: { 'X-Name': 'v' } })).text()
  const [request] = server.requests
  expect(request).toMatchObject({ method: 'POST', path: '/a', url: '/a?b=1&b=2', body: '{"ä":1}' })
  expect(request!.headers['x-name']).toBe('v')
  expect(request!.query.getAll('b')).toEqual(['1', '2'])
  expect(request!.reply).toEqual({ status: 200, bytes: server.stats.bytesSent })
})

test('a reply is compressed where the client takes it', async () => {
  expect(await (await get()).json()).toEqual(BODY)
  const compressed = server.stats.bytesSent
  expect(await (await get('/', { headers: { 'accept-encoding': 'identity' } })).json()).toEqual(BODY)
  expect(compressed).toBeLessThan(300)
  expect(server.stats.bytesSent - compressed).toBe(JSON.stringify(BODY).length)
})

test('a bug of the emulator is shown as one', async () => {
  const reply = await get('/bug')
  expect([reply.status, await reply.text()]).toEqual([500, expect.stringContaining('emulator bug: Error: oops')])
})

describe('faults', () => {
  test('answer an error in the form of the service, or any body, with retry-after', async () => {
    strike({ kind: 'status', status: 429, retryAfter: 7, errorCode: 'ramp' })
    const reply = await get()
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '7'])
    expect(await reply.json()).toEqual({ problem: 'ramp' })
    server.faults[0] = { effect: { kind: 'status', status: 502, body: '<html>', headers: { via: 'proxy' } } }
    const other = await get()
    expect([other.status, await other.text(), other.headers.get('via')]).toEqual([502, '<html>', 'proxy'])
    expect(handled).toBe(0)
  })

  test('drop the connection before the reply, though the service has done its part', async () => {
    strike({ kind: 'drop', where: 'before' })
    await expect(get()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    expect(handled).toBe(1)
  })

  test('drop the connection in the body', async () => {
    strike({ kind: 'drop', where: 'in-body' })
    const reply = await get()
    expect(reply.status).toBe(200)
    await expect(reply.text()).rejects.toThrow('terminated')
  })

  test('cut the JSON in half, in a reply that is complete', async () => {
    strike({ kind: 'truncate' })
    const text = await (await get()).text()
    expect(text).toBe(JSON.stringify(BODY).slice(0, 1505))
  })

  test('put another body in its place, or change it', async () => {
    strike({ kind: 'body', body: '{"data":7}' })
    const reply = await get()
    expect([await reply.json(), reply.headers.get('request-id')]).toEqual([{ data: 7 }, 'r1'])
    server.faults[0] = {
      effect: { kind: 'rewrite', rewrite: (whole, { path }) => ({ ...whole, body: `${path}${whole.body}` }) },
    }
    expect(await (await get()).text()).toBe(`/a${JSON.stringify(BODY)}`)
  })

  test('are late, slow, huge or elsewhere', async () => {
    strike({ kind: 'delay', ms: 5 })
    expect(await (await get()).json()).toEqual(BODY)
    server.faults[0] = { effect: { kind: 'drip', bytes: 1_000, everyMs: 1 } }
    expect(await (await get('/', { headers: { 'accept-encoding': 'identity' } })).json()).toEqual(BODY)
    server.faults[0] = { effect: { kind: 'huge', bytes: 1_000_000 } }
    expect((await (await get()).text()).length).toBeGreaterThan(1_000_000)
    server.faults[0] = { effect: { kind: 'redirect', status: 307, to: 'https://example.com/' } }
    const reply = await get()
    expect([reply.status, reply.headers.get('location')]).toEqual([307, 'https://example.com/'])
  })

  test('never answer, until the client gives up or the server stops', async () => {
    strike({ kind: 'hang' })
    await expect(get('/', { signal: AbortSignal.timeout(30) })).rejects.toThrow('timeout')
    const hanging = expect(get()).rejects.toThrow('fetch failed')
    while (server.requests.length < 2) await new Promise(setImmediate)
    await server.stop()
    await hanging
    server = await startServer({ handle: () => json(200, BODY), error: (status) => json(status, {}) })
  })

  test('strike only the requests they are for', async () => {
    const status = async (path: string, init?: RequestInit) => (await get(path, init)).status
    server.faults.push(
      { path: '/second', nth: 2, effect: { kind: 'status', status: 501 } },
      { path: '/twice', times: 2, effect: { kind: 'status', status: 502 } },
      { path: /page=2/, method: 'GET', effect: { kind: 'status', status: 503 } },
      { path: '/from-third', nth: 3, times: 9, effect: { kind: 'status', status: 504 } },
      { when: ({ body }) => body.includes('mutation'), effect: { kind: 'status', status: 505 } },
    )
    const three = async (path: string) => [await status(path), await status(path), await status(path)]
    expect(await three('/second')).toEqual([200, 501, 200])
    expect(await three('/twice')).toEqual([502, 502, 200])
    expect(await three('/x?page=2')).toEqual([503, 503, 503])
    expect(await status('/x?page=2', { method: 'POST' })).toBe(200)
    expect(await three('/from-third')).toEqual([200, 200, 504])
    expect(await status('/graphql', { method: 'POST', body: 'mutation {}' })).toBe(505)
    server.faults.length = 0
    expect(await status('/graphql', { method: 'POST', body: 'mutation {}' })).toBe(200)
  })
})

test('counts how many requests were under way at once, and over how many connections', async () => {
  server.latency = 20
  await Promise.all([1, 2, 3].map(async () => (await get()).text()))
  expect(server.stats).toMatchObject({ mostInFlight: 3, connections: 3 })
  server.latency = 0
  await (await get()).text()
  expect(server.stats.connections).toBe(3)
})

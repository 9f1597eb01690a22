import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { BodyTooLarge } from '../../src/transport/body.ts'
import { createTransport, type Transport } from '../../src/transport/transport.ts'
import { wholeReplies } from '../../src/transport/whole.ts'
import { json, type Server, startServer } from '../emulator/http.ts'

let server: Server
let transport: Transport
beforeAll(async () => {
  transport = createTransport({ env: {}, version: '1' })
  server = await startServer({
    handle: ({ path }) =>
      path === '/nothing' ? { status: 204, body: '' } : json(201, { text: 'x'.repeat(5_000) }, { 'x-asked': path }),
    error: (status) => json(status, {}),
  })
})
afterAll(async () => {
  await transport.close()
  await server.stop()
})
beforeEach(() => {
  server.faults.length = 0
})

const get = (path: string, { timeout = 5_000, maxBytes = 10_000 } = {}) =>
  wholeReplies(transport.fetch, { timeout: () => timeout, maxBytes })(`${server.url}${path}`)

test('a reply comes as it was: status, headers, body; compressed on the way or not', async () => {
  const reply = await get('/some')
  expect([reply.status, reply.headers.get('x-asked')]).toEqual([201, '/some'])
  expect(await reply.json()).toEqual({ text: 'x'.repeat(5_000) })
  expect((await get('/nothing')).status).toBe(204)
})

test.each([
  ['that does not begin', { kind: 'hang' }],
  ['that drips on and on', { kind: 'drip', bytes: 1, everyMs: 20 }],
] as const)('a reply %s is given up after its time', async (_, effect) => {
  server.faults.push({ effect })
  await expect(get('/slow', { timeout: 100 })).rejects.toThrow('there was no whole reply within 1 s')
})

test('a reply of 50 MB is given up while it comes', async () => {
  server.faults.push({ effect: { kind: 'huge', bytes: 50_000_000 } })
  await expect(get('/huge')).rejects.toThrow(BodyTooLarge)
})

test('a caller that loses patience first is told its own reason', async () => {
  server.faults.push({ effect: { kind: 'hang' } })
  const fetch = wholeReplies(transport.fetch, { timeout: () => 5_000, maxBytes: 10 })
  await expect(fetch(server.url, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
})

import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BodyTooLarge, readJson, readText } from '../../src/transport/body.ts'
import { createTransport, type Transport } from '../../src/transport/transport.ts'
import { json, type Server, startServer } from '../emulator/http.ts'

let server: Server
let transport: Transport
let handle: Parameters<typeof startServer>[0]['handle']
beforeAll(async () => {
  server = await startServer({ handle: (request) => handle(request), error: (status) => json(status, {}) })
  transport = createTransport({ env: {}, version: '1' })
})
afterAll(async () => {
  await transport.close()
  await server.stop()
})

const get = () => transport.fetch(server.url)
const getGzip = () => transport.fetch(server.url, { redirect: 'manual', headers: { 'accept-encoding': 'gzip' } })

test('a body is read whole, characters that lie across chunks included', async () => {
  const text = 'Grüße an 東京 🗼 '.repeat(20_000)
  handle = () => json(200, { text })
  expect(await readJson(await get(), { maxBytes: 1_000_000 })).toEqual({ text })
})

test('a body beyond the bound is given up while it comes', async () => {
  handle = () => json(200, {})
  server.faults.push({ effect: { kind: 'huge', bytes: 50_000_000 }, times: 1 })
  await expect(readText(await get(), { maxBytes: 1_000_000 })).rejects.toThrow(BodyTooLarge)
  server.faults.length = 0
})

test('the bound holds for what a small compressed body grows into', async () => {
  const body = gzipSync(Buffer.alloc(20_000_000, 'x'))
  expect(body.length).toBeLessThan(100_000)
  handle = () => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body })
  await expect(readText(await get(), { maxBytes: 1_000_000 })).rejects.toThrow(BodyTooLarge)
})

test('a gzipped body is unpacked', async () => {
  const text = 'Grüße an 東京 🗼 '.repeat(200_000)
  handle = () => json(200, { text })
  const reply = await getGzip()
  expect(server.requests.at(-1)?.reply?.bytes).toBeLessThan(100_000)
  expect(reply.headers.get('content-type')).toBe('application/json')
  expect(await readJson(reply, { maxBytes: 10_000_000 })).toEqual({ text })
})

test('a reply that is not gzipped after all is read as well', async () => {
  handle = () => ({ status: 200, body: '{"a":2}' })
  expect(await readJson(await getGzip(), { maxBytes: 1000 })).toEqual({ a: 2 })
})

test('a reply without a body, and a redirect, come as they are', async () => {
  handle = () => ({ status: 204, body: '' })
  expect(await readText(await getGzip(), { maxBytes: 1000 })).toBe('')
  handle = () => ({ status: 307, headers: { location: '/elsewhere' }, body: '' })
  const reply = await getGzip()
  expect([reply.status, reply.headers.get('location')]).toEqual([307, '/elsewhere'])
})

test('the bound holds for what its reader unpacks', async () => {
  const body = gzipSync(Buffer.alloc(20_000_000, 'x'))
  handle = () => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body })
  await expect(readText(await getGzip(), { maxBytes: 19_999_999 })).rejects.toThrow(BodyTooLarge)
  expect(await readText(await getGzip(), { maxBytes: 20_000_000 })).toHaveLength(20_000_000)
})

test('what says it is gzip and is not fails', async () => {
  handle = () => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: 'no gzip at all' })
  await expect(readText(await getGzip(), { maxBytes: 1000 })).rejects.toThrow()
})

test('a body of exactly the bound is taken', async () => {
  handle = () => ({ status: 200, body: 'x'.repeat(1000) })
  expect(await readText(await get(), { maxBytes: 1000 })).toHaveLength(1000)
})

test('what is not JSON is a SyntaxError', async () => {
  handle = () => ({ status: 200, body: '<html>' })
  await expect(readJson(await get(), { maxBytes: 1000 })).rejects.toThrow(SyntaxError)
})

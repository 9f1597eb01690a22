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

test('a body of exactly the bound is taken', async () => {
  handle = () => ({ status: 200, body: 'x'.repeat(1000) })
  expect(await readText(await get(), { maxBytes: 1000 })).toHaveLength(1000)
})

test('what is not JSON is a SyntaxError', async () => {
  handle = () => ({ status: 200, body: '<html>' })
  await expect(readJson(await get(), { maxBytes: 1000 })).rejects.toThrow(SyntaxError)
})

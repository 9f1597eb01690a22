import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OpenReply } from '../../src/deps.ts'
import { BodyTooLarge, parseJson } from '../../src/transport/body.ts'
import { createTransport, type Transport } from '../../src/transport/transport.ts'
import { json, type Server, startServer } from '../emulator/http.ts'
import { overFetch } from './over-fetch.ts'

let server: Server
let transport: Transport
let longRun: Transport | undefined
let handle: Parameters<typeof startServer>[0]['handle']
beforeAll(async () => {
  server = await startServer({ handle: (received) => handle(received), error: (status) => json(status, {}) })
  transport = createTransport({ env: {}, version: '1' })
})
afterAll(async () => {
  await transport.close()
  await longRun?.close()
  await server.stop()
})

const request = { method: 'GET', headers: {}, signal: new AbortController().signal } as const
const ways: Record<string, () => Promise<OpenReply>> = {
  fetch: () => overFetch(transport.fetch)(new URL(server.url), request),
  exchange: () => transport.exchange(new URL(server.url), request),
  'the exchange of a long run': async () => {
    if (!longRun) {
      const before = handle
      handle = () => json(200, {})
      longRun = createTransport({ env: {}, version: '1' })
      for (let reply = 0; reply < 100; reply++)
        await (await longRun.exchange(new URL(server.url), request)).text(bounds(1000))
      handle = before
    }
    return longRun.exchange(new URL(server.url), request)
  },
}
const bounds = (maxBytes: number) => ({ maxBytes })

describe.each(Object.keys(ways))('a body by %s', (way) => {
  const get = () => ways[way]?.() as Promise<OpenReply>
  const text = async (maxBytes: number) => (await get()).text(bounds(maxBytes))

  test('is read whole, characters that lie across chunks included', async () => {
    const long = 'Grüße an 東京 🗼 '.repeat(200_000)
    handle = () => json(200, { text: long })
    const reply = await get()
    // It came gzipped.
    expect(server.requests.at(-1)?.reply?.bytes).toBeLessThan(100_000)
    expect([reply.status, reply.header('content-type'), reply.header('x-none')]).toEqual([
      200,
      'application/json',
      null,
    ])
    expect(parseJson(await reply.text(bounds(10_000_000)))).toEqual({ text: long })
  })

  test('is given up beyond the bound, while it comes', async () => {
    handle = () => json(200, {})
    server.faults.push({ effect: { kind: 'huge', bytes: 50_000_000 }, times: 1 })
    await expect(text(1_000_000)).rejects.toThrow(BodyTooLarge)
    server.faults.length = 0
  })

  test('is bounded in what a small compressed one grows into', async () => {
    const body = gzipSync(Buffer.alloc(20_000_000, 'x'))
    expect(body.length).toBeLessThan(100_000)
    handle = () => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body })
    await expect(text(19_999_999)).rejects.toThrow(BodyTooLarge)
    expect(await text(20_000_000)).toHaveLength(20_000_000)
  })

  test('is read as well where it is not gzipped after all', async () => {
    handle = () => ({ status: 200, body: '{"a":2}' })
    expect(parseJson(await text(1000))).toEqual({ a: 2 })
  })

  test('is empty where there is none, and that of a redirect is not followed', async () => {
    handle = () => ({ status: 204, body: '' })
    expect(await text(1000)).toBe('')
    handle = () => ({ status: 307, headers: { location: '/elsewhere' }, body: '' })
    const reply = await get()
    expect([reply.status, reply.header('location')]).toEqual([307, '/elsewhere'])
    reply.leave()
  })

  test('fails where it says that it is gzip and is not', async () => {
    handle = () => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: 'no gzip at all' })
    await expect(text(1000)).rejects.toThrow()
  })

  test('is taken where it has exactly as many bytes as the bound', async () => {
    handle = () => ({ status: 200, body: 'x'.repeat(1000) })
    expect(await text(1000)).toHaveLength(1000)
    await expect(text(999)).rejects.toThrow(BodyTooLarge)
  })
})

const exchanges = Object.keys(ways).filter((way) => way.includes('exchange'))

test.each(exchanges)('a gzipped page that was cut is no shorter page: by %s', async (way) => {
  const whole = gzipSync(JSON.stringify({ data: Array.from({ length: 5000 }, (_, i) => i) }))
  handle = () => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: whole.subarray(0, whole.length / 2) })
  const reply = await ways[way]?.()
  await expect(reply?.text(bounds(1_000_000))).rejects.toThrow(/unexpected end of file/)
})

test.each(exchanges)('a coding that nobody asked for is named: by %s', async (way) => {
  handle = () => ({ status: 200, headers: { 'content-encoding': 'br' }, body: 'x' })
  const reply = await ways[way]?.()
  await expect(reply?.text(bounds(1000))).rejects.toThrow('it is coded as "br", which was not asked for')
})

test('bodies that come at once to a long run keep apart', async () => {
  handle = ({ query }) => json(200, { text: String(query.get('n')).repeat(100_000) })
  await ways['the exchange of a long run']?.().then((reply) => reply.text(bounds(1_000_000)))
  const texts = await Promise.all(
    ['1', '2', '3', '4'].map(async (n) => {
      const reply = await longRun?.exchange(new URL(`${server.url}?n=${n}`), request)
      return parseJson((await reply?.text(bounds(1_000_000))) ?? '')
    }),
  )
  expect(texts).toEqual(['1', '2', '3', '4'].map((n) => ({ text: n.repeat(100_000) })))
})

test('JSON may begin with a byte order mark, and what is not JSON is a SyntaxError', () => {
  expect(parseJson('\uFEFF{"a":1}')).toEqual({ a: 1 })
  expect(() => parseJson('<html>')).toThrow(SyntaxError)
})

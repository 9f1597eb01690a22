import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import type { Deps } from '../../src/deps.ts'
import { createTransport } from '../../src/transport/transport.ts'
import { json, type Server, startServer } from '../emulator/http.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function start(handle: Parameters<typeof startServer>[0]['handle']): Promise<Server> {
  const server = await startServer({ handle, error: (status) => json(status, {}) })
  stops.push(server.stop)
  return server
}

function transport(env: Record<string, string> = {}): Deps['fetch'] {
  const made = createTransport({ env, version: '1.2.3' })
  stops.push(made.close)
  return made.fetch
}

/** A forward proxy: absolute-form requests are passed on, tunnels are noted and refused. */
async function startProxy(): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = []
  const proxy = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`)
    incoming.pipe(
      httpRequest(incoming.url ?? '', { method: incoming.method, headers: incoming.headers }, (reply) => {
        outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(outgoing)
      }),
    )
  })
  proxy.on('connect', (incoming, socket) => {
    seen.push(`CONNECT ${incoming.url}`)
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  stops.push(async () => {
    proxy.closeAllConnections()
    await new Promise((closed) => proxy.close(closed))
  })
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, seen }
}

test('every request names the project, whatever the caller calls itself', async () => {
  const server = await start(() => json(200, {}))
  const fetch = transport()
  await fetch(`${server.url}/a`)
  await fetch(`${server.url}/b`, { headers: { 'User-Agent': 'octokit' } })
  for (const { headers } of server.requests)
    expect(headers['user-agent']).toMatch(/^claude-rate-limit-audit\/1\.2\.3 \(\+https:\/\//)
})

test('a request keeps its method, headers and body', async () => {
  const server = await start((request) => json(200, { echo: request.body }))
  const reply = await transport()(server.url, { method: 'POST', body: '{"a":1}', headers: { 'x-test': 'yes' } })
  expect(await reply.json()).toEqual({ echo: '{"a":1}' })
  expect(server.requests[0]).toMatchObject({ method: 'POST', headers: { 'x-test': 'yes' } })
})

test('headers are taken in any shape a fetch takes them', async () => {
  const server = await start(() => json(200, {}))
  const fetch = transport()
  for (const headers of [
    { 'X-Test': 'yes' },
    [['X-Test', 'yes']] as [string, string][],
    new Headers({ 'X-Test': 'yes' }),
  ]) {
    await fetch(server.url, { headers })
    expect(server.requests.at(-1)?.headers['x-test']).toBe('yes')
  }
})

test('only HTTP/1.1 is offered to a server that would speak HTTP/2', async () => {
  const offered: string[] = []
  const server = createTlsServer({
    ALPNCallback: ({ protocols }) => {
      offered.push(...protocols)
      return undefined
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => new Promise((closed) => server.close(closed)))
  const { port } = server.address() as AddressInfo
  await expect(transport()(`https://127.0.0.1:${port}`)).rejects.toThrow('fetch failed')
  expect(offered).toEqual(['http/1.1'])
})

test('a redirect is an error, so that no credential follows it', async () => {
  const target = await start(() => json(200, {}))
  const server = await start(() => ({ status: 302, headers: { location: target.url }, body: '' }))
  await expect(transport()(server.url, { headers: { authorization: 'Bearer secret' } })).rejects.toThrow('fetch failed')
  expect(target.requests).toHaveLength(0)
})

test('connections are kept alive and bounded', async () => {
  const server = await start(() => json(200, {}))
  server.latency = 20
  const fetch = transport()
  const get = async () => (await fetch(server.url)).text()
  await Promise.all(Array.from({ length: 40 }, get))
  expect(server.stats.connections).toBeLessThanOrEqual(12)
  const opened = server.stats.connections
  await get()
  expect(server.stats.connections).toBe(opened)
})

for (const name of ['HTTP_PROXY', 'http_proxy'])
  test(`http goes through ${name}`, async () => {
    const server = await start(() => json(200, { ok: true }))
    const proxy = await startProxy()
    const reply = await transport({ [name]: proxy.url })(`${server.url}/path`)
    expect(await reply.json()).toEqual({ ok: true })
    expect(proxy.seen).toEqual([`GET ${server.url}/path`])
  })

for (const name of ['HTTPS_PROXY', 'https_proxy'])
  test(`https goes through a tunnel of ${name}`, async () => {
    const proxy = await startProxy()
    await expect(transport({ [name]: proxy.url })('https://api.anthropic.com/v1/me')).rejects.toThrow('fetch failed')
    expect(proxy.seen).toEqual(['CONNECT api.anthropic.com:443'])
  })

for (const name of ['NO_PROXY', 'no_proxy'])
  test(`what ${name} lists is reached without the proxy`, async () => {
    const server = await start(() => json(200, {}))
    const proxy = await startProxy()
    await transport({ HTTP_PROXY: proxy.url, [name]: 'example.com,127.0.0.1' })(server.url)
    expect(proxy.seen).toEqual([])
    expect(server.requests).toHaveLength(1)
  })

test('only the given environment counts, not that of the process', async () => {
  const server = await start(() => json(200, {}))
  const before = process.env.HTTP_PROXY
  process.env.HTTP_PROXY = 'http://127.0.0.1:9'
  try {
    expect((await transport()(server.url)).status).toBe(200)
  } finally {
    if (before === undefined) delete process.env.HTTP_PROXY
    else process.env.HTTP_PROXY = before
  }
})

test('nothing is sent where a proxy cannot be an address: nobody knows how', async () => {
  const server = await start(() => json(200, {}))
  await expect(transport({ HTTPS_PROXY: 'http://' })(server.url)).rejects.toThrow(
    /HTTPS_PROXY: got a value that is not/,
  )
  expect(server.requests).toEqual([])
})

test('a proxy that is written as HOST:PORT, with a raw % in its password, is one', async () => {
  const server = await start(() => json(200, {}))
  const proxy = await startProxy()
  await transport({ HTTP_PROXY: proxy.url.replace('http://', 'ada:50%@') })(server.url)
  expect(proxy.seen).toEqual([`GET ${server.url}/`])
})

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { constants, gunzipSync, gzip } from 'node:zlib'
import type { Received, Reply } from './exchange.ts'
import { type Fault, reshape, strikes, transmit } from './faults.ts'

/** A reply with a JSON body. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

export type Service = {
  /** Answers a request. Throwing answers 500 with the stack: a bug of the emulator, shown as one. */
  handle: (request: Received) => Reply | Promise<Reply>
  /** An error in the service's own form, for faults of kind `status`. */
  error: (status: number, errorCode: string | undefined, request: Received) => Reply
}

export type Server = {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  url: string
  /** Everything received so far, in order; empty it with `requests.length = 0`. */
  requests: Received[]
  /** Push a fault to arm it; empty it to disarm all. */
  faults: Fault[]
  /** Milliseconds every reply takes at least. Mutable. */
  latency: number
  /** `bytesSent` counts bodies as sent, compressed or not. */
  stats: { connections: number; mostInFlight: number; bytesSent: number }
  stop: () => Promise<void>
}

const compress = promisify(gzip)
/** Below this a compressed body is no smaller. */
const WORTH_COMPRESSING = 1_000
/** Address and headers of a request: what common proxies take at most. Beyond it the answer is 431. */
const LONGEST_HEAD = 8_192
/** What comes without the service having had a say in it: it has done nothing. */
const NEVER_HANDLED = new Set(['status', 'redirect'])

/** A service on a free loopback port: records what it gets, compresses as asked, fails on demand. */
export async function startServer(service: Service): Promise<Server> {
  const seen = new WeakMap<Fault, number>()
  const stopping = new AbortController()
  const { signal } = stopping
  let inFlight = 0

  const http = createServer({ keepAliveTimeout: 60_000, maxHeaderSize: LONGEST_HEAD }, (incoming, outgoing) => {
    inFlight++
    server.stats.mostInFlight = Math.max(server.stats.mostInFlight, inFlight)
    outgoing.on('close', () => inFlight--)
    answer(incoming, outgoing).catch((error: unknown) => {
      // A client that hung up, or stop(), ends a reply early: that is no bug of the emulator.
      if (signal.aborted || outgoing.destroyed || outgoing.headersSent) return
      outgoing.writeHead(500, { 'content-type': 'text/plain' })
      outgoing.end(`emulator bug: ${error instanceof Error ? error.stack : String(error)}`)
    })
  })
  http.on('connection', () => server.stats.connections++)

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await receive(incoming)
    server.requests.push(request)
    const effect = strikes(server.faults, seen, request)
    if (server.latency > 0) await sleep(server.latency, undefined, { signal })
    const handled = NEVER_HANDLED.has(effect?.kind ?? '') ? json(200, null) : await service.handle(request)
    const reply = await encode(request, reshape(effect, request, effect ? plain(handled) : handled, service.error))
    request.reply = { status: reply.status, bytes: Buffer.byteLength(reply.body) }
    server.stats.bytesSent += request.reply.bytes
    await transmit(effect, reply, outgoing, signal)
  }

  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const server: Server = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests: [],
    faults: [],
    latency: 0,
    stats: { connections: 0, mostInFlight: 0, bytesSent: 0 },
    stop: async () => {
      stopping.abort()
      const closed = once(http, 'close')
      http.close()
      http.closeAllConnections()
      await closed
    },
  }
  return server
}

async function receive(incoming: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const url = incoming.url ?? '/'
  const parsed = new URL(url, 'http://emulator')
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const)
  return {
    method: incoming.method ?? 'GET',
    url,
    path: parsed.pathname,
    query: parsed.searchParams,
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

/** The reply as this client takes it: gzip where it says so and it pays. Done already, it is left alone. */
export async function encode(request: Received, reply: Reply): Promise<Reply> {
  const wanted = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  if (!wanted || reply.headers?.['content-encoding'] || Buffer.byteLength(reply.body) < WORTH_COMPRESSING) return reply
  const body = await compress(reply.body, { level: constants.Z_BEST_SPEED })
  return { ...reply, headers: { ...reply.headers, 'content-encoding': 'gzip', vary: 'accept-encoding' }, body }
}

/** Faults work on the text of a reply. */
function plain(reply: Reply): Reply {
  const { 'content-encoding': encoding, ...headers } = reply.headers ?? {}
  return encoding === undefined ? reply : { ...reply, headers, body: gunzipSync(reply.body) }
}

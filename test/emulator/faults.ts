import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Received, Reply } from './exchange.ts'

/** What goes wrong with a reply. `ms` are milliseconds. */
export type Effect =
  /** An error in the service's own form, or `body` as it is. `retryAfter` goes out as the header (seconds or an HTTP date). */
  | {
      kind: 'status'
      status: number
      retryAfter?: number | string
      errorCode?: string
      body?: string
      headers?: Record<string, string>
    }
  /** The right reply, late. */
  | { kind: 'delay'; ms: number }
  /** No reply at all until the client gives up. */
  | { kind: 'hang' }
  /** The connection is reset before the first byte of the reply, or in the middle of its body. */
  | { kind: 'drop'; where: 'before' | 'in-body' }
  /** A complete HTTP reply that holds half of the body: broken JSON. */
  | { kind: 'truncate' }
  /** The right status with another body: the wrong schema, HTML, whatever a proxy would put there. */
  | { kind: 'body'; body: string; contentType?: string }
  /** The right reply a few bytes at a time. */
  | { kind: 'drip'; bytes: number; everyMs: number }
  /** A body of this many bytes, sent in chunks. */
  | { kind: 'huge'; bytes: number }
  | { kind: 'redirect'; status?: 301 | 302 | 307 | 308; to: string }
  /** The right reply, changed: what fuzzing asks for. */
  | { kind: 'rewrite'; rewrite: (reply: Reply, request: Received) => Reply }

/** One fault: which requests it strikes (all that match, by default) and what it does. The first fault that strikes wins. */
export type Fault = {
  method?: string
  /** The path exactly, or a pattern tried on path and query. */
  path?: string | RegExp
  when?: (request: Received) => boolean
  /** The first matching request it strikes, counted from 1; given alone, only that one. */
  nth?: number
  /** How many matching requests it strikes; default: all, or one where `nth` is given. */
  times?: number
  effect: Effect
}

/** The effect that strikes this request, or undefined; counts matches per fault, so call it once per request. */
export function strikes(faults: readonly Fault[], seen: WeakMap<Fault, number>, request: Received): Effect | undefined {
  for (const fault of faults) {
    if (!matches(fault, request)) continue
    const count = (seen.get(fault) ?? 0) + 1
    seen.set(fault, count)
    const first = fault.nth ?? 1
    const times = fault.times ?? (fault.nth === undefined ? Number.POSITIVE_INFINITY : 1)
    if (count >= first && count < first + times) return fault.effect
  }
  return undefined
}

function matches(fault: Fault, request: Received): boolean {
  if (fault.method !== undefined && fault.method !== request.method) return false
  if (typeof fault.path === 'string' && fault.path !== request.path) return false
  if (fault.path instanceof RegExp && !fault.path.test(request.url)) return false
  return fault.when?.(request) ?? true
}

/** What an effect makes of the reply itself, before it is compressed. */
export function reshape(
  effect: Effect | undefined,
  request: Received,
  reply: Reply,
  serviceError: (status: number, errorCode: string | undefined, request: Received) => Reply,
): Reply {
  switch (effect?.kind) {
    case 'status': {
      const error = serviceError(effect.status, effect.errorCode, request)
      const retryAfter = effect.retryAfter === undefined ? {} : { 'retry-after': String(effect.retryAfter) }
      return {
        status: effect.status,
        headers: { ...error.headers, ...retryAfter, ...effect.headers },
        body: effect.body ?? error.body,
      }
    }
    case 'truncate': {
      const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body
      return { ...reply, body: body.subarray(0, Math.floor(body.length / 2)) }
    }
    case 'body':
      return {
        ...reply,
        headers: { ...reply.headers, 'content-type': effect.contentType ?? 'application/json' },
        body: effect.body,
      }
    case 'redirect':
      return { status: effect.status ?? 302, headers: { location: effect.to }, body: '' }
    case 'rewrite':
      return effect.rewrite(reply, request)
    default:
      return reply
  }
}

/** Sends a reply as the effect has it; resolves when the connection is done with it. Rejects where the client hung up. */
export async function transmit(
  effect: Effect | undefined,
  reply: Reply,
  outgoing: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body
  const headers = { ...reply.headers, 'content-length': String(body.length) }
  switch (effect?.kind) {
    case 'hang':
      await once(outgoing, 'close')
      return
    case 'drop':
      if (effect.where === 'before') {
        outgoing.socket?.resetAndDestroy()
        return
      }
      outgoing.writeHead(reply.status, headers)
      await new Promise((flushed) => outgoing.write(body.subarray(0, Math.ceil(body.length / 2)), flushed))
      // Closed, not reset: a reset could overtake the half that was sent.
      outgoing.destroy()
      return
    case 'drip':
      outgoing.writeHead(reply.status, headers)
      await pipeline(Readable.from(drops(body, effect.bytes, effect.everyMs, signal)), outgoing, { signal })
      return
    case 'huge':
      outgoing.writeHead(reply.status, { 'content-type': 'application/json' })
      await pipeline(Readable.from(filler(effect.bytes)), outgoing, { signal })
      return
    case 'delay':
      await sleep(effect.ms, undefined, { signal })
  }
  outgoing.writeHead(reply.status, headers)
  outgoing.end(body)
}

async function* drops(body: Buffer, bytes: number, everyMs: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += bytes) {
    yield body.subarray(at, at + bytes)
    await sleep(everyMs, undefined, { signal })
  }
}

const FILLING = Buffer.alloc(1_000_000, 'x')
function* filler(bytes: number): Generator<Buffer> {
  yield Buffer.from('{"data":["')
  for (let left = bytes; left > 0; left -= FILLING.length) yield FILLING.subarray(0, left)
  yield Buffer.from('"]}')
}

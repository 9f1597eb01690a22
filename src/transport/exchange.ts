import { pipeline, type Readable } from 'node:stream'
import { createGunzip, gunzipSync } from 'node:zlib'
import type { Dispatcher } from 'undici'
import type { Exchange } from '../deps.ts'
import { BodyTooLarge } from './body.ts'

/** Bytes unpacked at a time: Node's usual 16 kB are fifty pieces a page to put together, and more than 128 kB is new memory from the system each time. */
const PIECE = 65_536

/**
 * From this reply on a run is a long one, and memory matters more than CPU: bodies are unpacked as they come, and are put
 * together in one place, so that no page leaves a megabyte to be collected (docs/performance.md has the figures).
 */
const MANY_REPLIES = 100

/**
 * One request by undici's `request`, and its reply before the body has come. Follows no redirect.
 * A body is unpacked at once, when all of it is there: fetch unpacks a page of usage in fifty pieces, each a trip to
 * another thread (docs/performance.md has the figure). Throws what undici throws, and the signal's reason.
 */
export function createExchange(dispatcher: Dispatcher, userAgent: string): Exchange {
  let replies = 0
  let place = Buffer.alloc(0)
  /** In one go, so that two bodies may share the place. */
  const inOnePlace = (pieces: readonly Buffer[], size: number): string => {
    if (place.length < size) place = Buffer.alloc(2 * size)
    let at = 0
    for (const piece of pieces) at += piece.copy(place, at)
    return place.toString('utf8', 0, size)
  }

  return async ({ origin, pathname, search }, { method, headers, body = null, signal }) => {
    const path = pathname + search
    const sent = { ...headers, 'accept-encoding': 'gzip', 'user-agent': userAgent }
    const reply = await dispatcher.request({ origin, path, method, headers: sent, body, signal })
    const header = (name: string) => reply.headers[name]?.toString() ?? null
    const leave = () => {
      // Destroying it emits an error, which nobody else handles.
      reply.body.on('error', () => {}).destroy()
    }
    return {
      status: reply.statusCode,
      header,
      leave,
      text: async ({ maxBytes }) => {
        const coding = codingOf(header('content-encoding'))
        replies++
        if (coding === 'gzip' && replies > MANY_REPLIES) {
          const unpacked = pipeline(reply.body, createGunzip({ chunkSize: PIECE }), () => {})
          const { pieces, size } = await collected(unpacked, maxBytes)
          return inOnePlace(pieces, size)
        }
        const { pieces, size } = await collected(reply.body, maxBytes)
        const bytes = Buffer.concat(pieces, size)
        return (coding === 'gzip' && size > 0 ? unpack(bytes, maxBytes) : bytes).toString('utf8')
      },
    }
  }
}

/** Throws where a body is coded as nobody asked for. */
function codingOf(named: string | null): 'gzip' | null {
  if (named === null || named === 'identity') return null
  if (named === 'gzip' || named === 'x-gzip') return 'gzip'
  throw new Error(`it is coded as "${named}", which was not asked for`)
}

async function collected(body: Readable, maxBytes: number): Promise<{ pieces: Buffer[]; size: number }> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of body as AsyncIterable<Buffer>) {
    size += piece.byteLength
    // Leaving the loop destroys the body, and with it the connection.
    if (size > maxBytes) throw new BodyTooLarge(maxBytes)
    pieces.push(piece)
  }
  return { pieces, size }
}

function unpack(bytes: Buffer, maxBytes: number): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes, chunkSize: PIECE })
  } catch (error) {
    if (error instanceof RangeError) throw new BodyTooLarge(maxBytes)
    throw error
  }
}

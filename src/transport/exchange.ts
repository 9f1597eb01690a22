import { gunzipSync } from 'node:zlib'
import type { Dispatcher } from 'undici'
import type { Exchange } from '../deps.ts'
import { BodyTooLarge } from './body.ts'

/** Bytes unpacked at a time: Node's usual 16 kB are fifty pieces a page to put together, and more than 128 kB is new memory from the system each time. */
const PIECE = 65_536

/**
 * One request by undici's `request`, and its reply before the body has come. Follows no redirect.
 * A body is unpacked at once, when all of it is there: fetch unpacks a page of usage in fifty pieces, each a trip to
 * another thread (docs/performance.md has the figure). Throws what undici throws, and the signal's reason.
 */
export function createExchange(dispatcher: Dispatcher, userAgent: string): Exchange {
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
        const chunks: Uint8Array[] = []
        let size = 0
        for await (const chunk of reply.body as AsyncIterable<Uint8Array>) {
          size += chunk.byteLength
          // Leaving the loop destroys the body, and with it the connection.
          if (size > maxBytes) throw new BodyTooLarge(maxBytes)
          chunks.push(chunk)
        }
        return unpacked(Buffer.concat(chunks, size), header('content-encoding'), maxBytes).toString('utf8')
      },
    }
  }
}

function unpacked(bytes: Buffer, coding: string | null, maxBytes: number): Buffer {
  if (coding === null || coding === 'identity' || bytes.length === 0) return bytes
  if (coding !== 'gzip' && coding !== 'x-gzip') throw new Error(`it is coded as "${coding}", which was not asked for`)
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes, chunkSize: PIECE })
  } catch (error) {
    if (error instanceof RangeError) throw new BodyTooLarge(maxBytes)
    throw error
  }
}

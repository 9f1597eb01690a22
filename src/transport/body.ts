import { constants, gunzipSync } from 'node:zlib'
import { type RawReply, STILL_CODED } from './coded.ts'
import { parseJson } from './parse-json.ts'

/** Reading a reply's body without trusting its size. */

/** Room for a page of usage in one piece. */
const ROOM = 1_048_576

/** A body larger than the reader was ready to take. The connection is given up, the rest is not read. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
  constructor(maxBytes: number) {
    super(`the body is larger than ${Math.round(maxBytes / 1_000_000)} MB`)
  }
}

/** The body as text, decompressed. Throws BodyTooLarge beyond `maxBytes`, and what zlib and the network throw. */
export function readText(response: RawReply, limit: { maxBytes: number }): Promise<string> {
  return readBody(response, limit, (bytes) => bytes.toString('utf8'))
}

/** The body as JSON. Throws BodyTooLarge beyond `maxBytes`, SyntaxError where it is not JSON, and what zlib and the network throw. */
export function readJson(response: RawReply, limit: { maxBytes: number }): Promise<unknown> {
  return readBody(response, limit, parseJson)
}

/** `decode` gets all bytes of the body and must not keep them. */
async function readBody<T>(
  response: RawReply,
  { maxBytes }: { maxBytes: number },
  decode: (bytes: Buffer) => T,
): Promise<T> {
  if (response.body === null) return decode(Buffer.alloc(0))
  // A reader and not `for await`, which costs a quarter more for each chunk.
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    size += read.value.byteLength
    if (size > maxBytes) {
      await reader.cancel()
      throw new BodyTooLarge(maxBytes)
    }
    chunks.push(read.value)
  }
  const body = Buffer.concat(chunks, size)
  const coding = response.headers.get(STILL_CODED)
  if (coding !== null && coding !== 'gzip')
    throw new Error(`it came as ${coding.slice(0, 40)}, which was not asked for`)
  if (!coding || size === 0) return decode(body)
  const bytes = gunzip(body, maxBytes)
  try {
    return decode(bytes)
  } finally {
    // Freed now, and not at the next garbage collection: the next page needs as much again.
    if (bytes.buffer.byteLength >= ROOM) bytes.buffer.transfer(0)
  }
}

/** In one go, and as lenient as fetch about how the stream ends. */
function gunzip(body: Buffer, maxBytes: number): Buffer<ArrayBuffer> {
  try {
    return gunzipSync(body, { chunkSize: ROOM, maxOutputLength: maxBytes, finishFlush: constants.Z_SYNC_FLUSH })
  } catch (error) {
    if (error instanceof RangeError) throw new BodyTooLarge(maxBytes)
    throw error
  }
}

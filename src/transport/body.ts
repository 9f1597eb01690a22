/** Reading a reply's body without trusting its size. */

/** A body larger than the reader was ready to take. The connection is given up, the rest is not read. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
  constructor(maxBytes: number) {
    super(`the body is larger than ${Math.round(maxBytes / 1_000_000)} MB`)
  }
}

/** The body as text. Throws BodyTooLarge beyond `maxBytes`, unpacked, and what the network and unpacking throw. */
export async function readText({ body }: Response, { maxBytes }: { maxBytes: number }): Promise<string> {
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    // Leaving the loop cancels the stream, and with it the reply.
    if (size > maxBytes) throw new BodyTooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size).toString('utf8')
}

/** The body as JSON, without the byte order mark that some put before it. Throws SyntaxError where it is not JSON, and what `readText` throws. */
export async function readJson(response: Response, limit: { maxBytes: number }): Promise<unknown> {
  return JSON.parse((await readText(response, limit)).replace(/^\uFEFF/, ''))
}

/** Reading a reply's body without trusting its size. */

/** A body larger than the reader was ready to take. The connection is given up, the rest is not read. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
  constructor(maxBytes: number) {
    super(`the body is larger than ${Math.round(maxBytes / 1_000_000)} MB`)
  }
}

/** The body as text, decompressed. Throws BodyTooLarge beyond `maxBytes`, and what the network throws. */
export async function readText(response: Response, { maxBytes }: { maxBytes: number }): Promise<string> {
  if (response.body === null) return ''
  // A reader and not `for await`, which costs a quarter more for each of a page's fifty chunks.
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
  return Buffer.concat(chunks, size).toString('utf8')
}

/** The body as JSON. Throws BodyTooLarge beyond `maxBytes`, SyntaxError where it is not JSON, and what the network throws. */
export async function readJson(response: Response, limit: { maxBytes: number }): Promise<unknown> {
  return JSON.parse(await readText(response, limit))
}

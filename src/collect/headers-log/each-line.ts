import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

/** More than a response's headers and error body ever take. A longer line is read to its end, and kept by no one. */
export const LONGEST_LINE = 1_048_576
const CHUNK = 262_144
const NEW_LINE = 0x0a

/** A line without its end; null where it is longer than `LONGEST_LINE` bytes. */
type Take = (line: string | null, number: number, bytes: number) => void

/**
 * Hands over every line of a file, whatever the file's size, in the memory of one line; one whose name ends in `.gz` is
 * unpacked on the way. `bytes`: how far into the unpacked file the line ends. Rejects with the system's error.
 */
export async function eachLine(path: string, take: Take): Promise<void> {
  const splitter = createSplitter(take)
  const consume = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) splitter.push(chunk)
    splitter.end()
  }
  const file = createReadStream(path, { highWaterMark: CHUNK })
  if (path.endsWith('.gz')) await pipeline(file, createGunzip({ chunkSize: CHUNK }), consume)
  else await pipeline(file, consume)
}

function createSplitter(take: Take) {
  let parts: Buffer[] = []
  let size = 0
  let number = 0
  let bytes = 0

  /** `isRest`: the part waits for the next chunk, in a copy, since the chunk itself is used again. */
  const collect = (part: Buffer, isRest: boolean) => {
    size += part.length
    bytes += part.length
    if (size > LONGEST_LINE) parts = []
    else if (part.length > 0) parts.push(isRest ? Buffer.from(part) : part)
  }
  const finish = () => {
    number++
    take(size > LONGEST_LINE ? null : textOf(parts, number), number, bytes)
    parts = []
    size = 0
  }
  return {
    push(chunk: Buffer) {
      let from = 0
      for (let to = chunk.indexOf(NEW_LINE); to !== -1; to = chunk.indexOf(NEW_LINE, from)) {
        collect(chunk.subarray(from, to), false)
        bytes++
        finish()
        from = to + 1
      }
      if (from < chunk.length) collect(chunk.subarray(from), true)
    },
    end() {
      if (size > 0) finish()
    },
  }
}

function textOf(parts: readonly Buffer[], number: number): string {
  const [first] = parts
  const text = parts.length === 1 && first ? first.toString('utf8') : Buffer.concat(parts).toString('utf8')
  return number === 1 ? text.replace(/^\uFEFF/, '') : text
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eachLine, LONGEST_LINE } from '../../../src/collect/headers-log/each-line.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lines-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(content: string | Uint8Array, name = 'a.jsonl') {
  await writeFile(join(folder, name), content)
  const lines: (string | null)[] = []
  await eachLine(join(folder, name), (line) => lines.push(line))
  return lines
}

describe('the lines of a file', () => {
  test('are all handed over, the last without an end too, the first without its mark of order', async () => {
    expect(await read('\uFEFFeins\nzwei\r\n\nvier €')).toEqual(['eins', 'zwei\r', '', 'vier €'])
    expect(await read('')).toEqual([])
  })

  test('come out of a packed file as they went in, of several parts too', async () => {
    const packed = Buffer.concat([gzipSync('a\nb'), gzipSync('c\nd\n')])
    expect(await read(packed, 'a.jsonl.gz')).toEqual(['a', 'bc', 'd'])
    await expect(read(packed.subarray(0, 20), 'half.jsonl.gz')).rejects.toThrow('unexpected end of file')
  })

  test('that are too long are one line each, kept by no one, and what follows is read', async () => {
    const long = 'x'.repeat(LONGEST_LINE + 1)
    const longest = 'y'.repeat(LONGEST_LINE)
    expect(await read(`a\n${long}\nb\n${longest}\n${long}`)).toEqual(['a', null, 'b', longest, null])
  })

  test('are those that splitting the whole text gives, wherever the chunks end', async () => {
    const texts = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('ä'.repeat(150_001))), {
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(texts, async (lines) => {
        const text = lines.map((line) => line.replace(/[\n\uFEFF]/g, '')).join('\n')
        expect(await read(text)).toEqual(text === '' ? [] : text.replace(/\n$/, '').split('\n'))
      }),
      { numRuns: 50 },
    )
  })
})

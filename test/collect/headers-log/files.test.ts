import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Entry } from '../../../src/collect/headers-log/entry.ts'
import { readLogFiles } from '../../../src/collect/headers-log/files.ts'
import { line } from './lines.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headers-log-'))
})
afterEach(() => rm(folder, { recursive: true }))

const write = (name: string, ...lines: string[]) => writeFile(join(folder, name), lines.join('\n'))
async function read(pattern: string) {
  const models: string[] = []
  const source = await readLogFiles(pattern, folder, ({ model }: Entry) => models.push(model))
  return { ...source, models }
}

describe('the files of a log', () => {
  test('are all that the pattern names, in the order of their names', async () => {
    await write('b.jsonl', line({ model: 'second' }), '')
    await write('a.jsonl', `\uFEFF${line({ model: 'first' })}\r\n\r`)
    await write('c.txt', line({ model: 'other' }))
    expect(await read('*.jsonl')).toEqual({
      files: 2,
      entries: 2,
      unreadable: 0,
      firstProblem: null,
      models: ['first', 'second'],
    })
  })

  test('may be one path, absolute or not', async () => {
    await write('a.jsonl', line())
    expect((await read('a.jsonl')).entries).toBe(1)
    expect((await read(join(folder, 'a.jsonl'))).entries).toBe(1)
  })

  test('may hold a few lines that are none: those are counted, and the first is named', async () => {
    await write('a.jsonl', line(), '{"timestamp": "2026-', line())
    expect(await read('*.jsonl')).toMatchObject({
      entries: 2,
      unreadable: 1,
      firstProblem: expect.stringMatching(/^a\.jsonl line 2: not JSON/),
    })
  })

  test.each([
    ['no file', [], 'no file matches'],
    ['an empty file', [''], 'are empty'],
    [
      'something else',
      ['hello', 'world', line()],
      '2 of 3 lines of *.jsonl are no entries of a headers log; the first is a.jsonl line 1',
    ],
    [
      'two organizations',
      [
        line({ headers: { 'anthropic-organization-id': 'a' } }),
        line({ headers: { 'anthropic-organization-id': 'b' } }),
      ],
      'of 2 organizations: a, b',
    ],
  ])('with %s are refused', async (_, lines, why) => {
    if (lines.length > 0) await write('a.jsonl', ...lines)
    await expect(read('*.jsonl')).rejects.toThrow(why)
  })
})

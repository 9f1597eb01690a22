import { expect, test } from 'vitest'
import { followPages, nextCursor } from '../../../src/collect/anthropic/pages.ts'

async function count(next: (page: number) => string | null): Promise<number> {
  let pages = 0
  for await (const _ of followPages('GET /list', async () => pages, next)) pages++
  return pages
}

test('pages are read until there is no cursor', async () => {
  expect(await count((page) => (page < 4 ? `cursor ${page}` : null))).toBe(5)
})

test('pages that never end are given up, though no cursor repeats', async () => {
  await expect(count((page) => `cursor ${page}`)).rejects.toThrow('GET /list: more than 10000 pages')
})

test('a cursor that was seen before is given up, also in a longer circle', async () => {
  await expect(count((page) => `cursor ${page % 7}`)).rejects.toThrow('GET /list: the cursor of the next page repeats')
})

test.for([
  [false, 'x', null],
  [true, 'x', 'x'],
  [undefined, 'x', 'x'],
  [null, null, null],
  [undefined, '', null],
  [false, null, null],
] as const)('has_more %s with the cursor %j leads to %j', ([hasMore, cursor, next]) => {
  expect(nextCursor('GET /list', hasMore, cursor)).toBe(next)
})

test.for([null, undefined, ''])('more without a cursor (%j) is an error', (cursor) => {
  expect(() => nextCursor('GET /list', true, cursor)).toThrow('says that there is more but gives no cursor')
})

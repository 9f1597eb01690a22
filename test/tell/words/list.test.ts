import { expect, test } from 'vitest'
import { andMore, list } from '../../../src/tell/words/list.ts'

const ITEMS = ['a', 'b', 'c', 'd']
const line = (item: string, index: number) => `${index + 1}. ${item}`

test('a list that fits has a line for each item, and no other', () => {
  expect(list(ITEMS, 4, line)).toEqual(['1. a', '2. b', '3. c', '4. d'])
  expect(list(ITEMS, Number.POSITIVE_INFINITY, line)).toHaveLength(4)
  expect(list([], 0, line)).toEqual([])
})

test('a list that is cut says how many it leaves out, even where it shows none', () => {
  expect(list(ITEMS, 3, line)).toEqual(['1. a', '2. b', '3. c', 'and 1 more'])
  expect(list(ITEMS, 0, line)).toEqual(['and 4 more'])
  expect(list(ITEMS, 1, line, (more) => `${more} in the diff`)).toEqual(['1. a', '3 in the diff'])
})

test('below a table that is whole stands nothing', () => {
  expect([andMore(0), andMore(1_200)]).toEqual(['', 'and 1,200 more'])
})

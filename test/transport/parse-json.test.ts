import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { parseJson } from '../../src/transport/parse-json.ts'

const bytesOf = (text: string) => Buffer.from(text)

/** What becomes of a text: its value as text, for the order of fields counts too, or the error. */
function outcome(parse: () => unknown): string {
  try {
    return JSON.stringify(parse())
  } catch (error) {
    return String(error)
  }
}

function expectSame(text: string): void {
  expect(outcome(() => parseJson(bytesOf(text)))).toBe(outcome(() => JSON.parse(text)))
}

/** The number of texts that it takes to parse a text. */
function piecesOf(text: string): number {
  const bytes = bytesOf(text)
  const parse = vi.spyOn(JSON, 'parse')
  try {
    parseJson(bytes)
    return parse.mock.calls.length
  } finally {
    parse.mockRestore()
  }
}

const item = (i: number, more: object = {}) => ({
  starting_at: `2026-11-23T00:${i}:00Z`,
  text: 'ä"}],[{\\',
  i,
  ...more,
})
const items = (count: number, more: object = {}) => Array.from({ length: count }, (_, i) => item(i, more))

test('a page of a list is parsed in pieces, and is the same page with its fields in the same order', () => {
  const text = JSON.stringify({ data: items(5000), has_more: true, next_page: 'p' })
  expect(piecesOf(text)).toBeGreaterThan(5)
  expectSame(text)
})

test('what looks like a boundary inside a string is no boundary', () => {
  const text = JSON.stringify({ data: items(5000, { text: '},{"starting_at":' }), has_more: false })
  expect(piecesOf(text)).toBeGreaterThan(5)
  expectSame(text)
})

test('lists inside of items, spaces, and other shapes are parsed as a whole', () => {
  const nested = { data: items(50, { results: items(200) }) }
  expectSame(JSON.stringify(nested))
  const spaced = JSON.stringify({ data: items(5000) }, null, 1)
  expect(piecesOf(spaced)).toBe(1)
  expectSame(spaced)
  const elsewhere = JSON.stringify({ data: [item(0)], other: items(5000) })
  expectSame(elsewhere)
  expectSame(JSON.stringify({ data: [{ starting_at: 1, inner: items(5000) }, { other: 1 }] }))
  expectSame(JSON.stringify({ other: 1, data: items(5000) }))
  expectSame('{"data":[]}')
  expectSame('null')
})

test('any page is what JSON.parse makes of it', () => {
  const small = fc.dictionary(fc.constantFrom('a', 'b', 'data'), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  const page = fc
    .record({
      before: fc.option(small, { freq: 1, nil: {} }),
      first: fc.constantFrom('a', 'data', 'starting_at', 'no name'),
      pattern: fc.array(small, { minLength: 1, maxLength: 8 }),
      after: small,
    })
    .map(({ before, first, pattern, after }) => {
      const padding = 'x'.repeat(400)
      const data = Array.from({ length: 400 }, (_, i) => ({
        [first]: i,
        padding,
        ...pattern[i % pattern.length],
      }))
      return JSON.stringify({ ...before, data, ...after })
    })
  fc.assert(fc.property(page, expectSame), { numRuns: 200 })
})

test('a page that is cut short, or changed anywhere, is the same error or the same value', () => {
  const text = JSON.stringify({ data: items(1000), has_more: false })
  const place = fc.nat({ max: text.length - 1 })
  fc.assert(
    fc.property(place, (end) => expectSame(text.slice(0, end))),
    { numRuns: 100 },
  )
  const sign = fc.constantFrom('"', '{', '}', '[', ']', ',', ':', '\\', '0', ' ', '},{"starting_at":', ']},{"data":[')
  fc.assert(
    fc.property(place, sign, (at, put) => expectSame(text.slice(0, at) + put + text.slice(at + 1))),
    { numRuns: 300 },
  )
})

test('bytes that are no UTF-8 are read as Buffer reads them', () => {
  const bytes = bytesOf(JSON.stringify({ data: items(2000) }).replaceAll('ä', '\u0001x'))
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 1) bytes[i] = 0xff
  expect(outcome(() => parseJson(bytes))).toBe(outcome(() => JSON.parse(bytes.toString('utf8'))))
})

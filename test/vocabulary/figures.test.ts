import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changeInPercent, count, listing, percent, plural } from '../../src/vocabulary/figures.ts'

const LINES = [0.5, 0.75]

describe('a ratio', () => {
  test.each([
    [0.83, '83 %'],
    [0.775, '77.5 %'],
    [0.004, '0.4 %'],
    [0.0004, '0.04 %'],
    [4.5, '450 %'],
    [0, '0 %'],
    [1, '100 %'],
    [0.99999, '99.999 %'],
    [1.00001, '100 %'],
    [0.7496, '74.96 %'],
    [0.74999, '74.999 %'],
    [0.75, '75 %'],
    [0.75004, '75 %'],
    [0.4996, '49.96 %'],
    [0.1 + 0.2, '30 %'],
  ])('%d is written %s', (ratio, text) => {
    expect(percent(ratio, LINES)).toBe(text)
  })

  test('is never written over a line it is under, nor under one it has reached', () => {
    const line = fc.constantFrom(0.5, 0.75, 0.725, 0.333, 1)
    const close = fc.tuple(line, fc.double({ min: -1e-3, max: 1e-3, noNaN: true })).map(([at, by]) => at + by)
    const ratio = fc.oneof(close, fc.double({ min: 0, max: 10, noNaN: true }), line)
    fc.assert(
      fc.property(ratio, fc.array(line, { maxLength: 3 }), (value, lines) => {
        const shown = Number(`${percent(value, lines).replace(/[ %,]/g, '')}e-2`)
        for (const at of [1, ...lines]) expect(shown >= at).toBe(value >= at)
        expect(Math.abs(shown - value)).toBeLessThanOrEqual(0.0005 + 1e-9)
      }),
      { numRuns: 2_000 },
    )
  })
})

test('numbers are grouped, and small ones keep two digits', () => {
  expect([1_660_000, 0, 0.0167, 0.35, 1.5, 2.255].map(count)).toEqual([
    '1,660,000',
    '0',
    '0.017',
    '0.35',
    '1.5',
    '2.26',
  ])
  expect([plural(1, 'limit'), plural(1_200, 'limit')]).toEqual(['1 limit', '1,200 limits'])
})

test('a change is signed, and none is told from nothing', () => {
  expect(changeInPercent(800_000, 400_000)).toBe('−50 %')
  expect(changeInPercent(2_000_000, 2_500_000)).toBe('+25 %')
  expect(changeInPercent(0, 5)).toBe('')
})

test('a list names the first and counts the rest', () => {
  expect(listing([])).toBe('')
  expect(listing(['a'])).toBe('a')
  expect(listing(['a', 'b', 'c'])).toBe('a, b and c')
  expect(listing(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more')
})

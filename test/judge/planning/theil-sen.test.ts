import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { heightAt, median, theilSen } from '../../../src/judge/planning/theil-sen.ts'
import { chance, kendall } from './twin.ts'

/** Days in order, some left out, with peaks that may tie. */
const points = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 3 }), y: fc.integer({ min: 0, max: 60 }) }), {
    minLength: 14,
    maxLength: 31,
  })
  .map((items) => {
    let x = -1
    return items.map(({ gap, y }) => {
      x += gap
      return { x, y }
    })
  })

describe('the trend, held against a twin that tests every slope', () => {
  test('leaves as many rising as falling pairs', () => {
    fc.assert(
      fc.property(points, (series) => {
        const { slope } = theilSen(series)
        // Just beside the median slope, S changes its sign.
        expect(kendall(series, slope - 1e-9)).toBeGreaterThanOrEqual(0)
        expect(kendall(series, slope + 1e-9)).toBeLessThanOrEqual(0)
      }),
      { numRuns: 500 },
    )
  })

  test('has an interval that holds every slope the points do not speak against', () => {
    fc.assert(
      fc.property(points, (series) => {
        const { slope, low, high } = theilSen(series)
        const most = chance(series)
        expect(low).toBeLessThanOrEqual(slope)
        expect(high).toBeGreaterThanOrEqual(slope)
        // Just outside, a significant trend is left; rounded outwards, so that the interval is never too narrow.
        if (Number.isFinite(low)) expect(kendall(series, low - 1e-9)).toBeGreaterThanOrEqual(most)
        if (Number.isFinite(high)) expect(kendall(series, high + 1e-9)).toBeLessThanOrEqual(-most)
      }),
      { numRuns: 500 },
    )
  })

  test('has an interval no wider than two ranks beyond what the points speak against', () => {
    fc.assert(
      fc.property(points, (series) => {
        const { low, high } = theilSen(series)
        const most = chance(series)
        const slopes = series
          .flatMap((a, i) => series.slice(i + 1).map((b) => (b.y - a.y) / (b.x - a.x)))
          .sort((a, b) => a - b)
        const inside = slopes.filter((slope) => slope > low && slope < high)
        const first = inside[2]
        const last = inside.at(-3)
        if (first !== undefined) expect(kendall(series, first + 1e-9)).toBeLessThanOrEqual(most + 4)
        if (last !== undefined) expect(kendall(series, last - 1e-9)).toBeGreaterThanOrEqual(-most - 4)
      }),
      { numRuns: 500 },
    )
  })
})

describe('the interval by its published ranks (Sen 1968), worked by hand for 14 points, 91 pairs', () => {
  const ascending = (curve: readonly { x: number; y: number }[]) =>
    curve.flatMap((a, i) => curve.slice(i + 1).map((b) => (b.y - a.y) / (b.x - a.x))).sort((a, b) => a - b)

  test('without ties: var(S) = 14·13·33/18 = 333.7, reach 30.0, ranks 30 and 62', () => {
    const curve = Array.from({ length: 14 }, (_, x) => ({ x, y: x * x }))
    const slopes = ascending(curve)
    expect(theilSen(curve)).toMatchObject({ low: slopes[30 - 1], high: slopes[62 - 1] })
    expect(slopes[30 - 1]).not.toBe(slopes[31 - 1]) // or a rank too far would not show
  })

  test('with seven days each of two values: var(S) = (6006 − 2·798)/18 = 245, reach 25.7, ranks 32 and 60', () => {
    const steps = Array.from({ length: 14 }, (_, x) => ({ x: x + x ** 2 / 100, y: x < 7 ? 0 : 1 }))
    const slopes = ascending(steps)
    expect(theilSen(steps)).toMatchObject({ low: slopes[32 - 1], high: slopes[60 - 1] })
    expect(slopes[60 - 1]).not.toBe(slopes[62 - 1]) // or ties left out of the variance would not show
  })
})

test('one wild day bends nothing', () => {
  const straight = Array.from({ length: 15 }, (_, x) => ({ x, y: 100 + 10 * x }))
  const wild = straight.map((point) => (point.x === 7 ? { x: 7, y: 100_000 } : point))
  expect(theilSen(wild).slope).toBe(10)
  expect(heightAt(wild, 10, 14)).toBe(240)
})

test('the median of an even number is the mean of its middles', () => {
  expect([median([1, 2, 4]), median([1, 2, 4, 9])]).toEqual([2, 3])
})

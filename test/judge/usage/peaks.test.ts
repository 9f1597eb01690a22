import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bracketOf,
  clippedRun,
  hourlyPeaks,
  type MinuteSeries,
  minutesAtOrOver,
  p99Of,
  peakOf,
  steadyUse,
  utilizationOf,
} from '../../../src/judge/usage/peaks.ts'

const PER_MINUTE = { per: 'minute' } as const
const PER_DAY = { per: 'day' } as const
const START = Date.parse('2026-11-22T00:00:00Z')
const MINUTE = 60_000

/** A day's series from "minute: value" pairs. */
function day(uses: Record<number, number>, knownMinutes = 1_440): MinuteSeries {
  const values = new Float64Array(1_440)
  for (const [minute, value] of Object.entries(uses)) values[Number(minute)] = value
  return { start: START, minutes: 1_440, knownMinutes, values }
}
const NO_USE: MinuteSeries = { start: START, minutes: 1_440, knownMinutes: 1_440, values: null }

test('the peak is the largest minute, and of equal ones the first', () => {
  const series = day({ 10: 5, 845: 9, 900: 9 })
  expect(peakOf(series, PER_MINUTE, 'minute')).toMatchObject({ peak: 9, peakAt: START + 845 * MINUTE })
})

test('the busiest hour is judged by its mean per minute', () => {
  const series = day({ 60: 600, 119: 600, 300: 900 })
  expect(peakOf(series, PER_MINUTE, 'hour')).toMatchObject({ peak: 20, peakAt: START + 60 * MINUTE })
})

test('a limit per day is judged by the sum of the UTC day', () => {
  expect(peakOf(day({ 0: 5, 700: 6, 1439: 7 }), PER_DAY, 'minute')).toMatchObject({ peak: 18, peakAt: START })
})

test('a series without use has a peak of zero, which is measured and not missing', () => {
  expect(peakOf(NO_USE, PER_MINUTE, 'minute').peak).toBe(0)
  expect(bracketOf(NO_USE, PER_MINUTE)).toBe(0)
  expect(p99Of(NO_USE, PER_MINUTE)).toBe(0)
})

test('steady use is the median of the minutes with use', () => {
  expect(steadyUse(day({ 10: 5, 845: 9, 900: 700 }), PER_MINUTE)).toBe(9)
  expect(steadyUse(day({ 10: 5, 845: 9 }), PER_MINUTE)).toBe(7)
  expect(steadyUse(day({ 10: 120, 11: 60 }), { per: 'second' })).toBe(1.5)
  expect(steadyUse(NO_USE, PER_MINUTE)).toBeNull()
  expect(steadyUse(day({}), PER_MINUTE)).toBeNull()
  fc.assert(
    fc.property(fc.dictionary(fc.nat(1_439).map(String), fc.integer({ min: 1, max: 99 }), { minKeys: 1 }), (uses) => {
      const steady = steadyUse(day(uses), PER_MINUTE) ?? 0
      const values = Object.values(uses)
      const half = values.length / 2
      expect(values.filter((value) => value < steady).length).toBeLessThanOrEqual(half)
      expect(values.filter((value) => value > steady).length).toBeLessThanOrEqual(half)
    }),
  )
})

test('p99 is the nearest rank over the known minutes, zeros included', () => {
  const uses = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [i, 100 + i]))
  // Rank 1,426 of 1,440: fourteen larger values remain above it.
  expect(p99Of(day(uses), PER_MINUTE)).toBe(100)
  expect(p99Of(day({ 0: 8 }, 10), PER_MINUTE)).toBe(8)
  expect(p99Of(day({}, 0), PER_MINUTE)).toBeNull()
})

test('use exactly on a line is on it, also where a mean is compared: 144 in a minute or an hour are 80 % of 3', () => {
  const searches = day({ 7: 144 })
  const perSecond = { per: 'second' } as const
  expect(utilizationOf(peakOf(searches, perSecond, 'minute'), 3)).toBe(0.8)
  expect(utilizationOf(peakOf(searches, PER_MINUTE, 'hour'), 3)).toBe(0.8)
  expect(minutesAtOrOver(searches, perSecond, 3, 0.8)).toBe(1)
})

test('a minute exactly on the line counts as over it', () => {
  expect(minutesAtOrOver(day({ 1: 75, 2: 74.999, 3: 76 }), PER_MINUTE, 100, 0.75)).toBe(2)
})

test('hours of which nothing is known are null, and those with late data are shown', () => {
  const hours = hourlyPeaks(day({ 30: 4, 200: 6 }, 90), PER_MINUTE)
  expect(hours.slice(0, 5)).toEqual([4, 0, null, 6, null])
})

describe('clipped demand', () => {
  test('is the longest run of minutes within 5 % of the limit', () => {
    const series = day({ 10: 96, 11: 100, 50: 95, 51: 99, 52: 101, 53: 94 })
    expect(clippedRun(series, PER_MINUTE, 100)).toEqual({ from: START + 50 * MINUTE, minutes: 3 })
  })
  test('is not claimed from a single minute', () => {
    expect(clippedRun(day({ 10: 100, 12: 100 }), PER_MINUTE, 100)).toBeNull()
  })
})

test('peak ≤ true busiest 60 seconds ≤ bracket, for requests at any second', () => {
  const anyRequests = fc.array(
    fc.record({ second: fc.integer({ min: 0, max: 3_600 }), size: fc.integer({ min: 1, max: 50 }) }),
    {
      minLength: 1,
      maxLength: 80,
    },
  )
  fc.assert(
    fc.property(anyRequests, (requests) => {
      const uses: Record<number, number> = {}
      for (const { second, size } of requests)
        uses[Math.floor(second / 60)] = (uses[Math.floor(second / 60)] ?? 0) + size
      const series = day(uses)
      const sliding = Math.max(
        ...requests.map(({ second: from }) =>
          requests.reduce((sum, { second, size }) => sum + (second >= from && second < from + 60 ? size : 0), 0),
        ),
      )
      expect(peakOf(series, PER_MINUTE, 'minute').peak).toBeLessThanOrEqual(sliding)
      expect(sliding).toBeLessThanOrEqual(bracketOf(series, PER_MINUTE))
    }),
    { numRuns: 1_000 },
  )
})

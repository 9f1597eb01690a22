import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dailyPeaks, runwayOf } from '../../../src/judge/planning/runway.ts'
import { walk } from './twin.ts'

const LIMIT = 1000
const ALERT = 0.75

/** A verdict whose day `i` has one peak hour. */
function verdictOf(peaks: readonly number[]) {
  const hourly = peaks.flatMap((peak, day) =>
    Array.from({ length: 24 }, (_, hour) => (hour === (day * 7) % 24 ? peak : peak / 2)),
  )
  return { limit: LIMIT, utilization: Math.max(...peaks) / LIMIT, hourly: hourly as (number | null)[], clipped: null }
}

const rising = (days: number, from = 200, perDay = 10) => Array.from({ length: days }, (_, day) => from + perDay * day)

describe('the runway', () => {
  test('of a straight rise is where the line is crossed', () => {
    // 14 days: the last peak is 330, the line at 750, ten a day.
    expect(runwayOf(verdictOf(rising(14)), ALERT, 'minute')).toEqual({
      kind: 'reaches',
      days: 42,
      earliest: 42,
      latest: 42,
      perDay: 10,
    })
  })

  test('of a noisy rise is what walking day by day finds, inside its interval', () => {
    const noisy = fc.record({
      from: fc.integer({ min: 50, max: 200 }),
      perDay: fc.integer({ min: 5, max: 12 }),
      noise: fc.array(fc.integer({ min: -15, max: 15 }), { minLength: 14, maxLength: 31 }),
    })
    fc.assert(
      fc.property(noisy, ({ from, perDay, noise }) => {
        const peaks = noise.map((wobble, index) => from + perDay * index + wobble)
        const runway = runwayOf(verdictOf(peaks), ALERT, 'minute')
        if (runway?.kind !== 'reaches') return // refusals have tests of their own
        // The middle of the residuals by hand, without the code's helper.
        const heights = peaks
          .map((peak, index) => peak + runway.perDay * (peaks.length - 1 - index))
          .sort((a, b) => a - b)
        const height = (heights[(heights.length - 1) >> 1]! + heights[heights.length >> 1]!) / 2
        const day = walk(height, runway.perDay, ALERT * LIMIT, 400) ?? Number.NaN
        expect(runway.days).toBeGreaterThan(day - 1 - 1e-6)
        expect(runway.days).toBeLessThan(day + 1e-6)
        expect(runway.earliest).toBeLessThanOrEqual(runway.days)
        expect(runway.latest ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(runway.days)
      }),
      { numRuns: 500 },
    )
  })

  test('of a true rise is found in nearly every noisy month', () => {
    let found = 0
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 28, maxLength: 28 }), (noise) => {
        const runway = runwayOf(verdictOf(noise.map((wobble, day) => 100 + 8 * day + wobble)), ALERT, 'minute')
        if (runway?.kind === 'reaches') found++
      }),
      { numRuns: 200 },
    )
    expect(found).toBe(200)
  })

  test('of more than a year is only called far', () => {
    expect(runwayOf(verdictOf(rising(14, 100, 0.5)), ALERT, 'minute')).toEqual({ kind: 'far', perDay: 0.5 })
  })

  test('is nothing to speak of once the line is reached, or where there are no daily peaks', () => {
    expect(runwayOf(verdictOf(rising(14, 700)), ALERT, 'minute')).toBeNull()
    expect(runwayOf(verdictOf(rising(14, 0, 0)), ALERT, 'minute')).toBeNull()
    expect(runwayOf({ ...verdictOf(rising(14)), hourly: null }, ALERT, 'minute')).toBeNull()
  })
})

describe('the runway is refused, with the reason,', () => {
  const reasonOf = (verdict: ReturnType<typeof verdictOf>, peakWindow: 'minute' | 'hour' = 'minute') => {
    const runway = runwayOf(verdict, ALERT, peakWindow)
    return runway?.kind === 'refused' ? runway.reason : runway
  }

  test('for fewer than fourteen days', () => {
    expect(reasonOf(verdictOf(rising(13)))).toBe('13 whole days of use, and a trend takes 14 (lookback-days)')
    expect(reasonOf(verdictOf([500]))).toBe('1 whole day of use, and a trend takes 14 (lookback-days)')
  })

  test('where a day that is not wholly known leaves too few', () => {
    const verdict = verdictOf(rising(14))
    verdict.hourly[30] = null
    expect(dailyPeaks(verdict)?.[1]).toBeNull()
    expect(reasonOf(verdict)).toBe('13 whole days of use, and a trend takes 14 (lookback-days)')
  })

  test('where use was at its limit', () => {
    expect(
      reasonOf({ ...verdictOf(rising(14)), clipped: { from: '2026-11-20T00:00:00Z', minutes: 3 } as never }),
    ).toContain('at its limit')
  })

  test.each([
    ['falling peaks', rising(14).toReversed(), 'peaks fall'],
    ['peaks that stay', rising(14, 200, 0), 'stay as they are'],
    ['peaks without a trend', rising(14).map((_, day) => (day % 2 ? 200 : 400)), 'no clear trend'],
  ])('for %s', (_, peaks, reason) => {
    expect(reasonOf(verdictOf(peaks))).toContain(reason)
  })

  test('where hours are judged, and the peaks are of minutes', () => {
    expect(reasonOf(verdictOf(rising(14)), 'hour')).toContain('of minutes')
  })

  test('for pure noise in about nineteen of twenty months', () => {
    let refused = 0
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 100, max: 500 }), { minLength: 28, maxLength: 28 }), (peaks) => {
        if (runwayOf(verdictOf(peaks), ALERT, 'minute')?.kind === 'refused') refused++
      }),
      { numRuns: 400, seed: 20261124 },
    )
    expect(refused / 400).toBeGreaterThan(0.9)
  })
})

import { describe, expect, test } from 'vitest'
import { DAY, earliestDay, isoDay, windowOf, withinRetention } from '../../../src/vocabulary/use/window.ts'

/** "365 days back" (Usage and Cost Analytics API, `starting_at`): today is the first of them. */
const NOW = Date.UTC(2027, 5, 15, 6, 30)

describe('the first day whose usage can still be read', () => {
  test('is the 365th day back, today being the first', () => {
    const days = Array.from({ length: 400 }, (_, back) => isoDay(NOW - back * DAY))
    expect(isoDay(earliestDay(NOW))).toBe(days[364])
  })

  test('is the same all day long, and one later the next', () => {
    expect(earliestDay(Date.UTC(2027, 5, 15))).toBe(earliestDay(Date.UTC(2027, 5, 15, 23, 59, 59)))
    expect(earliestDay(Date.UTC(2027, 5, 16))).toBe(earliestDay(Date.UTC(2027, 5, 15)) + DAY)
  })

  test('is never before the API has data', () => {
    expect(isoDay(earliestDay(Date.UTC(2026, 2, 1)))).toBe('2026-01-01')
  })

  test('leaves a window that begins there without a time before', () => {
    const first = earliestDay(NOW)
    expect(withinRetention(windowOf(first, 1, 'day-before'), NOW).earlier).toBeNull()
    expect(withinRetention(windowOf(first + DAY, 1, 'day-before'), NOW).earlier).toEqual({
      start: first,
      end: first + DAY,
    })
    expect(withinRetention(windowOf(first + 7 * DAY, 7, 'window-before'), NOW).earlier).toBeNull()
  })
})

describe('the time before', () => {
  const end = Date.UTC(2027, 5, 15)
  const week = { start: end - 7 * DAY, end }

  test.each([
    ['day-before', { start: week.start - DAY, end: week.end - DAY }],
    ['window-before', { start: week.start - 7 * DAY, end: week.start }],
    ['none', null],
  ] as const)('of a week, by compare-with: %s', (compareWith, earlier) => {
    expect(windowOf(end - DAY, 7, compareWith)).toEqual({ ...week, days: 7, earlier })
  })
})

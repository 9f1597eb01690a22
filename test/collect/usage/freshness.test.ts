import { expect, test } from 'vitest'
import { freshnessOf } from '../../../src/collect/usage/freshness.ts'
import { knownAlike } from '../../../src/vocabulary/use/window.ts'

const START = Date.UTC(2026, 10, 22)
const HOUR = 3_600_000
const window = { end: START + 24 * HOUR }

test('of several answers the one whose data is the oldest says up to when use is known', () => {
  const [fresh, stale] = [START + 23 * HOUR, START + 20 * HOUR]
  expect(freshnessOf([fresh, stale], window)).toEqual({ known: knownAlike(stale), refreshedAt: stale })
  expect(freshnessOf([stale, fresh], window)).toEqual({ known: knownAlike(stale), refreshedAt: stale })
  expect(freshnessOf([null, stale], window)).toEqual({ known: knownAlike(stale), refreshedAt: stale })
})

test('the minute that is not over yet is not known, and nothing after the window is', () => {
  expect(freshnessOf([START + 5 * HOUR + 59_999], window).known).toEqual(knownAlike(START + 5 * HOUR))
  expect(freshnessOf([window.end + 5 * HOUR], window).known).toEqual(knownAlike(window.end))
})

test('where nothing is stated, days that have ended are taken as whole', () => {
  expect(freshnessOf([null, null], window)).toEqual({ known: knownAlike(window.end), refreshedAt: null })
})

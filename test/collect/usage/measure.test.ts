import { expect, test } from 'vitest'
import { measureUsage } from '../../../src/collect/usage/measure.ts'
import type { UsageReader } from '../../../src/collect/usage/usage-reader.ts'

const START = Date.UTC(2026, 10, 22)
const HOUR = 3_600_000
const window = { start: START, end: START + 24 * HOUR, days: 1, earlier: null }

/** A reader whose queries say one after the other up to when their data is complete. */
function measure(...stated: (number | null)[]) {
  const left = [...stated]
  const reader: UsageReader = { source: 'analytics', read: async () => ({ refreshedAt: left.shift() ?? null }) }
  const query = { start: START, end: window.end, width: '1m', groupBy: [] } as const
  return measureUsage(
    reader,
    stated.map(() => ({ query, fold: () => {} })),
    window,
  )
}

test('of several queries the one whose data is the oldest says up to when use is known', async () => {
  const [fresh, stale] = [START + 23 * HOUR, START + 20 * HOUR]
  expect(await measure(fresh, stale)).toEqual({ known: stale, refreshedAt: stale })
  expect(await measure(stale, fresh)).toEqual({ known: stale, refreshedAt: stale })
  expect(await measure(null, stale)).toEqual({ known: stale, refreshedAt: stale })
})

test('the minute that is not over yet is not known, and nothing after the window is', async () => {
  expect((await measure(START + 5 * HOUR + 59_999)).known).toBe(START + 5 * HOUR)
  expect((await measure(window.end + 5 * HOUR)).known).toBe(window.end)
})

test('where nothing is stated, days that have ended are taken as whole', async () => {
  expect(await measure(null, null)).toEqual({ known: window.end, refreshedAt: null })
})

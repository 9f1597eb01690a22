import fc from 'fast-check'
import { expect, test } from 'vitest'
import { barsOf, chart, shareOfSpan } from '../../../src/tell/summary/chart.ts'
import { isMeasured } from '../../../src/tell/words/select.ts'
import { EXAMPLES } from '../examples.ts'

const { report } = EXAMPLES['first-alert']
const row = report.verdicts.filter(isMeasured).find(({ limiter }) => limiter.includes('cache_aware'))!
const view = report.groups.find(({ group, cache }) => group.name === row.group.name && cache)!

const cacheOf = (hours: readonly { input: number; read: number }[]) => ({
  read_share: 0,
  stretch: null,
  hourly_read_share: hours.map(({ input, read }) => (input === 0 ? null : read / input)),
  hourly_input: hours.map(({ input }) => input),
})

test('a quiet hour that read all from the cache does not stand for a busy one that read nothing', () => {
  const cache = cacheOf([
    { input: 10, read: 10 },
    { input: 990, read: 0 },
  ])
  expect(shareOfSpan(cache, 0, 2)).toBeCloseTo(0.01, 12)
})

test('the share of a span is its reads over its input, token by token', () => {
  const hour = fc
    .record({ input: fc.nat(1_000), part: fc.double({ min: 0, max: 1, noNaN: true }) })
    .map(({ input, part }) => ({ input, read: Math.floor(input * part) }))
  fc.assert(
    fc.property(fc.array(hour, { minLength: 24, maxLength: 24 }), fc.nat(23), fc.nat(24), (hours, from, length) => {
      const span = hours.slice(from, from + length)
      const total = span.reduce((sum, { input }) => sum + input, 0)
      const share = shareOfSpan(cacheOf(hours), from, from + length)
      if (total === 0) expect(share).toBeNull()
      else expect(share).toBeCloseTo(span.reduce((sum, { read }) => sum + read, 0) / total, 9)
    }),
    { numRuns: 300 },
  )
})

test('bars over several hours have the share of their span, and it is on no axis of the limit', () => {
  const days = 7
  const week = {
    ...report,
    window: { ...report.window, start: '2026-11-16T00:00:00Z', days },
  }
  const repeat = <T>(values: readonly T[]) => Array.from({ length: days }, () => values).flat()
  const { cache } = view
  const long = {
    ...view,
    cache: {
      ...cache!,
      hourly_read_share: repeat(cache!.hourly_read_share),
      hourly_input: repeat(cache!.hourly_input),
    },
  }
  const bars = barsOf({ ...row, hourly: repeat(row.hourly!) }, long, week)!
  expect(bars.hours).toBeGreaterThan(1)
  expect(bars.all.map(({ readShare }) => readShare)).toEqual(
    bars.all.map((_, index) => shareOfSpan(long.cache, index * bars.hours, (index + 1) * bars.hours)),
  )
  expect(chart(row, bars, week).match(/^ {2}line /gm)).toHaveLength(2)
})

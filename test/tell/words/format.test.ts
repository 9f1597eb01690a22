import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  atPeakTime,
  changeInPercent,
  count,
  groupName,
  limiterName,
  listing,
  peakTime,
  percent,
  period,
  plural,
} from '../../../src/tell/words/format.ts'
import { EXAMPLES } from '../examples.ts'

const asIs = (text: string) => text
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

test('a window is named by its days', () => {
  expect(period({ start: '2026-11-22T00:00:00Z', end: '2026-11-23T00:00:00Z' })).toBe('2026-11-22 (UTC)')
  expect(period({ start: '2026-11-16T00:00:00Z', end: '2026-11-23T00:00:00Z' })).toBe(
    '2026-11-16 to 2026-11-22 (7 days, UTC)',
  )
})

test('a peak is placed by minute, hour or day, and dated where the window has several days', () => {
  const row = {
    group: { type: 'model_group', name: 'Opus' },
    limiter: 'output_tokens_per_minute',
    peak: 310_000,
    peak_at: '2026-11-22T14:05:00Z',
  }
  const window = { start: '', end: '', complete: true, missing_minutes: 0, data_refreshed_at: null }
  const day = { window: { ...window, days: 1 }, peak_window: 'minute' as const }
  expect(peakTime(row, day)).toBe('14:05 UTC')
  expect(peakTime(row, { ...day, window: { ...window, days: 7 } })).toBe('2026-11-22 14:05 UTC')
  expect(peakTime({ ...row, peak_at: '2026-11-22T23:00:00Z' }, { ...day, peak_window: 'hour' })).toBe('23:00–00:00 UTC')
  expect(peakTime({ ...row, limiter: 'tokens_per_day' }, day)).toBe('2026-11-22')
  expect(peakTime({ ...row, peak_at: null }, day)).toBe('')
  expect(atPeakTime(row, day)).toBe(' at 14:05 UTC')
  expect(atPeakTime({ ...row, limiter: 'tokens_per_day' }, day)).toBe(' on 2026-11-22')
})

test('no use was at no time', () => {
  const row = { group: { type: 'model_group', name: 'Opus' }, limiter: 'output_tokens_per_minute' }
  const day = { window: EXAMPLES['quiet-day'].report.window, peak_window: 'minute' as const }
  expect(atPeakTime({ ...row, peak: 0, peak_at: '2026-11-22T00:00:00Z' }, day)).toBe('')
})

test('groups without a name of their own and limiters unknown to us still read as something', () => {
  expect(groupName({ type: 'token_count', name: 'token_count' }, asIs)).toBe('Token counting')
  expect(groupName({ type: 'dreams', name: 'dreams' }, asIs)).toBe('dreams')
  expect(
    limiterName({ group: { type: 'dreams', name: 'dreams' }, limiter: 'naps_per_day' }, (text) => `<${text}>`),
  ).toBe('<naps_per_day>')
  expect(limiterName({ group: { type: 'any', name: 'all groups' }, limiter: 'any' }, asIs)).toBe('any limit')
})

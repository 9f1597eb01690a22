import { expect, test } from 'vitest'
import { atPeakTime, groupName, limiterName, peakTime, period } from '../../../src/tell/words/format.ts'
import { EXAMPLES } from '../examples.ts'

const asIs = (text: string) => text
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
  const window = {
    start: '',
    end: '',
    complete: true,
    missing_minutes: 0,
    data_refreshed_at: null,
    compared_with: null,
  }
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
})

import { describe, expect, test } from 'vitest'
import type { RefusedRow } from '../../../src/report/report.ts'
import { refusedAdvice, refusedCount, refusedText } from '../../../src/tell/words/refused-text.ts'
import { EXAMPLES } from '../examples.ts'

const KINDS = { rate_limit: 0, acceleration: 0, spend_cap: 0, not_told: 0 }

function row(refused: Partial<RefusedRow['refused']>, more: Partial<RefusedRow> = {}): RefusedRow {
  const counts = { ...KINDS, ...refused }
  return {
    scope: { type: 'organization' },
    group: { type: 'model_group', name: 'claude-opus-4-6' },
    limiter: 'refused',
    configured: null,
    limit_source: 'organization',
    lower_bound: false,
    band: 'alert',
    limit: null,
    reason: 'refused',
    transition: 'new',
    peak: null,
    peak_at: null,
    bracket: null,
    p99: null,
    minutes_over_threshold: null,
    utilization: null,
    clipped: null,
    previous: null,
    hourly: null,
    drivers: null,
    refused: {
      requests: counts.rate_limit + counts.acceleration + counts.spend_cap + counts.not_told,
      first: '2026-12-22T14:05:00Z',
      last: '2026-12-31T23:59:59Z',
      worst_minute: { at: '2026-12-22T14:05:00Z', requests: 2 },
      retry_after: null,
      ...counts,
    },
    ...more,
  }
}
const plain = (text: string) => text
const reportOf = (...rows: RefusedRow[]) => ({ ...EXAMPLES['quiet-day'].report, verdicts: rows })

describe('what is said of refused requests', () => {
  test('names what refused them, the worst minute, and the wait that was asked for', () => {
    expect(refusedText(row({ rate_limit: 3, not_told: 1, retry_after: { median: 8, max: 30 } }))).toBe(
      '4 requests refused (3 by a rate limit, 1 without a reason in the log), most at 2026-12-22 14:05 UTC (2), asked to wait 8 s (median), at most 30 s',
    )
    expect(refusedText(row({ acceleration: 1, retry_after: { median: 8, max: 8 } }))).toMatch(/, asked to wait 8 s$/)
    expect(refusedText(row({ spend_cap: 1200 }))).toBe(
      '1,200 requests refused (1,200 by a spend cap), most at 2026-12-22 14:05 UTC (2)',
    )
  })

  test('counts all of them, and none that are muted', () => {
    const muted = { owner: 'ops', reason: 'known', until: '2027-01-01' }
    expect(
      refusedCount(reportOf(row({ rate_limit: 3 }), row({ spend_cap: 2 }), row({ rate_limit: 9 }, { muted }))),
    ).toBe('5 requests refused')
    expect(refusedCount(reportOf(row({ rate_limit: 9 }, { muted })))).toBe('')
  })

  test('advises by kind: the cap first, until the first of the next month, which may be of the next year', () => {
    const all = reportOf(row({ rate_limit: 1, acceleration: 1, spend_cap: 1, not_told: 1 }))
    expect(refusedAdvice(all, plain)).toEqual([
      expect.stringContaining('the money is spent until 2027-01-01 00:00 UTC, and no rate limit helps'),
      expect.stringContaining('Let use rise more slowly (claude-opus-4-6)'),
      expect.stringContaining('spread out what runs around 2026-12-22 14:05 UTC'),
      expect.stringContaining('Log the body of refused responses'),
    ])
    expect(refusedAdvice(reportOf(row({ acceleration: 1 })), plain)).toHaveLength(1)
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { spendOf } from '../../../src/judge/planning/spend.ts'
import { DAY } from '../../../src/vocabulary/use/window.ts'

const LINES = { watch: 0.5, alert: 0.75 }
const NOVEMBER = Date.UTC(2026, 10, 1)
const reading = (shares: number[], known = NOVEMBER + shares.length * DAY) => ({
  capSource: 'policy' as const,
  monthStart: NOVEMBER,
  shares,
  known,
})
const dayOf = (time: number | null) => time && new Date(time).toISOString().slice(0, 10)

describe('the spend cap', () => {
  test.each([
    [[0.01, 0.02], 'ok', null],
    [[0.3, 0.5], 'watch', 'new'],
    [[0.5, 0.6], 'watch', 'continuing'],
    [[0.6, 0.8], 'alert', 'worse'],
    [[0.9], 'alert', 'new'],
  ])('used to %j is %s, %s', (shares, band, transition) => {
    expect(spendOf(reading(shares), LINES)).toMatchObject({ share: shares.at(-1), band, transition })
  })

  test.each([
    ['a tenth on the first day', [0.1], '2026-11-10'],
    ['just the cap at the end of the month', [1 / 30], '2026-11-30'],
    ['less than the cap at the end of the month', [0.033], null],
    ['reached already, on the day when it was', [0.4, 1, 1.2], '2026-11-02'],
    ['nothing spent', [0, 0], null],
  ])('is reached at the pace of the month: %s', (_case, shares, day) => {
    expect(dayOf(spendOf(reading(shares), LINES).reachedOn)).toBe(day)
  })

  test('counts the pace up to where the cost is known', () => {
    const whole = spendOf(reading([0.1, 0.1]), LINES)
    const half = spendOf(reading([0.1, 0.1], NOVEMBER + DAY), LINES)
    expect([dayOf(whole.reachedOn), dayOf(half.reachedOn)]).toEqual(['2026-11-20', '2026-11-10'])
  })
})

/** Day by day: what is spent at the month's mean, until it is all. Whole cents, so that no sum is a hair off. */
function twin(costs: readonly number[], cap: number, monthStart: number): number | null {
  let spent = 0
  for (const [day, cost] of costs.entries()) {
    spent += cost
    if (spent >= cap) return monthStart + day * DAY
  }
  const month = new Date(monthStart).getUTCMonth()
  for (let day = 0; new Date(monthStart + day * DAY).getUTCMonth() === month; day++)
    if (spent * (day + 1) >= cap * costs.length) return monthStart + day * DAY
  return null
}

test('for 500 random months the day equals that of a twin which walks through the month', () => {
  const seen = { never: 0, ahead: 0, past: 0 }
  const month = fc.record({
    monthStart: fc.integer({ min: 0, max: 11 }).map((index) => Date.UTC(2026, index, 1)),
    costs: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 28 }),
    cap: fc.integer({ min: 1, max: 1_000 }),
  })
  fc.assert(
    fc.property(month, ({ monthStart, costs, cap }) => {
      const shares = costs.map((_cost, day) => costs.slice(0, day + 1).reduce((sum, cost) => sum + cost, 0) / cap)
      const known = monthStart + costs.length * DAY
      const { reachedOn } = spendOf({ capSource: 'api', monthStart, shares, known }, LINES)
      const expected = twin(costs, cap, monthStart)
      expect(dayOf(reachedOn)).toBe(dayOf(expected))
      seen.never += Number(expected === null)
      seen.past += Number(expected !== null && expected < known)
      seen.ahead += Number(expected !== null && expected >= known)
    }),
    { numRuns: 500 },
  )
  for (const [kind, count] of Object.entries(seen)) expect(count, kind).toBeGreaterThan(20)
})

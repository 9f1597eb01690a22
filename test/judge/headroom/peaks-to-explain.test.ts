import { expect, test } from 'vitest'
import { peaksToExplain } from '../../../src/judge/headroom/peaks-to-explain.ts'
import { limiterRule } from '../../../src/vocabulary/limits/limiters.ts'
import { MINUTE } from '../../../src/vocabulary/use/window.ts'
import { UNMEASURED, verdictOf } from '../planning/verdict.ts'

const START = Date.UTC(2026, 10, 22)
const rule = limiterRule('model_group', 'requests_per_minute')!
const meterOf = ({ scope, group, limiter }: Parameters<Parameters<typeof peaksToExplain>[1]>[0]) => ({
  scope,
  group: { ...group, models: ['opus'], limits: {} },
  limiter,
  rule,
  series: null,
  hasUnknownRequests: false,
})

/** Thirty alerts, each in a minute of its own, the last the worst. */
const ALERTS = Array.from({ length: 30 }, (_, index) =>
  verdictOf({
    scope: { type: 'workspace', id: `w${index}`, name: `w${index}` },
    band: 'alert',
    peak: 800 + index,
    peakAt: START + index * MINUTE,
  }),
)

test('the twenty worst minutes are asked about, two requests each; how many peaks were left out is known', () => {
  const { peaks, leftOut } = peaksToExplain(ALERTS, meterOf, 'minute')
  expect(peaks.map(({ start }) => (start - START) / MINUTE)).toEqual(Array.from({ length: 20 }, (_, i) => 29 - i))
  expect(leftOut).toBe(10)
})

test('peaks of one minute share its question', () => {
  const together = ALERTS.map((verdict) => ({ ...verdict, peakAt: START }))
  expect(peaksToExplain(together, meterOf, 'minute')).toMatchObject({ leftOut: 0, peaks: { length: 30 } })
})

test('nobody is asked about a limit that is ok, unused or unmeasured', () => {
  const quiet = [verdictOf({ band: 'ok', peak: 10 }), verdictOf({ band: 'watch', peak: 0 }), UNMEASURED]
  expect(peaksToExplain(quiet, meterOf, 'minute')).toEqual({ peaks: [], leftOut: 0 })
})

import { describe, expect, test } from 'vitest'
import type { Report } from '../../../src/report/report.ts'
import { advice } from '../../../src/tell/words/advice.ts'
import { isMeasured } from '../../../src/tell/words/select.ts'
import { ORGANIZATION } from '../../../src/vocabulary/scope.ts'
import { EXAMPLES } from '../examples.ts'

const alert = EXAMPLES['first-alert'].report
const asIs = (text: string) => text
const about = (report: Report, word: RegExp) => advice(report, asIs).filter((text) => word.test(text))

test('a quiet day needs no advice', () => {
  expect(advice(EXAMPLES['quiet-day'].report, asIs)).toEqual([])
})

test('the cheapest step comes first, asking for more last', () => {
  expect(advice(alert, asIs).map((text) => text.split(' ')[0])).toEqual(['Add', 'Spread', 'Move', 'Raise', 'Ask'])
})

describe('cache breakpoints', () => {
  test('are advised where input binds and little of it is read from the cache', () => {
    expect(about(alert, /cache breakpoints/)).toEqual([
      expect.stringContaining('Claude Opus 4.x reads 18 % of its input'),
    ])
    expect(about(alert, /cache breakpoints/)[0]).not.toContain('Sonnet')
  })

  test('are not advised where another limiter binds first', () => {
    const groups = alert.groups.map((view) => ({
      ...view,
      binds: [{ limiter: 'output_tokens_per_minute', utilization: 0.9 }],
    }))
    expect(about({ ...alert, groups }, /cache breakpoints/)).toEqual([])
  })

  test('are not advised where cache reads count, for they would not help', () => {
    const swap = (limiter: string) => limiter.replace('_cache_aware', '')
    const verdicts = alert.verdicts.map((row) => ({ ...row, limiter: swap(row.limiter) }))
    const groups = alert.groups.map((view) => ({
      ...view,
      binds: view.binds.map((bind) => ({ ...bind, limiter: swap(bind.limiter) })),
    }))
    expect(about({ ...alert, verdicts, groups }, /cache breakpoints/)).toEqual([])
  })
})

test('a burst of ten minutes a day is one over a week too: seventy minutes, no more', () => {
  const week = { ...alert, window: { ...alert.window, days: 7 } }
  const lasting = (minutes: number) => ({
    ...week,
    verdicts: alert.verdicts.filter(isMeasured).map((row) => ({ ...row, p99: 0, minutes_over_threshold: minutes })),
  })
  expect(about(lasting(70), /^Spread out/)).toHaveLength(1)
  expect(about(lasting(71), /^Spread out/)).toEqual([])
  expect(about({ ...lasting(11), window: alert.window }, /^Spread out/)).toEqual([])
})

test('only a burst is to be spread out', () => {
  const sustained = alert.verdicts.filter(isMeasured).map((row) => ({ ...row, minutes_over_threshold: 400 }))
  expect(about(alert, /^Spread out/)).toHaveLength(1)
  expect(about({ ...alert, verdicts: sustained }, /^Spread out/)).toEqual([])
})

test("a workspace's own limit is raised by its owner, an organization's by Anthropic from 50 % on", () => {
  expect(about(alert, /^Raise/)[0]).toContain(
    'workspace production (requests/min: 1,000 where the organization has 4,000)',
  )
  expect(about(alert, /^Raise/)[0]).not.toMatch(/organization \(/)
  const elsewhere = alert.verdicts.map((row) =>
    row.scope.type === 'workspace' ? { ...row, scope: ORGANIZATION } : row,
  )
  expect(about({ ...alert, verdicts: elsewhere }, /^Raise/)).toEqual([])
  const inherited = alert.verdicts.map((row) => ({ ...row, limit_source: 'organization' as const }))
  expect(about({ ...alert, verdicts: inherited }, /^Raise/)).toEqual([])
  expect(about(alert, /^Ask/)[0]).not.toContain('requests/min')
  const half = alert.verdicts.filter(isMeasured).map((row) => ({ ...row, band: 'ok' as const, utilization: 0.4999 }))
  expect(about({ ...alert, verdicts: half }, /^Ask/)).toEqual([])
  const atHalf = alert.verdicts.filter(isMeasured).map((row) => ({ ...row, band: 'ok' as const, utilization: 0.5 }))
  expect(about({ ...alert, verdicts: atHalf }, /^Ask/)).toHaveLength(1)
})

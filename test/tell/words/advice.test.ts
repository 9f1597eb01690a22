import { describe, expect, test } from 'vitest'
import type { MeasuredRow, Report } from '../../../src/report/report.ts'
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

const steps = (report: Report) => advice(report, asIs).map((text) => text.split(' ')[0])
const measuredRows = alert.verdicts.filter(isMeasured)
const isProduction = ({ scope, band }: MeasuredRow) => scope.type === 'workspace' && band === 'alert'

describe('what comes first', () => {
  test("is a limit of one's own making, where it is furthest over its line and there is room above", () => {
    expect(steps(alert)).toEqual(['Have', 'Add', 'Spread', 'Move', 'Ask'])
  })

  test("is not that where the organization's own limit is further over", () => {
    const verdicts = measuredRows.map((row) =>
      row.scope.type === 'organization' && row.band === 'alert' ? { ...row, utilization: 1.2 } : row,
    )
    expect(steps({ ...alert, verdicts })).toEqual(['Add', 'Spread', 'Move', 'Ask', 'Have'])
  })

  test('is the cheapest of what helps against the same limit, asking for more last', () => {
    const verdicts = measuredRows.filter((row) => !isProduction(row))
    expect(steps({ ...alert, verdicts })).toEqual(['Add', 'Spread', 'Move', 'Ask'])
  })
})

test("a limit of one's own making is not to be raised into a limit that is as low or as full", () => {
  const organization = (details: Partial<MeasuredRow>) =>
    measuredRows.map((row) =>
      row.scope.type === 'organization' && row.group.name === 'Claude Opus 4.x' && row.limiter === 'requests_per_minute'
        ? { ...row, ...details }
        : row,
    )
  expect(steps({ ...alert, verdicts: organization({ limit: 1_000 }) })).not.toContain('Have')
  expect(steps({ ...alert, verdicts: organization({ band: 'alert', utilization: 0.9 }) })).not.toContain('Have')
  expect(steps({ ...alert, verdicts: organization({ band: 'watch', utilization: 0.6 }) })).toContain('Have')
})

test('an input limit toward which cache reads count has room where the organization has it with cache reads free', () => {
  const own = measuredRows.map((row) =>
    isProduction(row) ? { ...row, limiter: 'input_tokens_per_minute', limit: 8_000_000, configured: 8_000_000 } : row,
  )
  const organization = (details: Partial<MeasuredRow>) =>
    own.map((row) => (row.scope.type === 'organization' && row.band === 'alert' ? { ...row, ...details } : row))
  const free = organization({ band: 'ok', utilization: 0.08 })
  expect(about({ ...alert, verdicts: free }, /^Have/)[0]).toContain(
    'where the organization has 2,000,000 input tokens/min (cache reads free), used to 8 %',
  )
  expect(steps({ ...alert, verdicts: organization({}) })).not.toContain('Have')
})

test("Message Batches are no advice against a workspace's own cap, only against what Anthropic sets", () => {
  const own = measuredRows.filter(isProduction)
  expect(steps({ ...alert, verdicts: own })).toEqual(['Have'])
  const bound = own.map((row) => ({ ...row, limit_source: 'organization' as const, configured: 5_000 }))
  expect(steps({ ...alert, verdicts: bound })).toEqual(['Move', 'Ask'])
})

describe('cache breakpoints', () => {
  test('are advised where input binds and little of it is read from the cache', () => {
    expect(about(alert, /cache breakpoints/)).toEqual([
      expect.stringContaining('Claude Opus 4.x reads 16.8 % of its input'),
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
  expect(about(alert, /^Have/)[0]).toContain(
    'workspace production (requests/min: 1,000, where the organization has 4,000, used to 15.3 %).',
  )
  expect(about(alert, /^Have/)[0]).not.toMatch(/organization \(/)
  const elsewhere = alert.verdicts.map((row) =>
    row.scope.type === 'workspace' ? { ...row, scope: ORGANIZATION } : row,
  )
  expect(about({ ...alert, verdicts: elsewhere }, /^Have/)).toEqual([])
  const inherited = alert.verdicts.map((row) => ({ ...row, limit_source: 'organization' as const }))
  expect(about({ ...alert, verdicts: inherited }, /^Have/)).toEqual([])
  expect(about(alert, /^Ask/)[0]).not.toContain('requests/min')
  const half = alert.verdicts.filter(isMeasured).map((row) => ({ ...row, band: 'ok' as const, utilization: 0.4999 }))
  expect(about({ ...alert, verdicts: half }, /^Ask/)).toEqual([])
  const atHalf = alert.verdicts.filter(isMeasured).map((row) => ({ ...row, band: 'ok' as const, utilization: 0.5 }))
  expect(about({ ...alert, verdicts: atHalf }, /^Ask/)).toHaveLength(1)
})

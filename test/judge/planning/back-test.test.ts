import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { backTests } from '../../../src/judge/planning/back-test.ts'
import { audited, DAY, END, MINUTE, type RandomUse, randomUse, twinAmount } from './random-use.ts'
import { UNMEASURED, verdictOf } from './verdict.ts'

const LINES = { watch: 0.5, alert: 0.75 }

/** A row over days with these daily peaks, as parts of a limit of 1,000. */
function overDays(...peaks: (number | null)[]) {
  return verdictOf({
    utilization: Math.max(...peaks.map((peak) => peak ?? 0)),
    hourly: peaks.flatMap((peak) => Array.from({ length: 24 }, () => peak && peak * 1_000)),
  })
}

describe('the back-test', () => {
  test('counts for each line the days at or over it, and runs of such days as one incident', () => {
    const [row] = backTests([overDays(0.76, 0.9, 0.1, 0.75, 0.5, 0.49, 0.8)], LINES, 'minute')
    expect(row?.days).toBe(7)
    expect(row?.lines).toEqual([
      { line: 0.5, days: 5, incidents: 3 },
      { line: 0.6, days: 4, incidents: 3 },
      { line: 0.7, days: 4, incidents: 3 },
      { line: 0.75, days: 4, incidents: 3 },
      { line: 0.8, days: 2, incidents: 2 },
      { line: 0.9, days: 1, incidents: 1 },
    ])
  })

  test('leaves out a day that is not wholly known, which ends an incident', () => {
    const [row] = backTests([overDays(0.8, 0.8, null, 0.8, 0.1, 0.1, 0.1, 0.1)], LINES, 'minute')
    expect(row?.days).toBe(7)
    expect(row?.lines.find(({ line }) => line === 0.8)).toEqual({ line: 0.8, days: 3, incidents: 2 })
  })

  test.each([
    ['a limit used less than 40 %', [overDays(0.39, 0.39, 0.39, 0.39, 0.39, 0.39, 0.39)], 'minute'],
    ['fewer than seven whole days', [overDays(0.8, 0.8, 0.8, 0.8, 0.8, 0.8, null)], 'minute'],
    ['what could not be measured', [UNMEASURED], 'minute'],
    ['a run that judges hours', [overDays(0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8)], 'hour'],
    ['a log of headers', [overDays(0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8)], 'second'],
    [
      'a limit of which some use is missing',
      [{ ...overDays(0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8), lowerBound: true }],
      'minute',
    ],
    ['a limit per day', [verdictOf({ utilization: 0.9, hourly: null })], 'minute'],
  ] as const)('says nothing of %s', (_what, verdicts, peakWindow) => {
    expect(backTests(verdicts, LINES, peakWindow)).toEqual([])
  })

  test.each([
    ['a third as often: the higher line', [0.78, 0.78, 0.85, 0.1, 0.1, 0.1, 0.1], 0.8],
    ['half as often: nothing', [0.78, 0.85, 0.1, 0.1, 0.1, 0.1, 0.1], null],
    ['a higher line that never fires: nothing', [0.78, 0.78, 0.78, 0.78, 0.1, 0.1, 0.1], null],
  ])('suggests where a higher line fires %s', (_case, peaks, line) => {
    const [row] = backTests([overDays(...peaks)], LINES, 'minute')
    expect(row?.suggestion?.instead.line ?? null).toBe(line)
  })

  test('takes the line in force from the policy', () => {
    const row = { ...overDays(0.78, 0.78, 0.85, 0.1, 0.1, 0.1, 0.1), thresholds: { watch: 0.5, alert: 0.9 } }
    expect(backTests([row], LINES, 'minute')[0]?.suggestion).toBeNull()
  })
})

/** By the definition: every minute of every day added up afresh, and each line asked of each day. */
function twin({ days, limits, rows, thresholds }: RandomUse) {
  return limits.flatMap((limit) => {
    if (limit.limiter === 'tokens_per_day') return []
    const per = limit.limiter === 'tool_uses_per_second' ? 60 : 1
    const ratios: number[] = []
    for (let day = END - days * DAY; day < END; day += DAY) {
      let largest = 0
      for (const minute of new Set(rows.filter(({ at }) => at >= day && at < day + DAY).map(({ at }) => at))) {
        let total = 0
        for (const row of rows) if (row.at >= minute && row.at < minute + MINUTE) total += twinAmount(row, limit)
        largest = Math.max(largest, total)
      }
      ratios.push(largest / (per * limit.limit))
    }
    if (Math.max(...ratios) < 0.4) return []
    const tally = (line: number) => {
      let count = 0
      let incidents = 0
      let isIn = false
      for (const ratio of ratios) {
        if (ratio >= line) count++
        if (ratio >= line && !isIn) incidents++
        isIn = ratio >= line
      }
      return { line, days: count, incidents }
    }
    const now = tally(thresholds.alert)
    const lines = [0.5, 0.6, 0.7, 0.75, 0.8, 0.9].map(tally)
    let instead: (typeof lines)[number] | null = null
    for (const line of lines)
      if (!instead && line.line > now.line && line.days >= 1 && now.days / line.days >= 3) instead = line
    const { scope, group, limiter } = limit
    return [{ scope, group: group.name, limiter, days, lines, instead }]
  })
}

test('for 500 random organizations it equals a twin that adds up every minute of every day', () => {
  let suggestions = 0
  fc.assert(
    fc.property(randomUse(7, 10), (world) => {
      const { verdicts } = audited(world)
      const actual = backTests(verdicts, world.thresholds, 'minute').map(({ scope, group, limiter, ...rest }) => ({
        ...{ scope, group: group.name, limiter, days: rest.days, lines: rest.lines },
        instead: rest.suggestion?.instead ?? null,
      }))
      const expected = twin(world)
      const ordered = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort()
      expect(ordered(actual)).toEqual(ordered(expected))
      suggestions += expected.filter(({ instead }) => instead).length
    }),
    { numRuns: 500 },
  )
  expect(suggestions).toBeGreaterThan(5)
})

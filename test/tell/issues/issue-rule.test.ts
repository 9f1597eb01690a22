import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MeasuredRow, Report } from '../../../src/report/report.ts'
import { type IssueMemory, issueStep } from '../../../src/tell/issues/issue-rule.ts'
import { EXAMPLES } from '../examples.ts'

const DAY = 86_400_000
const FIRST = Date.UTC(2026, 10, 1)
const THRESHOLDS = { watch: 0.5, alert: 0.75 }
const [ROW] = EXAMPLES['first-alert'].report.verdicts.filter(({ band }) => band === 'alert') as [MeasuredRow]

const iso = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z')
const day = (index: number, complete = true) =>
  ({
    thresholds: THRESHOLDS,
    window: {
      ...EXAMPLES['first-alert'].report.window,
      start: iso(FIRST + index * DAY),
      end: iso(FIRST + (index + 1) * DAY),
      complete,
    },
  }) as Pick<Report, 'window' | 'thresholds'>
const used = (peak: number, limit = 1_000): MeasuredRow => {
  const utilization = peak / limit
  const quiet = utilization >= 0.5 ? 'watch' : 'ok'
  return { ...ROW, limit, peak, utilization, band: utilization >= 0.75 ? 'alert' : quiet, lower_bound: false }
}

/** Days one after another, from the first alert on: what becomes of the issue. */
function through(...peaks: number[]): string[] {
  let memory: IssueMemory | null = null
  return peaks.map((peak, index) => {
    const step = issueStep(used(peak), day(index), memory)
    memory = step.kind === 'none' || step.kind === 'close' ? null : step.memory
    return step.kind
  })
}

describe('the issue of a limit', () => {
  test('is opened on an alert, and not before', () => {
    expect(through(100, 600, 749, 750)).toEqual(['none', 'none', 'none', 'open'])
  })

  test('is closed on the seventh calm day', () => {
    expect(through(900, 1, 1, 1, 1, 1, 1, 1)).toEqual(['open', ...Array(6).fill('keep'), 'close'])
    expect(through(900, 1, 1, 1, 1, 1, 1, 500, 1, 1, 1, 1, 1, 1, 1).at(-1)).toBe('close')
    expect(through(900, 1, 1, 1, 1, 1, 1, 500, 1, 1, 1, 1, 1, 1).at(-1)).toBe('keep')
  })

  test('is closed at once where the limit was raised far enough for the worst use of any alert', () => {
    const memory = { limit: 1_000, worst: 900, calm: null }
    expect(issueStep(used(400, 1_801), day(3), memory)).toMatchObject({ kind: 'close', because: 'raised' })
    expect(issueStep(used(400, 1_800), day(3), memory).kind).toBe('keep')
    expect(issueStep(used(950, 1_801), day(3), memory).kind).toBe('keep')
    expect(issueStep(used(1, 900), day(3), { ...memory, worst: 1 }).kind).toBe('keep')
  })

  test('remembers the worst use over all alerts, and the limit of the last one', () => {
    const memory = { limit: 1_000, worst: 900, calm: null }
    expect(issueStep(used(800, 1_050), day(3), memory)).toEqual({
      kind: 'keep',
      memory: { limit: 1_050, worst: 900, calm: null },
    })
  })

  test('does not count a day that is not wholly known, nor one seen twice', () => {
    const memory = { limit: 1_000, worst: 900, calm: { from: iso(FIRST), to: iso(FIRST + 6 * DAY) } }
    expect(issueStep(used(1), day(6, false), memory)).toEqual({ kind: 'keep', memory })
    expect(issueStep({ ...used(1), lower_bound: true }, day(6), memory)).toEqual({ kind: 'keep', memory })
    expect(issueStep(used(1), day(5), memory)).toEqual({ kind: 'keep', memory })
    expect(issueStep(used(1), day(6), memory).kind).toBe('close')
  })

  test('counts anew after a day of which nothing is known', () => {
    const memory = { limit: 1_000, worst: 900, calm: { from: iso(FIRST), to: iso(FIRST + 6 * DAY) } }
    const step = issueStep(used(1), day(7), memory)
    expect(step).toMatchObject({ kind: 'keep', memory: { calm: { from: iso(FIRST + 7 * DAY) } } })
  })
})

/** Each day of a limit: what was seen, or that there was no run. */
type Seen = { peak: number; limit: number; complete: boolean } | null

/** The rule as it reads, on the whole history: nothing is remembered but the days themselves. */
function twin(days: readonly Seen[]): string[] {
  let openedOn: number | null = null
  return days.map((seen, today) => {
    if (seen === null) return 'no run'
    const ratio = seen.peak / seen.limit
    if (openedOn === null) {
      if (ratio < 0.75) return 'none'
      openedOn = today
      return 'open'
    }
    const since = days.slice(openedOn, today + 1)
    const alerts = since.filter((one) => one !== null && one.peak / one.limit >= 0.75)
    const worst = Math.max(...alerts.map((one) => one!.peak))
    if (ratio < 0.5 && seen.limit > alerts.at(-1)!.limit && worst / seen.limit < 0.5) {
      openedOn = null
      return 'close'
    }
    const calm = (one: Seen | undefined) => one?.complete && one.peak / one.limit < 0.5
    const lastSeven = Array.from({ length: 7 }, (_, back) => since.at(since.length - 1 - back))
    const isLongEnough = since.length > 7
    if (isLongEnough && lastSeven.every(calm)) {
      openedOn = null
      return 'close'
    }
    return 'keep'
  })
}

test('for 500 random histories of a limit it is opened, kept and closed exactly as the rule reads', () => {
  const seen = { open: 0, close: 0 }
  const observed = fc.record({
    peak: fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 1, 1, 550, 900),
    limit: fc.constantFrom(1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 2_000),
    complete: fc.integer({ min: 0, max: 15 }).map((chance) => chance > 0),
  })
  const history = fc.array(fc.option(observed, { freq: 15 }), { minLength: 10, maxLength: 40, size: 'max' })
  fc.assert(
    fc.property(history, (days) => {
      let memory: IssueMemory | null = null
      const actual = days.map((one, index) => {
        if (one === null) return 'no run'
        const step = issueStep(used(one.peak, one.limit), day(index, one.complete), memory)
        memory = step.kind === 'none' || step.kind === 'close' ? null : step.memory
        return step.kind
      })
      expect(actual).toEqual(twin(days))
      seen.open += actual.filter((kind) => kind === 'open').length
      seen.close += actual.filter((kind) => kind === 'close').length
    }),
    { numRuns: 500 },
  )
  for (const [kind, count] of Object.entries(seen)) expect(count, kind).toBeGreaterThan(50)
})

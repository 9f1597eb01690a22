import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Entry, parseEntry } from '../../../src/collect/headers-log/entry.ts'
import { readLog } from '../../../src/collect/headers-log/reading.ts'
import { REFUSALS, type Refusal } from '../../../src/collect/headers-log/refusals.ts'
import { logVerdicts } from '../../../src/judge/headers-log/log-verdicts.ts'
import { verdictRow } from '../../../src/report/rows.ts'
import type { Scope } from '../../../src/vocabulary/scope.ts'
import { line, RECORDED } from '../../collect/headers-log/lines.ts'

const logRows = (evidence: Parameters<typeof logVerdicts>[0]) =>
  logVerdicts(evidence).map((verdict) => ({ lowest_remaining: undefined, ...verdictRow(verdict) }))

const START = Date.UTC(2026, 10, 22)
const DAY = 86_400_000
const WINDOW = { start: START, end: START + DAY }
const scopeOf = ({ workspaceId: id }: { workspaceId: string | null }): Scope =>
  id === null ? { type: 'organization' } : { type: 'workspace', id, name: id }
const THRESHOLDS = { watch: 0.5, alert: 0.75 }

const entries = fc.array(
  fc.record({
    // Half a day on either side of the window too; few distinct seconds, so that equal peaks meet.
    at: fc.integer({ min: -720, max: 2160 }).map((minute) => START + minute * 60_000 + 7_412),
    model: fc.constantFrom('a', 'b'),
    workspaceId: fc.constantFrom(null, 'w'),
    organizationId: fc.constant(null),
    levels: fc.uniqueArray(
      fc.record({
        limiter: fc.constantFrom('requests_per_minute', 'output_tokens_per_minute'),
        limit: fc.constantFrom(10, 20),
        remaining: fc.option(fc.integer({ min: 0, max: 25 })),
      }),
      { selector: ({ limiter }) => limiter, maxLength: 2 },
    ),
    refusal: fc.option(fc.constantFrom<Refusal>(...REFUSALS)),
  }),
  { maxLength: 60 },
)

function read(list: readonly Entry[], window = WINDOW) {
  const log = readLog(window)
  for (const entry of list) log.add(entry)
  return log
}

/** The twin: for one limit, every figure by walking the whole log once for each question. */
function twin(log: readonly Entry[], workspaceId: string | null, model: string, limiter: string) {
  const about = log
    .filter((one) => one.workspaceId === workspaceId && one.model === model)
    .flatMap((one) =>
      one.levels.filter((level) => level.limiter === limiter).map((level) => ({ at: one.at, ...level })),
    )
  if (about.length === 0) return undefined
  let latest = about[0]!
  for (const one of about) if (one.at >= latest.at) latest = one
  const inWindow = about.filter((one) => one.at >= START && one.at < START + DAY && one.remaining !== null)
  if (inWindow.length === 0) return { limit: latest.limit, peak: null }
  const used = (one: (typeof about)[number]) => (one.remaining! > one.limit ? 0 : one.limit - one.remaining!)
  const peak = Math.max(...inWindow.map(used))
  const at = Math.min(...inWindow.filter((one) => used(one) === peak).map((one) => one.at))
  let minutesOver = 0
  for (let minute = 0; minute < 1440; minute++) {
    const inMinute = inWindow.filter((one) => Math.floor((one.at - START) / 60_000) === minute)
    if (inMinute.some((one) => used(one) / latest.limit >= THRESHOLDS.alert)) minutesOver++
  }
  return { limit: latest.limit, peak, at, lowest: Math.min(...inWindow.map((one) => one.remaining!)), minutesOver }
}

describe('a log, held against a twin that walks it once for each question', () => {
  test('gives the limit, the most used, when, the least left, and the minutes over the line', () => {
    fc.assert(
      fc.property(entries, (log) => {
        const readings = read(log).limiters()
        const verdicts = logRows({
          readings,
          earlier: [],
          thresholds: THRESHOLDS,
          thresholdsOf: () => THRESHOLDS,
          scopeOf,
          isComplete: true,
        })
        for (const workspaceId of [null, 'w'])
          for (const model of ['a', 'b'])
            for (const limiter of ['requests_per_minute', 'output_tokens_per_minute']) {
              const slow = twin(log, workspaceId, model, limiter)
              const verdict = verdicts.find(
                ({ scope, group, limiter: name }) =>
                  (scope.type === 'workspace' ? scope.id : null) === workspaceId &&
                  group.name === model &&
                  name === limiter,
              )
              expect(verdict?.limit).toBe(slow?.limit)
              expect(verdict?.peak).toBe(slow?.peak)
              if (!verdict || !slow || slow.peak === null) continue
              expect(verdict.utilization).toBe(slow.peak / slow.limit)
              expect(Date.parse(verdict.peak_at!)).toBe(Math.floor(slow.at / 1000) * 1000)
              expect(verdict.lowest_remaining).toBe(slow.lowest)
              expect(verdict.minutes_over_threshold).toBe(slow.minutesOver)
              expect(Math.max(...verdict.hourly!.map((peak) => peak ?? -1))).toBe(slow.peak)
            }
      }),
      { numRuns: 300 },
    )
  })

  test('counts every refusal of the window once, by its kind', () => {
    fc.assert(
      fc.property(entries, (log) => {
        const refusals = read(log).refusals()
        for (const kind of REFUSALS) {
          const counted = refusals.reduce((sum, { counts }) => sum + counts[kind], 0)
          expect(counted).toBe(
            log.filter(({ refusal, at }) => refusal === kind && at >= START && at < START + DAY).length,
          )
        }
        for (const { first, last } of refusals) expect(first).toBeLessThanOrEqual(last)
      }),
    )
  })

  test('is the same in any order, as long as no two responses share a moment', () => {
    const distinct = entries.map((log) => log.map((one, index) => ({ ...one, at: one.at + index })))
    fc.assert(
      fc.property(distinct, (log) => {
        const key = ({ workspaceId, model, limiter }: { workspaceId: string | null; model: string; limiter: string }) =>
          JSON.stringify([workspaceId, model, limiter])
        const sorted = (list: readonly Entry[]) =>
          read(list)
            .limiters()
            .toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
        expect(sorted(log.toReversed())).toEqual(sorted(log))
      }),
    )
  })
})

const entry = (at: string, levels: Entry['levels'], more: Partial<Entry> = {}): Entry => ({
  at: Date.parse(at),
  model: 'claude-opus-4-6',
  workspaceId: null,
  organizationId: null,
  levels,
  refusal: null,
  ...more,
})
const requests = (limit: number, remaining: number | null) => [{ limiter: 'requests_per_minute', limit, remaining }]

describe('a verdict from a log', () => {
  const verdictsOf = (list: Entry[], isComplete = true) =>
    logRows({
      readings: read(list).limiters(),
      earlier: read(list, { start: START - DAY, end: START }).limiters(),
      thresholds: THRESHOLDS,
      thresholdsOf: () => THRESHOLDS,
      scopeOf,
      isComplete,
    })

  test('is judged by the latest limit, to the second', () => {
    const list = [
      entry('2026-11-22T14:05:07.412Z', requests(1000, 100)),
      entry('2026-11-22T20:00:00Z', requests(4000, 3999)),
    ]
    expect(verdictsOf(list)[0]).toMatchObject({
      limit: 4000,
      peak: 900,
      peak_at: '2026-11-22T14:05:07Z',
      utilization: 0.225,
      band: 'ok',
      lowest_remaining: 100,
    })
  })

  test('is unmeasured, never zero, where no response of the window says what was left', () => {
    const none = [entry('2026-11-22T14:05:07Z', requests(1000, null)), entry('2026-11-20T14:05:07Z', requests(1000, 1))]
    expect(verdictsOf(none)[0]).toMatchObject({ band: 'unmeasured', utilization: null, peak: null, limit: 1000 })
    expect(verdictsOf(none)[0]?.reason).toContain('no response in the window')
  })

  test.each([
    ['new', undefined, 100, true, 'new'],
    ['continuing', 100, 100, true, 'continuing'],
    ['recovered', 100, 900, true, 'recovered'],
    ['not recovered while lines are missing', 100, 900, false, null],
  ])('is compared with the day before: %s', (_, before, now, isComplete, transition) => {
    const list = [
      ...(before === undefined ? [] : [entry('2026-11-21T10:00:00Z', requests(1000, before))]),
      entry('2026-11-22T10:00:00Z', requests(1000, now)),
    ]
    expect(verdictsOf(list, isComplete)[0]?.transition).toBe(transition)
  })

  test('has unknown hours where nothing was logged', () => {
    const hourly = verdictsOf([entry('2026-11-22T02:10:00Z', requests(1000, 400))])[0]?.hourly
    expect(hourly).toHaveLength(24)
    expect(hourly?.map((peak) => peak ?? '?').join('')).toBe(`??600${'?'.repeat(21)}`)
  })

  test('of the recorded headers of a real response is what they say', () => {
    const recorded = parseEntry(line({ model: 'claude-3-5-haiku-20241022', headers: RECORDED }))
    if ('problem' in recorded) throw new Error(recorded.problem)
    const figures = verdictsOf([recorded]).map(
      ({ limiter, limit, peak, utilization, band, lowest_remaining, peak_at }) => [
        limiter,
        limit,
        peak,
        utilization,
        band,
        lowest_remaining,
        peak_at,
      ],
    )
    const at = '2026-11-22T14:05:07Z'
    expect(figures).toEqual([
      ['input_tokens_per_minute', 400_000, 0, 0, 'ok', 400_000, at],
      ['output_tokens_per_minute', 80_000, 0, 0, 'ok', 80_000, at],
      ['requests_per_minute', 4000, 1, 0.00025, 'ok', 3999, at],
      ['tokens_per_minute', 480_000, 0, 0, 'ok', 480_000, at],
    ])
  })
})

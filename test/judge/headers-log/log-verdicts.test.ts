import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Entry, parseEntry } from '../../../src/collect/headers-log/entry.ts'
import { readLog } from '../../../src/collect/headers-log/read-log.ts'
import { logVerdicts, refusedVerdicts } from '../../../src/judge/headers-log/log-verdicts.ts'
import { hasMoved, isMixed } from '../../../src/judge/headers-log/seen-limits.ts'
import type { Scope } from '../../../src/vocabulary/scope.ts'
import { isMeasured } from '../../../src/vocabulary/verdict.ts'
import { line, RECORDED } from '../../collect/headers-log/lines.ts'
import {
  DAY,
  LIMITERS,
  lineOf,
  logs,
  MODELS,
  type Response,
  START,
  twinLimiter,
  twinRefusals,
  WORKSPACES,
} from './slow-twin.ts'

const scopeOf = ({ workspaceId: id }: { workspaceId: string | null }): Scope =>
  id === null ? { type: 'organization' } : { type: 'workspace', id, name: id }
const THRESHOLDS = { watch: 0.5, alert: 0.75 }
const TODAY = { start: START, end: START + DAY }
const DAY_BEFORE = { start: START - DAY, end: START }

function entryOf(text: string): Entry {
  const entry = parseEntry(text)
  if ('problem' in entry) throw new Error(entry.problem)
  return entry
}

function judged(entries: readonly Entry[], isComplete = true) {
  const log = readLog(() => true)
  for (const entry of entries) log.add(entry)
  const [today, before] = [log.over(TODAY), log.over(DAY_BEFORE)]
  const verdicts = logVerdicts({
    readings: today.limiters,
    earlier: before.limiters,
    thresholds: THRESHOLDS,
    thresholdsOf: () => THRESHOLDS,
    scopeOf,
    isComplete,
  })
  return { today, verdicts, refused: refusedVerdicts(today.refusals, before.refusals, scopeOf) }
}

const PLACES = WORKSPACES.flatMap((workspaceId) => MODELS.map((model) => ({ workspaceId, model })))
const isAt =
  ({ workspaceId, model }: (typeof PLACES)[number]) =>
  ({ scope, group }: { scope: Scope; group: { name: string } }) =>
    (scope.type === 'workspace' ? scope.id : null) === workspaceId && group.name === model

describe('a log, held against a twin that walks it once for each question', () => {
  test('gives the same limits, peaks, minutes, hours and refusals, however its headers are spelled', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const { today, verdicts, refused } = judged(log.map((response) => entryOf(lineOf(response))))
        for (const place of PLACES) {
          for (const limiter of LIMITERS) compareLimiter(log, place, limiter, { today, verdicts })
          const alert = refused.find(isAt(place))
          expect(alert?.refused).toEqual(twinRefusals(log, place, TODAY))
          if (alert) expect(alert.transition).toBe(twinRefusals(log, place, DAY_BEFORE) ? 'continuing' : 'new')
        }
      }),
      { numRuns: 500 },
    )
  })

  test('is the same in any order of its lines, as long as no two responses share a moment', () => {
    const distinct = logs.map((log) => log.map((response, index) => ({ ...response, at: response.at + index })))
    fc.assert(
      fc.property(distinct, (log) => {
        const sorted = (list: readonly Response[]) => {
          const { verdicts, refused } = judged(list.map((response) => entryOf(lineOf(response))))
          return [...verdicts, ...refused].map((row) => JSON.stringify(row)).sort()
        }
        expect(sorted(log.toReversed())).toEqual(sorted(log))
      }),
      { numRuns: 100 },
    )
  })
})

function compareLimiter(
  log: readonly Response[],
  place: (typeof PLACES)[number],
  limiter: (typeof LIMITERS)[number],
  { today, verdicts }: Pick<ReturnType<typeof judged>, 'today' | 'verdicts'>,
) {
  const slow = twinLimiter(log, place, limiter, TODAY)
  const verdict = verdicts.filter(isAt(place)).find((row) => row.limiter === limiter)
  const reading = today.limiters.find(
    (one) => one.workspaceId === place.workspaceId && one.model === place.model && one.limiter === limiter,
  )
  expect(reading?.latest).toBe(slow?.latest)
  expect(verdict === undefined).toBe(slow === undefined)
  if (!slow || !verdict || !reading) return
  const isCombined = limiter === 'tokens_per_minute'
  expect(isMixed(reading)).toBe(slow.kind === 'mixed' && !isCombined)
  expect(hasMoved(reading)).toBe(slow.kind === 'moved' && !isCombined)
  if (!slow.peak) {
    expect(verdict).toMatchObject({ band: 'unmeasured', limit: slow.latest })
    return
  }
  const { used, limit, share, at, requestId } = slow.peak
  const before = twinLimiter(log, place, limiter, DAY_BEFORE)?.peak ?? null
  expect(verdict).toMatchObject({
    band: (['alert', 'watch', 'ok'] as const)[[0.75, 0.5, 0].findIndex((from) => share >= from)],
    limit,
    peak: used,
    peakAt: at,
    utilization: share,
    lowestRemaining: slow.lowest,
    minutesOverThreshold: slow.minutesOver(THRESHOLDS.alert),
    previous: before && { peak: before.used, limit: before.limit, utilization: before.share },
  })
  if (!isMeasured(verdict)) throw new Error('measured')
  expect(verdict.hourly).toEqual(slow.hourly)
  expect(verdict.requestId ?? null).toBe(requestId)
}

const entry = (at: string, levels: Entry['levels']): Entry => ({
  ...entryOf(line()),
  at: Date.parse(at),
  levels,
})
const requests = (limit: number, remaining: number | null) => [{ limiter: 'requests_per_minute', limit, remaining }]

describe('a verdict from a log', () => {
  test('is unmeasured, never zero, where no response of the window says what was left', () => {
    const none = [entry('2026-11-22T14:05:07Z', requests(1000, null)), entry('2026-11-20T14:05:07Z', requests(1000, 1))]
    expect(judged(none).verdicts).toMatchObject([
      { band: 'unmeasured', limit: 1000, reason: 'no response in the window says what was left of this limit' },
    ])
  })

  test('of a limit that no response of the window names says so', () => {
    expect(judged([entry('2026-11-20T14:05:07Z', requests(1000, 1))]).verdicts).toMatchObject([
      { band: 'unmeasured', limit: 1000, reason: 'no response in the window names this limit' },
    ])
  })

  test('of a limit of 0 is unmeasured: there is nothing to divide by', () => {
    expect(judged([entry('2026-11-22T14:05:07Z', requests(0, 0))]).verdicts).toMatchObject([
      { band: 'unmeasured', limit: 0, reason: expect.stringContaining('nothing to divide by') },
    ])
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
    expect(judged(list, isComplete).verdicts).toMatchObject([{ transition }])
  })

  test('of the recorded headers of a real response is what they say', () => {
    const { verdicts } = judged([entryOf(line({ model: 'claude-3-5-haiku-20241022', headers: RECORDED }))])
    const figures = verdicts
      .filter(isMeasured)
      .map((row) => [row.limiter, row.limit, row.peak, row.utilization, row.band, row.lowestRemaining, row.requestId])
    expect(figures).toEqual([
      ['requests_per_minute', 4000, 1, 0.00025, 'ok', 3999, RECORDED['request-id']],
      ['input_tokens_per_minute', 400_000, 0, 0, 'ok', 400_000, RECORDED['request-id']],
      ['output_tokens_per_minute', 80_000, 0, 0, 'ok', 80_000, RECORDED['request-id']],
      ['tokens_per_minute', 480_000, 0, 0, 'ok', 480_000, RECORDED['request-id']],
    ])
  })
})

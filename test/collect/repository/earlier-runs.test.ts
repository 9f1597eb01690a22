import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EarlierRun, lapseBefore } from '../../../src/collect/repository/earlier-runs.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 25, 6, 23)
const SCHEDULED = { startedAt: NOW, isScheduled: true, failsByChoice: false }

/** Runs, newest first: how many days before now, and how they ended. */
const runs = (...ends: [daysAgo: number, conclusion: string | null][]): EarlierRun[] =>
  ends.map(([daysAgo, conclusion]) => ({ id: `run-${daysAgo}`, conclusion, startedAt: NOW - daysAgo * DAY }))
const daily = runs([1, 'success'], [2, 'success'], [3, 'success'], [4, 'success'])

describe('what came between the last run and this one', () => {
  test('is nothing after a run that ended well, and nothing is known before the first', () => {
    expect(lapseBefore(daily, SCHEDULED)).toBeNull()
    expect(lapseBefore([], SCHEDULED)).toBeNull()
  })

  test.each(['failure', 'cancelled', 'timed_out', 'startup_failure', 'stale'])('is a run that ended in %s', (end) => {
    expect(lapseBefore(runs([1, end], [2, 'success']), SCHEDULED)).toEqual({ kind: 'failed', runIds: ['run-1'] })
  })

  test('is every run since the last that ended well', () => {
    const ends = runs([1, 'cancelled'], [2, 'failure'], [3, 'success'], [4, 'failure'])
    expect(lapseBefore(ends, SCHEDULED)).toEqual({ kind: 'failed', runIds: ['run-1', 'run-2'] })
    expect(lapseBefore(runs([1, 'failure'], [2, 'failure']), SCHEDULED)).toMatchObject({ runIds: ['run-1', 'run-2'] })
  })

  test.each(['skipped', 'neutral', 'action_required', null])('passes over a run that ended in %s', (end) => {
    expect(lapseBefore([...runs([0.5, end]), ...daily], SCHEDULED)).toBeNull()
    expect(lapseBefore(runs([0.5, end], [1, 'failure']), SCHEDULED)).toMatchObject({ runIds: ['run-1'] })
  })

  test('is no failure that fail-on wants: that run has reported everything', () => {
    const byChoice = { ...SCHEDULED, failsByChoice: true }
    expect(lapseBefore(runs([1, 'failure'], [2, 'success']), byChoice)).toBeNull()
    expect(lapseBefore(runs([1, 'timed_out'], [2, 'failure']), byChoice)).toMatchObject({ runIds: ['run-1'] })
  })

  test('is a day that the schedule skipped, but no run that began late', () => {
    const skipped = daily.slice(1)
    expect(lapseBefore(skipped, SCHEDULED)).toEqual({ kind: 'missing', since: NOW - 2 * DAY })
    expect(lapseBefore(daily, { ...SCHEDULED, startedAt: NOW + DAY / 3 })).toBeNull()
  })

  test('is none where a person begins the runs, or too few of them show how often they run', () => {
    expect(lapseBefore(daily.slice(1), { ...SCHEDULED, isScheduled: false })).toBeNull()
    expect(lapseBefore(runs([7, 'success'], [14, 'success']), SCHEDULED)).toBeNull()
  })

  test('a week without a run is nothing for a weekly schedule, and two weeks are', () => {
    const weekly = runs([7, 'success'], [14, 'success'], [21, 'success'], [28, 'success'])
    expect(lapseBefore(weekly, SCHEDULED)).toBeNull()
    expect(lapseBefore(weekly.slice(1), SCHEDULED)).toEqual({ kind: 'missing', since: NOW - 14 * DAY })
  })

  test('agrees with a walk from the newest run back', () => {
    const end = fc.constantFrom('success', 'failure', 'cancelled', 'skipped', null)
    fc.assert(
      fc.property(fc.array(end, { maxLength: 12 }), fc.boolean(), (ends, failsByChoice) => {
        const some = ends.map((conclusion, index) => ({
          id: `${index}`,
          conclusion,
          startedAt: NOW - (index + 1) * DAY,
        }))
        const walked: string[] = []
        for (const { id, conclusion } of some) {
          if (conclusion === 'success' || (conclusion === 'failure' && failsByChoice)) break
          if (conclusion === 'failure' || conclusion === 'cancelled') walked.push(id)
        }
        const found = lapseBefore(some, { startedAt: NOW, isScheduled: false, failsByChoice })
        expect(found?.kind === 'failed' ? found.runIds : []).toEqual(walked)
      }),
    )
  })
})

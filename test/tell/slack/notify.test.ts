import { describe, expect, test } from 'vitest'
import type { MeasuredRow, Report } from '../../../src/report/report.ts'
import { type Notify, shouldNotify, shouldNotifyBlind } from '../../../src/tell/slack/notify.ts'
import { isMeasured } from '../../../src/tell/words/select.ts'
import type { MadeCommit, SnapshotOutcome } from '../../../src/vocabulary/snapshot-outcome.ts'
import { EXAMPLES } from '../examples.ts'

/** The audit of a Tuesday, told on a Wednesday: on a Monday `on-change` tells more. */
const quiet: Report = {
  ...EXAMPLES['quiet-day'].report,
  window: { ...EXAMPLES['quiet-day'].report.window, start: '2026-11-24T00:00:00Z', end: '2026-11-25T00:00:00Z' },
}
const FIRST = { isReminder: false }
const MODES: Notify[] = ['on-alert', 'on-change', 'always', 'never']

/** A quiet day in which one row is as given. */
function dayWith(row: Pick<MeasuredRow, 'band' | 'transition' | 'muted'>): Report {
  const [first, ...rest] = quiet.verdicts.filter(isMeasured)
  if (!first) throw new Error('the quiet day measures nothing')
  return { ...quiet, verdicts: [{ ...first, ...row }, ...rest] }
}

const muted = { owner: 'ops', reason: 'load test', until: '2026-12-01' }

const DAYS: Record<string, Report> = {
  'a quiet day': quiet,
  'a new watch': dayWith({ band: 'watch', transition: 'new' }),
  'a muted new watch': dayWith({ band: 'watch', transition: 'new', muted }),
  'a continuing watch': dayWith({ band: 'watch', transition: 'continuing' }),
  'an alert of unknown age': dayWith({ band: 'alert', transition: null }),
  'a new alert': dayWith({ band: 'alert', transition: 'new' }),
  'a worse alert': dayWith({ band: 'alert', transition: 'worse' }),
  'a continuing alert': dayWith({ band: 'alert', transition: 'continuing' }),
  'a muted new alert': dayWith({ band: 'alert', transition: 'new', muted }),
  'a muted recovery': dayWith({ band: 'ok', transition: 'recovered', muted }),
  'a recovery to ok': dayWith({ band: 'ok', transition: 'recovered' }),
  'a recovery to watch': dayWith({ band: 'watch', transition: 'recovered' }),
  drift: { ...quiet, drift: EXAMPLES.drift.report.drift },
  'a first snapshot that is not kept': { ...quiet, first_snapshot: true },
  'a mute that has ended': { ...quiet, findings: [{ kind: 'mute-expired', message: 'The mute ended.' }] },
  'a failure': { ...quiet, failures: [{ resource: 'limits of workspace payments', message: 'HTTP 500' }] },
  'usage that has not arrived': { ...quiet, status: null, window: { ...quiet.window, complete: false } },
  'usage of which most has not arrived': {
    ...quiet,
    window: { ...quiet.window, complete: false, missing_minutes: 1_430 },
  },
  'usage that may still change': { ...quiet, window: { ...quiet.window, complete: false } },
  'unmeasured limits only': {
    ...quiet,
    status: null,
    verdicts: quiet.verdicts.filter((row) => row.band === 'unmeasured'),
  },
}

/** Told: on-alert, on-change, always, never. */
const TABLE: Record<keyof typeof DAYS, [boolean, boolean, boolean, boolean]> = {
  'a quiet day': [false, false, true, false],
  'a new watch': [true, true, true, false],
  'a muted new watch': [false, false, true, false],
  'a continuing watch': [false, false, true, false],
  'an alert of unknown age': [true, false, true, false],
  'a new alert': [true, true, true, false],
  'a worse alert': [true, true, true, false],
  'a continuing alert': [true, false, true, false],
  'a muted new alert': [false, false, true, false],
  'a muted recovery': [true, true, true, false],
  'a recovery to ok': [true, true, true, false],
  'a recovery to watch': [true, true, true, false],
  drift: [true, true, true, false],
  'a first snapshot that is not kept': [false, false, true, false],
  'a mute that has ended': [true, true, true, false],
  'a failure': [true, true, true, false],
  'unmeasured limits only': [false, false, true, false],
  'usage that has not arrived': [true, true, true, false],
  'usage of which most has not arrived': [true, true, true, false],
  'usage that may still change': [false, false, true, false],
}

const cells = Object.entries(TABLE).flatMap(([day, told]) =>
  MODES.map((mode, index) => ({ day, mode, told: told[index] })),
)

test.each(cells)('$day under notify: $mode is told: $told', ({ day, mode, told }) => {
  const report = DAYS[day]
  if (!report) throw new Error(`no such day: ${day}`)
  expect(shouldNotify(mode, report, null, FIRST)).toBe(told)
})

describe('drift by pull request', () => {
  const drifted = DAYS.drift!
  const proposed = (made: MadeCommit | null): SnapshotOutcome => {
    const url = 'https://github.com/acme/limits/pull/12'
    const pullRequest = { operation: 'updated', number: 12, url } as const
    const rest = { path: '.github/claude-rate-limits.json', pullRequest, note: null }
    return made ? { operation: 'updated', commit: made, ...rest } : { operation: 'unchanged', commit: made, ...rest }
  }
  const commit = { sha: 'a'.repeat(40), verified: true, url: 'https://github.com/acme/limits/commit/a' }

  test.each([
    ['on-alert', true, true],
    ['on-change', true, false],
    ['always', true, true],
    ['never', false, false],
  ] as const)('under notify: %s: when it is committed %s, while it waits for review %s', (mode, first, later) => {
    expect(shouldNotify(mode, drifted, proposed(commit), FIRST)).toBe(first)
    expect(shouldNotify(mode, drifted, proposed(null), FIRST)).toBe(later)
  })
})

test.each(MODES)('a blind audit under notify: %s is told unless nothing ever is', (mode) => {
  expect(shouldNotifyBlind(mode)).toBe(mode !== 'never')
})

describe('a first snapshot', () => {
  const first = { ...quiet, first_snapshot: true }
  const path = '.github/claude-rate-limits.json'
  const commit = { sha: 'a'.repeat(40), verified: true, url: 'https://github.com/acme/limits/commit/a' }
  const created = { operation: 'created', path, commit, pullRequest: null, note: null } as const
  const written = { operation: 'written', path, commit: null, pullRequest: null, note: null } as const
  const waiting = { operation: 'unchanged', path, commit: null, pullRequest: null, note: null } as const

  test.each(MODES)(
    'under notify: %s is told once, by the run that keeps it, so that a dead webhook is found',
    (mode) => {
      expect(shouldNotify(mode, first, created, FIRST)).toBe(mode !== 'never')
      expect(shouldNotify(mode, first, written, FIRST)).toBe(mode !== 'never')
      expect(shouldNotify(mode, first, waiting, FIRST)).toBe(mode === 'always')
      expect(shouldNotify(mode, quiet, created, FIRST)).toBe(mode === 'always')
    },
  )
})

describe('on a Monday', () => {
  const monday = (day: Report): Report => ({
    ...day,
    window: { ...day.window, start: '2026-11-22T00:00:00Z', end: '2026-11-23T00:00:00Z' },
  })

  test.each(['a continuing watch', 'a continuing alert', 'an alert of unknown age'])(
    '%s still stands, and on-change says so once a week',
    (day) => {
      expect(shouldNotify('on-change', monday(DAYS[day]!), null, FIRST)).toBe(true)
      expect(shouldNotify('on-change', DAYS[day]!, null, FIRST)).toBe(false)
    },
  )

  test('a quiet week stays quiet, and a window that ends within the day is none of a Monday', () => {
    expect(shouldNotify('on-change', monday(quiet), null, FIRST)).toBe(false)
    const { window } = monday(quiet)
    const live = { ...DAYS['a continuing alert']!, window: { ...window, end: '2026-11-23T09:12:00Z' } }
    expect(shouldNotify('on-change', live, null, FIRST)).toBe(false)
  })
  test('a drift that waits in a pull request is told again', () => {
    const pullRequest = { operation: 'none', number: 12, url: 'https://github.com/acme/limits/pull/12' } as const
    const waiting = { operation: 'unchanged', path: 'x.json', commit: null, pullRequest, note: null } as const
    expect(shouldNotify('on-change', DAYS.drift!, waiting, FIRST)).toBe(false)
    expect(shouldNotify('on-change', monday(DAYS.drift!), waiting, FIRST)).toBe(true)
    expect(shouldNotify('on-change', DAYS.drift!, waiting, { isReminder: true })).toBe(true)
  })
})

test('a run that is run again tells what still stands: its first attempt may have told nobody', () => {
  const again = (day: string) => shouldNotify('on-change', DAYS[day]!, null, { isReminder: true })
  expect([again('a continuing alert'), again('a continuing watch')]).toEqual([true, true])
  expect([again('a quiet day'), again('a muted new alert')]).toEqual([false, false])
})

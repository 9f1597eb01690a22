import { describe, expect, test } from 'vitest'
import type { MeasuredRow, Report } from '../../../src/report/report.ts'
import { type Notify, shouldNotify, shouldNotifyBlind } from '../../../src/tell/slack/notify.ts'
import { isMeasured } from '../../../src/tell/words/select.ts'
import type { MadeCommit, SnapshotOutcome } from '../../../src/vocabulary/snapshot-outcome.ts'
import { EXAMPLES } from '../examples.ts'

/** A run on a Tuesday: on Mondays more is told. */
const quiet = {
  ...EXAMPLES['quiet-day'].report,
  window: { ...EXAMPLES['quiet-day'].report.window, end: '2026-11-24T00:00:00Z' },
}
const FIRST = { isRerun: false }
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
  'a first snapshot': { ...quiet, first_snapshot: true },
  'a mute that has ended': { ...quiet, findings: [{ kind: 'mute-expired', message: 'The mute ended.' }] },
  'a failure': { ...quiet, failures: [{ resource: 'limits of workspace payments', message: 'HTTP 500' }] },
  'usage that has not arrived': { ...quiet, status: null, window: { ...quiet.window, complete: false } },
  'usage of which some has not arrived': { ...quiet, window: { ...quiet.window, complete: false } },
  'unmeasured limits only': {
    ...quiet,
    status: null,
    verdicts: quiet.verdicts.filter((row) => row.band === 'unmeasured'),
  },
}

/** Told: on-alert, on-change, always, never. */
const TABLE: Record<keyof typeof DAYS, [boolean, boolean, boolean, boolean]> = {
  'a quiet day': [false, false, true, false],
  'a new watch': [false, false, true, false],
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
  'a first snapshot': [false, false, true, false],
  'a mute that has ended': [true, true, true, false],
  'a failure': [true, true, true, false],
  'unmeasured limits only': [false, false, true, false],
  'usage that has not arrived': [true, true, true, false],
  'usage of which some has not arrived': [false, false, true, false],
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

describe('what still stands', () => {
  const standing = { ...DAYS['a continuing alert']! }
  const onMonday = (report: Report): Report => ({
    ...report,
    window: { ...report.window, end: '2026-11-23T00:00:00Z' },
  })
  const tells = (report: Report, isRerun = false) => shouldNotify('on-change', report, null, { isRerun })

  test('is told under on-change on Mondays, and by a run that is run again', () => {
    expect([tells(standing), tells(onMonday(standing)), tells(standing, true)]).toEqual([false, true, true])
  })

  test('is nothing on a quiet day, nor where it is muted or only watched', () => {
    for (const day of ['a quiet day', 'a continuing watch', 'a muted new alert'])
      expect([day, tells(onMonday(DAYS[day]!)), tells(DAYS[day]!, true)]).toEqual([day, false, false])
  })

  test('is also a drift that waits in a pull request', () => {
    const pullRequest = { operation: 'none', number: 12, url: 'https://github.com/acme/limits/pull/12' } as const
    const waiting = { operation: 'unchanged', path: 'x.json', commit: null, pullRequest, note: null } as const
    const drifted = DAYS.drift!
    expect(shouldNotify('on-change', drifted, waiting, FIRST)).toBe(false)
    expect(shouldNotify('on-change', onMonday(drifted), waiting, FIRST)).toBe(true)
    expect(shouldNotify('on-change', drifted, waiting, { isRerun: true })).toBe(true)
  })
})

import { expect, test } from 'vitest'
import { missingMinutes, usageFindings } from '../../../src/judge/usage/usage-findings.ts'
import { knownAlike } from '../../../src/vocabulary/use/window.ts'

const START = Date.UTC(2026, 10, 22)
const HOUR = 3_600_000
const window = { start: START, end: START + 24 * HOUR, days: 1, earlier: null }

test.each([
  ['the whole window', START + 24 * HOUR, 0],
  ['beyond the window', START + 30 * HOUR, 0],
  ['all but its last hour', START + 23 * HOUR, 60],
  ['none of it', START, 1_440],
  ['not even its beginning', START - 5 * HOUR, 1_440],
])('usage that reaches %s leaves that many minutes unknown, and never more than there are', (_, known, missing) => {
  expect(missingMinutes(window, knownAlike(known))).toBe(missing)
})

test('of data that is whole and says so there is nothing to report', () => {
  const known = { source: 'analytics' as const, known: knownAlike(window.end), refreshedAt: window.end + HOUR }
  expect(usageFindings({ ...known, window, meters: { all: [] } })).toEqual([])
})

test('data that reached not even the window is told with the minutes of the window, no more', () => {
  const refreshedAt = START - 5 * HOUR
  const [finding] = usageFindings({
    source: 'analytics',
    known: knownAlike(refreshedAt),
    refreshedAt,
    window,
    meters: { all: [] },
  })
  expect(finding).toMatchObject({ kind: 'data-incomplete', message: expect.stringContaining('1440 of 1440 minutes') })
})

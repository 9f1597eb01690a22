import { describe, expect, test } from 'vitest'
import { hasMoved, isMixed, limitNow, movesSince } from '../../../src/judge/headers-log/seen-limits.ts'

/** Limits by when they were first and last named, as `[limit, first, last]`. */
const seen = (latest: number, ...limits: [number, number, number][]) => ({
  limiter: 'requests_per_minute',
  latest,
  limits: limits.map(([limit, first, last]) => ({ limit, first, last })),
})

describe('the limits that responses name', () => {
  test.each([
    ['one limit', seen(5, [5, 1, 9]), { moved: false, mixed: false, now: 5 }],
    ['one after the other', seen(7, [5, 1, 3], [7, 4, 9]), { moved: true, mixed: false, now: 7 }],
    ['one within the other', seen(5, [5, 1, 9], [7, 4, 4]), { moved: false, mixed: true, now: null }],
    ['two at the same moment', seen(7, [5, 1, 4], [7, 4, 9]), { moved: false, mixed: true, now: null }],
    ['the first beside the third', seen(7, [5, 1, 9], [6, 2, 2], [7, 5, 10]), { moved: false, mixed: true, now: null }],
    ['none in the window', seen(7), { moved: false, mixed: false, now: 7 }],
  ])('%s', (_, reading, { moved, mixed, now }) => {
    expect({ moved: hasMoved(reading), mixed: isMixed(reading), now: limitNow(reading) }).toEqual({ moved, mixed, now })
  })

  test('of both token headers together vary without a limit moving', () => {
    const combined = { ...seen(7, [5, 1, 3], [7, 4, 9]), limiter: 'tokens_per_minute' }
    expect([hasMoved(combined), isMixed(combined), limitNow(combined)]).toEqual([false, false, null])
  })
})

describe('the moves that are news', () => {
  const moved = seen(9, [5, 1, 3], [7, 4, 6], [9, 8, 8])
  const [toSeven, toNine] = [
    { before: 5, after: 7, at: 4 },
    { before: 7, after: 9, at: 8 },
  ]
  test.each([
    ['all, where nothing was committed', null, [toSeven, toNine]],
    ['all, from the first as committed', 5, [toSeven, toNine]],
    ['those after the committed one', 7, [toNine]],
    ['none, where the last is committed', 9, []],
    ['one of unknown time too, where another was committed', 3, [{ before: 3, after: 5, at: null }, toSeven, toNine]],
  ])('are %s', (_, committed, moves) => {
    expect(movesSince(committed, moved)).toEqual(moves)
  })

  test('end with the latest limit of the log, which may be from after the window', () => {
    expect(movesSince(5, seen(9, [5, 1, 3], [7, 4, 6]))).toEqual([toSeven, { before: 7, after: 9, at: null }])
  })
})

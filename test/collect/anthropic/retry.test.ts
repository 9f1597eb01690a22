import { expect, test } from 'vitest'
import { createPace } from '../../../src/collect/anthropic/pace.ts'
import { persist, type Setback, waitBeforeRetry } from '../../../src/collect/anthropic/retry.ts'
import { AuditError } from '../../../src/errors.ts'
import { parseRetryAfter } from '../../../src/transport/retry-after.ts'

const NOW = Date.parse('2026-11-23T06:00:00Z')
const deps = { now: () => NOW, random: () => 0.5 }
const pace = createPace(8, { ...deps, sleep: async () => {} }, { onLine: () => {}, log: () => {} })
const setback = (parts: Partial<Setback>): Setback => ({
  status: undefined,
  retryAfter: null,
  shouldRetry: null,
  ...parts,
})

test.for([undefined, 408, 409, 500, 502, 503, 504, 529])('status %s is tried again', (status) => {
  expect(waitBeforeRetry(setback({ status }), 1, deps)).not.toBeNull()
})

test.for([400, 401, 402, 403, 404, 405, 410, 413, 422])('status %s is not tried again', (status) => {
  expect(waitBeforeRetry(setback({ status }), 1, deps)).toBeNull()
})

test.for([400, 401, 403, 404])('status %s is not tried again even when the service says so', (status) => {
  expect(waitBeforeRetry(setback({ status, shouldRetry: 'true' }), 1, deps)).toBeNull()
})

test('x-should-retry decides where the status leaves room', () => {
  expect(waitBeforeRetry(setback({ status: 529, shouldRetry: 'false' }), 1, deps)).toBeNull()
  expect(waitBeforeRetry(setback({ status: 422, shouldRetry: 'true' }), 1, deps)).not.toBeNull()
})

test('the wait is drawn from below a bound that doubles up to a limit', () => {
  const waits = [1, 2, 3, 4, 5].map((tries) => waitBeforeRetry(setback({}), tries, deps))
  expect(waits).toEqual([250, 500, 1000, 2000, 4000])
  expect(waitBeforeRetry(setback({}), 3, { ...deps, random: () => 0 })).toBe(0)
})

test('tries end', () => {
  expect(waitBeforeRetry(setback({ status: 500 }), 6, deps)).toBeNull()
})

test.for([
  ['0', 0],
  ['7', 7000],
  ['0.5', 500],
  ['Mon, 23 Nov 2026 06:00:09 GMT', 9000],
  ['Mon, 23 Nov 2026 05:00:00 GMT', 0],
  ['soon', null],
  ['', null],
  [null, null],
] as const)('retry-after %j is %j ms', ([text, milliseconds]) => {
  expect(parseRetryAfter(text, NOW)).toBe(milliseconds)
})

test('retry-after is waited for exactly, but not when it is longer than a run can wait', () => {
  expect(waitBeforeRetry(setback({ status: 503, retryAfter: '59' }), 1, deps)).toBe(59_000)
  expect(waitBeforeRetry(setback({ status: 503, retryAfter: '3600' }), 1, deps)).toBeNull()
})

test('nothing is waited for beyond the deadline', async () => {
  const slept: number[] = []
  const run = (deadline: number) =>
    persist(
      { now: () => NOW, sleep: async (ms) => void slept.push(ms), pace },
      { deadline: () => deadline, endpoint: 'GET /x', log: () => {} },
      async () => ({ kind: 'failed', error: new AuditError('GET /x answered 500.'), wait: 1000 }),
    )
  await expect(run(NOW + 1000)).rejects.toThrow('GET /x answered 500.')
  await expect(run(NOW)).rejects.toThrow('GET /x was not sent: the time that the run allows itself is used up.')
  expect(slept).toEqual([])
})

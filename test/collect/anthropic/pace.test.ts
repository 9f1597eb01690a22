import { expect, test } from 'vitest'
import { type Answer, createPace } from '../../../src/collect/anthropic/pace.ts'
import { AuditError } from '../../../src/errors.ts'
import { admitByRate } from '../../emulator/anthropic/limiter.ts'
import type { Limiter } from '../../emulator/anthropic/options.ts'

/** A clock that only moves by being slept on, a line, and a service that keeps to a limiter. */
function lineTo(limiter: Omit<Limiter, 'of'>) {
  let clock = Date.UTC(2026, 10, 23, 6)
  const begun = clock
  const sleeps: number[] = []
  const lines: string[] = []
  const sleep = async (milliseconds: number) => {
    sleeps.push(milliseconds)
    clock += milliseconds
  }
  const fill = { tokens: Number.POSITIVE_INFINITY, at: Number.NEGATIVE_INFINITY }
  let asked = 0
  const pace = createPace(
    8,
    { now: () => clock, sleep, random: () => 0.5 },
    { onLine: () => {}, log: (line) => void lines.push(line) },
  )
  const request = async (): Promise<Answer<number>> => {
    asked++
    try {
      admitByRate({ ...limiter, of: 'everything' }, fill, clock)
      return { kind: 'ok', value: asked }
    } catch (error) {
      const after = (error as { headers: Record<string, string> }).headers['retry-after']
      const retryAfter = after === undefined ? null : Number(after) * 1000
      return { kind: 'refused', error: new AuditError('429', { status: 429 }), retryAfter }
    }
  }
  const get = async () => {
    for (let again = false; ; again = true) {
      const outcome = await pace.run(request, again)
      if (outcome.kind === 'ok') return outcome.value
      if (outcome.wait === null) throw outcome.error
    }
  }
  return {
    all: (count: number) => Promise.all(Array.from({ length: count }, get)),
    get,
    pace,
    sleeps,
    lines,
    asked: () => asked,
    minutes: () => (clock - begun) / 60_000,
  }
}

test.for([
  ['a bucket that says how long to wait', { kind: 'bucket', perMinute: 60, retryAfter: true }],
  ['a bucket that does not', { kind: 'bucket', perMinute: 60, retryAfter: false }],
  ['minutes of the clock, with retry-after', { kind: 'calendar', perMinute: 60, retryAfter: true }],
  ['minutes of the clock, without', { kind: 'calendar', perMinute: 60, retryAfter: false }],
  ['ten a minute', { kind: 'bucket', perMinute: 10, retryAfter: false }],
] as [string, Omit<Limiter, 'of'>][])(
  '600 requests behind %s are all served, with few refusals',
  async ([, limiter]) => {
    const line = lineTo(limiter)
    await line.all(600)
    expect(line.asked()).toBeLessThan(660)
    expect(line.minutes()).toBeLessThan((600 / limiter.perMinute) * 1.35)
  },
)

test('nobody waits where nobody asks to', async () => {
  const line = lineTo({ kind: 'bucket', perMinute: 1e6, retryAfter: true })
  await line.all(300)
  expect([line.sleeps, line.pace.perMinute()]).toEqual([[], null])
})

test('first come, first served: who was refused keeps its place', async () => {
  const line = lineTo({ kind: 'bucket', perMinute: 60, retryAfter: true })
  const served: number[] = []
  await Promise.all(Array.from({ length: 90 }, async (_, i) => served.push(await line.get().then(() => i))))
  // Eight are under way at once, and those change places among themselves only.
  for (const [place, id] of served.entries()) expect(Math.abs(id - place)).toBeLessThan(16)
})

test.for([
  [null, 12],
  [7_000, 12],
  [121_000, 1],
] as [number | null, number][])(
  'a service that serves nobody and says %s ms is asked %i times',
  async ([retryAfter, times]) => {
    let asked = 0
    const pace = createPace(
      8,
      { now: () => 0, sleep: async () => {}, random: () => 0.5 },
      { onLine: () => {}, log: () => {} },
    )
    const refuse = async (): Promise<Answer<never>> => {
      asked++
      return { kind: 'refused', error: new AuditError('429', { status: 429 }), retryAfter }
    }
    for (let outcome = await pace.run(refuse, false); ; outcome = await pace.run(refuse, true))
      if (outcome.kind === 'refused' && outcome.wait === null) break
    expect(asked).toBe(times)
  },
)

test('a line that is held back says about once a minute how much is left', async () => {
  const line = lineTo({ kind: 'bucket', perMinute: 60, retryAfter: true })
  await line.all(300)
  expect(line.lines.length).toBeGreaterThanOrEqual(2)
  expect(line.lines.length).toBeLessThan(8)
  expect(line.lines[0]).toMatch(/about 60 requests a minute: \d+ requests in line, about \d minutes/)
})

import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createAnalyticsReader } from '../../../src/collect/usage/analytics.ts'
import type { Progress, UsageQuery } from '../../../src/collect/usage/usage-reader.ts'
import type { UsageRow } from '../../../src/vocabulary/usage-row.ts'
import { connect, type Harness } from '../anthropic/harness.ts'
import { type Habits, START, startRows, type WireRow } from './rows-server.ts'

const MINUTE = 60_000

let server: Awaited<ReturnType<typeof startRows>>
let harness: Harness
beforeAll(async () => {
  server = await startRows()
  harness = connect(server)
})
afterAll(async () => {
  await harness.close()
  await server.stop()
})
beforeEach(() => {
  server.requests.length = 0
  server.faults.length = 0
})

const day: UsageQuery = {
  start: START,
  end: START + 1440 * MINUTE,
  width: '1m',
  groupBy: ['model', 'workspace_id'],
}

async function read(query = day, onPage?: (progress: Progress) => void): Promise<UsageRow[]> {
  const rows: UsageRow[] = []
  const reader = createAnalyticsReader(harness.client, onPage ? { onPage } : {})
  await reader.read(query, (page) => rows.push(...page))
  return rows
}

/** The rows by what makes each the only one, so that one lost or doubled shows. */
const keys = (rows: readonly UsageRow[]) =>
  rows.map(({ at, model, workspaceId, output }) => `${(at - START) / MINUTE} ${model} ${workspaceId} ${output}`).sort()
const expected = (rows: readonly WireRow[]) =>
  rows.map(({ minute, model, workspace, output }) => `${minute} ${model} ${workspace} ${output}`).sort()

const ORDERS: Record<string, Habits['order']> = {
  'in time order': (a, b) => a.minute - b.minute || b.output - a.output,
  'latest first': (a, b) => b.minute - a.minute,
  'largest first': (a, b) => b.output - a.output,
  'by workspace, then by time': (a, b) => compare(a.workspace, b.workspace) || a.minute - b.minute,
  'by model, then by time': (a, b) => compare(a.model, b.model) || a.minute - b.minute,
}
const compare = (a: string, b: string) => Number(a > b) - Number(a < b)

/** Rows of a day by a few parameters: shrinking keeps them a day. */
const worlds = fc
  .record({
    combinations: fc.integer({ min: 1, max: 40 }),
    minutes: fc.integer({ min: 1, max: 1440 }),
    first: fc.integer({ min: 0, max: 1439 }),
    rows: fc.integer({ min: 0, max: 2500 }),
    seed: fc.nat(),
  })
  .map(({ combinations, minutes, first, rows, seed }) => {
    let state = seed
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      return (state >>> 8) % below
    }
    const byKey = new Map<string, WireRow>()
    for (let i = 0; i < rows; i++) {
      const [minute, combination] = [Math.min(1439, first + random(minutes)), random(combinations)]
      const row = { minute, model: `m${combination % 7}`, workspace: `w${combination % 5}`, output: random(1_000_000) }
      byKey.set(`${minute} ${row.model} ${row.workspace}`, row)
    }
    return [...byKey.values()]
  })

for (const [name, order] of Object.entries(ORDERS))
  test(`every row is folded exactly once, whatever the rows and the size of pages: ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(
        worlds,
        fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 20, max: 1000 })),
        fc.option(fc.integer({ min: 2, max: 4 }), { nil: undefined }),
        async (rows, size, emptyEvery) => {
          fc.pre(rows.length / size < 60)
          server.habits = { rows, size, order, ...(emptyEvery === undefined ? {} : { emptyEvery }) }
          expect(keys(await read())).toEqual(expected(rows))
        },
      ),
      { numRuns: 30 },
    )
  })

/** `perMinute(minute)` rows in each minute of the day. */
function dense(perMinute: (minute: number) => number): WireRow[] {
  return Array.from({ length: 1440 }, (_, minute) =>
    Array.from({ length: perMinute(minute) }, (_row, i) => ({ minute, model: `m${i}`, workspace: 'w', output: i })),
  ).flat()
}
const inTime = ORDERS['in time order']!

test('a day that fits in one page takes one request', async () => {
  server.habits = { rows: dense((minute) => minute % 2), size: 1000, order: inTime }
  await read()
  expect(server.requests).toHaveLength(1)
})

test('a large day takes little more requests than it has pages, none of them by a cursor', async () => {
  server.latency = 10
  server.habits = { rows: dense(() => 20), size: 1000, order: inTime }
  expect(await read()).toHaveLength(28_800)
  server.latency = 0
  expect(server.requests.length).toBeLessThanOrEqual(34)
  expect(server.stats.mostInFlight).toBe(8)
  expect(server.requests.filter(({ query }) => query.has('page'))).toHaveLength(0)
})

test('a burst at midnight does not cut the quiet day after it into slivers', async () => {
  server.habits = { rows: dense((minute) => (minute < 10 ? 200 : 1)), size: 1000, order: inTime }
  const rows = await read()
  expect(rows).toHaveLength(2000 + 1430)
  expect(server.requests.length).toBeLessThanOrEqual(28)
})

test('a minute that is larger than a page is read by its cursor', async () => {
  server.habits = { rows: dense((minute) => (minute === 700 ? 2500 : 2)), size: 1000, order: inTime }
  expect(keys(await read())).toEqual(expected(server.habits.rows))
})

test('a day all of whose minutes are larger than a page is read minute by minute, side by side', async () => {
  const end = START + 60 * MINUTE
  server.habits = { rows: dense((minute) => (minute < 60 ? 150 : 0)), size: 100, order: inTime }
  expect(await read({ ...day, end })).toHaveLength(9000)
  const starts = server.requests.filter(({ query }) => query.has('page')).map(({ query }) => query.get('starting_at'))
  expect(new Set(starts).size).toBe(60)
})

test('a query of several days is asked a UTC day at a time, at most 24 hours each', async () => {
  server.habits = { rows: dense((minute) => (minute === 3 ? 1 : 0)), size: 1000, order: inTime }
  await read({ ...day, start: START - 2 * 1440 * MINUTE })
  const ranges = server.requests.map(({ query }) => `${query.get('starting_at')} ${query.get('ending_at')}`)
  expect(ranges.sort()).toEqual([
    '2026-11-20T00:00:00Z 2026-11-21T00:00:00Z',
    '2026-11-21T00:00:00Z 2026-11-22T00:00:00Z',
    '2026-11-22T00:00:00Z 2026-11-23T00:00:00Z',
  ])
})

test('order that is lost after it has been relied upon is an error, for rows may be missing', async () => {
  const rows = dense((minute) => (minute < 720 ? 3 : 12)).map((row, i) => ({ ...row, output: (i * 7919) % 10_007 }))
  const isLate = ({ minute }: WireRow) => minute >= 720
  server.habits = { rows, size: 500, order: (a, b) => (isLate(a) && isLate(b) ? a.output - b.output : inTime(a, b)) }
  await expect(read()).rejects.toThrow('rows came out of time order after they had come in order')
})

test.for([
  ['before the range', '2026-11-21T23:59:00Z'],
  ['after it', '2026-11-23T00:00:00Z'],
  ['between two buckets', '2026-11-22T00:03:30Z'],
  ['no time', 'noon'],
  ['empty', ''],
])('a row whose start is %s is an error, for it would be counted twice or not at all', async ([, start]) => {
  const rewrite = (reply: { body: string | Buffer; status: number }) => ({
    ...reply,
    body: String(reply.body).replace('2026-11-22T00:03:00Z', start!),
  })
  server.habits = { rows: dense((minute) => (minute === 3 ? 1 : 0)), size: 1000, order: inTime }
  server.faults.push({ effect: { kind: 'rewrite', rewrite } })
  await expect(read()).rejects.toThrow(`a bucket that starts at "${start}", which is none of those asked for`)
})

test('progress ends where all pages are read, and foresees about as many on the way', async () => {
  server.habits = { rows: dense(() => 20), size: 1000, order: inTime }
  const seen: Progress[] = []
  await read(day, (progress) => seen.push(progress))
  expect(seen.at(-1)).toEqual({ read: server.requests.length, expected: server.requests.length })
  for (const progress of seen.slice(10)) expect(progress.expected).toBeGreaterThan(25)
  for (const progress of seen) expect(progress.expected).toBeLessThan(50)
})

test('a page that fails is read again and its rows are folded once', async () => {
  server.habits = { rows: dense(() => 5), size: 1000, order: inTime }
  server.faults.push(
    { nth: 2, effect: { kind: 'truncate' } },
    { nth: 4, effect: { kind: 'drop', where: 'in-body' } },
    { nth: 5, effect: { kind: 'status', status: 529 } },
  )
  expect(keys(await read())).toEqual(expected(server.habits.rows))
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { UsageRow } from '../../../src/vocabulary/use/usage-row.ts'
import { COUNTERS, noUse, rowsOf, setMinute, usesOf } from '../../../src/vocabulary/use/use-by-minute.ts'
import { DAY, MINUTE } from '../../../src/vocabulary/use/window.ts'

const START = Date.UTC(2026, 10, 26)
const SPAN = { start: START, end: START + 2 * DAY }

const amount = fc.integer({ min: 0, max: 1_000_000 })
const oneOf = (...values: (string | null)[]) => fc.constantFrom(...values)
const anyRow: fc.Arbitrary<UsageRow> = fc.record({
  // A few minutes, so that many rows share one; some before the span and some after it.
  at: fc.integer({ min: -2, max: 4 }).map((step) => START + step * 720 * MINUTE),
  model: oneOf('opus', 'haiku', null),
  workspaceId: oneOf('wrkspc_a', null),
  apiKeyId: oneOf('apikey_1', 'apikey_2'),
  organizationId: fc.constant(null),
  serviceTier: oneOf('standard', 'batch'),
  speed: oneOf('fast', null),
  product: oneOf('messages_api', null),
  requests: fc.option(amount),
  uncachedInput: amount,
  cacheCreation: amount,
  cacheRead: amount,
  output: amount,
  unknownTokens: amount,
  webSearches: amount,
})

const keyOf = ({ at, model, workspaceId, serviceTier, speed, product }: UsageRow) =>
  JSON.stringify([at, model, workspaceId, serviceTier, speed, product])

test('rows add up to the same by minute and label, in any order, and to nothing outside the span', () => {
  fc.assert(
    fc.property(fc.array(anyRow), (rows) => {
      const inside = rows.filter(({ at }) => at >= SPAN.start && at < SPAN.end)
      const slow = [...Map.groupBy(inside, keyOf)].map(([key, same]) => {
        const sums = COUNTERS.map((counter) => {
          const values = same.map((row) => row[counter])
          return values.includes(null) ? null : values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
        })
        return [key, sums]
      })
      const fast = usesOf(rows, SPAN)
        .flatMap((use) => [...rowsOf(use)].flat())
        .map((row) => [keyOf(row), COUNTERS.map((counter) => row[counter])])
      expect(Object.fromEntries(fast)).toEqual(Object.fromEntries(slow))
      expect(fast).toHaveLength(slow.length)
    }),
  )
})

test('a minute that is set twice has what it was set to last', () => {
  const [first, second] = fc.sample(anyRow, { numRuns: 2, seed: 7 }).map((row) => ({ ...row, at: START + MINUTE }))
  const use = noUse(first!, SPAN)
  setMinute(use, { ...first!, requests: null })
  setMinute(use, { ...second!, requests: 0, output: 0 })
  const rows = [...rowsOf(use)].flat()
  expect(rows).toHaveLength(1)
  expect(COUNTERS.map((counter) => rows[0]![counter])).toEqual(
    COUNTERS.map((counter) => (counter === 'requests' || counter === 'output' ? 0 : second![counter])),
  )
})

test('a long use is handed on a day at a time', () => {
  const [row] = fc.sample(anyRow, { numRuns: 1, seed: 1 })
  const use = noUse(row!, SPAN)
  for (let minute = 0; minute < 1_500; minute++) setMinute(use, { ...row!, at: START + minute * MINUTE })
  expect([...rowsOf(use)].map((rows) => rows.length)).toEqual([1_440, 60])
})

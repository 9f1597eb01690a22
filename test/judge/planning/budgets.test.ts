import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBudgets } from '../../../src/judge/planning/budgets.ts'
import type { MeasuredVerdict } from '../../../src/vocabulary/verdict.ts'
import { audited, DAY, END, MINUTE, type RandomUse, randomUse, twinAmount, WORKSPACES } from './random-use.ts'
import { verdictOf } from './verdict.ts'

const workspaces = WORKSPACES.map((id) => ({ id, name: `team ${id.at(-1)}` }))

/** The service's part: the minutes of the models that are asked for, of every workspace. */
function answered(world: RandomUse, verdicts: readonly MeasuredVerdict[] | null = null, isComplete = true) {
  const { window, verdicts: judged } = audited(world)
  const given = { verdicts: verdicts ?? judged, groups: world.groups, workspaces, window, isComplete, used: world.rows }
  const meter = createBudgets(given)
  if (meter === null) return null
  for (const { of } of meter.uses)
    meter.fold(world.rows.filter(({ model }) => of.models === null || of.models.includes(model ?? '')))
  return meter.judge()
}

/** By the definition: every minute of every workspace, sorted, and the caps tried on the last seven days. */
function twin({ days, limits, rows, thresholds }: RandomUse) {
  const from = END - days * DAY
  const heldBackFrom = END - 7 * DAY
  /** The minutes that have rows, smallest first; all others of the span are 0 and come before them. */
  const minutesOf = (start: number, end: number, amount: (row: (typeof rows)[number]) => number) => {
    const totals = new Map<number, number>()
    for (const row of rows)
      if (row.at >= start && row.at < end) totals.set(row.at, (totals.get(row.at) ?? 0) + amount(row))
    return [...totals.values()].sort((a, b) => a - b)
  }
  const learntMinutes = (heldBackFrom - from) / MINUTE
  return limits.flatMap((limit) => {
    const { scope, group, limiter } = limit
    if (scope.type === 'workspace' || group.type !== 'model_group' || limiter === 'tokens_per_day') return []
    if (Math.max(0, ...minutesOf(from, END, (row) => twinAmount(row, limit))) / limit.limit < thresholds.watch)
      return []
    const wishes = workspaces.flatMap((workspace) => {
      const own = { ...limit, scope: { type: 'workspace' as const, ...workspace } }
      const learnt = minutesOf(from, heldBackFrom, (row) => twinAmount(row, own))
      const zeros = learntMinutes - learnt.length
      const rank = learnt[Math.ceil(0.999 * learntMinutes) - 1 - zeros] ?? 0
      const wish = rank === 0 ? (learnt.at(-1) ?? 0) : rank
      const later = minutesOf(heldBackFrom, END, (row) => twinAmount(row, own))
      return wish > 0 ? [{ workspace, wish, later }] : []
    })
    const sum = wishes.map(({ wish }) => wish).reduce((a, b) => a + b, 0)
    return wishes.map(({ workspace, wish, later }) => {
      const cap = sum <= limit.limit ? wish : Math.max(1, Math.floor((wish * limit.limit) / sum))
      const minutesOver = later.filter((value) => value > cap).length
      return { workspace, group: group.name, limiter, cap, share: cap / limit.limit, minutesOver }
    })
  })
}

test('for 500 random organizations the budgets equal those of a twin which sorts every minute, and fit the limit', () => {
  const seen = { budgets: 0, scaled: 0, bitten: 0 }
  fc.assert(
    fc.property(randomUse(14, 15), (world) => {
      const actual = answered(world) ?? []
      const expected = twin(world)
      const ordered = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort()
      expect(ordered(actual.map((row) => ({ ...row, group: row.group.name })))).toEqual(ordered(expected))
      for (const same of Map.groupBy(actual, ({ group, limiter }) => `${group.name} ${limiter}`).values()) {
        const limit = same[0]!.cap / same[0]!.share
        const sum = same.reduce((total, { cap }) => total + cap, 0)
        // Nobody gets nothing: a cap of one may be more than a share that rounds to none.
        const ones = same.filter(({ cap }) => cap === 1).length
        expect(sum).toBeLessThanOrEqual(limit + ones + 1e-9)
        seen.scaled += Number(sum > 0.8 * limit)
      }
      seen.budgets += actual.length
      seen.bitten += actual.filter(({ minutesOver }) => minutesOver > 0).length
    }),
    { numRuns: 500 },
  )
  for (const [kind, count] of Object.entries(seen)) expect(count, kind).toBeGreaterThan(20)
}, 30_000)

describe('there are no budgets', () => {
  const world: RandomUse = {
    days: 14,
    groups: [{ type: 'model_group', name: 'Claude Opus 4.x', models: ['claude-opus-a'], limits: {} }],
    limits: [],
    rows: [],
    thresholds: { watch: 0.5, alert: 0.75 },
  }
  const row = verdictOf({ band: 'alert', utilization: 0.9 })

  test('of fewer than 14 days, or days that are not wholly known', () => {
    expect(answered({ ...world, days: 13 }, [row])).toBeNull()
    expect(answered(world, [row], false)).toBeNull()
    expect(answered(world, [row])).toEqual([])
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NO_POLICY } from '../../../src/collect/repository/committed.ts'
import { createBuckets, hoursOf } from '../../../src/judge/review/buckets.ts'
import { createMinuteMeters } from '../../../src/judge/review/minute-meters.ts'
import type { Review } from '../../../src/judge/review/review.ts'
import { reviewOf } from '../../../src/judge/review/review-of.ts'
import { worstDays } from '../../../src/judge/review/worst-days.ts'
import type { RateLimitGroup } from '../../../src/vocabulary/limits/groups.ts'
import { type CostPart, PAID_KINDS, type PaidKind } from '../../../src/vocabulary/use/cost-part.ts'
import type { UsageRow } from '../../../src/vocabulary/use/usage-row.ts'
import { DAY, END, type Limit, MINUTE, MODELS, type RandomUse, randomUse, twinAmount } from '../planning/random-use.ts'

/** Figures of the quarterly review beside those of a twin that adds up every single row. */

const HOUR = 3_600_000
const MOST_DAYS = 2

type Prices = Record<string, Record<PaidKind, number>>
/** No two of them are alike, so that no two models cost the same. */
const prices: fc.Arbitrary<Prices> = fc
  .array(fc.integer({ min: 1, max: 200 }), { minLength: 5, maxLength: 5 })
  .map((bases) =>
    Object.fromEntries(
      [...MODELS, 'claude-unlisted'].map((model, index) => {
        const base = bases[index]! * 1.0137 ** index
        return [model, { uncachedInput: base, cacheCreation: 1.3 * base, cacheRead: 0.11 * base, output: 5.1 * base }]
      }),
    ),
  )

/** Random organizations of which nearly each group has a limit, some of them wide: else no move would ever be of use. */
const organizations = (days: number) =>
  fc.tuple(randomUse(2, days), fc.constantFrom(true, true, true, false)).map(([world, isWide]): RandomUse => {
    const without = world.groups.filter(
      ({ type, name }) => type === 'model_group' && !organizationLimits(world).some(({ group }) => group.name === name),
    )
    const wide = without.map((group) => ({
      ...{ scope: { type: 'organization' as const }, group, limiter: 'output_tokens_per_minute', limit: 80 },
    }))
    return { ...world, limits: isWide ? [...world.limits, ...wide] : world.limits }
  })

const tierFactor = (row: UsageRow) => (row.serviceTier === 'batch' ? 0.5 : 1) * (row.speed === 'fast' ? 6 : 1)
const amountOf = (row: UsageRow, all: Prices, kind: PaidKind) =>
  row.model === null ? 0 : row[kind] * all[row.model]![kind] * tierFactor(row)

const paidFor = (row: UsageRow, all: Prices) =>
  row.webSearches * 3 + PAID_KINDS.reduce((sum, kind) => sum + amountOf(row, all, kind), 0)

/** The bill: the cost of each row by kind, and a search at 3. */
function billOf(rows: readonly UsageRow[], all: Prices): CostPart[] | null {
  const items = rows.flatMap((row) => [
    ...PAID_KINDS.map((kind) => ({ row, kind: kind as PaidKind | null, amount: amountOf(row, all, kind) })),
    { row, kind: null, amount: row.webSearches * 3 },
  ])
  const whole = items.reduce((sum, { amount }) => sum + amount, 0)
  if (whole === 0) return null
  return items
    .filter(({ amount }) => amount > 0)
    .map(({ row: { model, workspaceId, serviceTier, speed }, kind, amount }) => ({
      ...{ model, workspaceId, serviceTier, speed, kind },
      share: amount / whole,
    }))
}

const organizationLimits = ({ limits }: RandomUse): Limit[] =>
  limits.filter(({ scope }) => scope.type === 'organization')

/** The way of production, with the service's part: sums by the hour, then the minutes of the days that are asked for. */
function reviewed(
  world: RandomUse,
  costs: CostPart[] | null,
  isWhole: boolean,
  otherwise: Partial<Parameters<typeof reviewOf>[0]> = {},
): Review {
  const { days, groups, rows, thresholds } = world
  const span = { start: END - days * DAY, end: END }
  const limits = organizationLimits(world).map((one) => ({ ...one, configured: one.limit, source: one.scope.type }))
  const hours = createBuckets(groups, limits, hoursOf(span))
  hours.fold(rows.map((row) => ({ ...row, at: row.at - (row.at % HOUR) })))
  const sampled = worstDays(hours, limits, MOST_DAYS)
  const given = { groups, limits, census: rows, costs }
  const meters = createMinuteMeters(given, sampled)
  for (const day of sampled) meters.fold(rows.filter(({ at }) => at >= day && at < day + DAY))
  const read = { addsUp: isWhole, refreshedAt: null, problem: null }
  return reviewOf({
    ...{ span, source: 'analytics', reviewed: given, hours, meters, thresholds, policy: NO_POLICY },
    hourly: read,
    minutely: { ...read, read: sampled.map((start) => ({ start, end: start + DAY })) },
    cost: costs
      ? { kind: 'read', parts: costs, refreshedAt: null }
      : { kind: 'unknown', problem: 'No cost is on record.', isFailure: false },
    ...otherwise,
  })
}

/** Totals of a limit by buckets of that length: [start, total], from the first to the last of the days. */
function totals(rows: readonly UsageRow[], limit: Limit, days: readonly number[], length: number): [number, number][] {
  return days.flatMap((day) => {
    const own = rows.filter(({ at }) => at >= day && at < day + DAY)
    const starts = new Set(own.map(({ at }) => at - (at % length)))
    return [...starts]
      .sort((a, b) => a - b)
      .map((start): [number, number] => [
        start,
        own
          .filter(({ at }) => at >= start && at < start + length)
          .reduce((sum, row) => sum + twinAmount(row, limit), 0),
      ])
  })
}

const perOf = ({ limiter }: Limit) => (limiter === 'tool_uses_per_second' ? 60 : 1)
const isDaily = ({ limiter }: Limit) => limiter === 'tokens_per_day'
const topOf = (some: readonly [number, number][]) =>
  some.reduce<[number, number]>((best, one) => (one[1] > best[1] ? one : best), [0, 0])

/** By the definition. */
function twin(world: RandomUse, bill: CostPart[] | null, all: Prices, isWhole: boolean) {
  const { days, rows, thresholds, groups } = world
  const everyDay = Array.from({ length: days }, (_none, index) => END - (days - index) * DAY)
  const limits = organizationLimits(world)
  const hourly = (limit: Limit) =>
    totals(rows, limit, everyDay, isDaily(limit) ? DAY : HOUR).map(([at, total]): [number, number] => [
      at,
      isDaily(limit) ? total : total / (60 * perOf(limit)),
    ])

  // Round by round: each group's worst day that is left, the group with the worst day of all first.
  const named = [...new Set(limits.map(({ group }) => group.name))]
  const dayUse = (name: string, day: number) =>
    Math.max(
      ...limits
        .filter(({ group }) => group.name === name)
        .map((limit) => topOf(hourly(limit).filter(([at]) => at >= day && at < day + DAY))[1] / limit.limit),
    )
  const ranked = named
    .map((name) =>
      everyDay
        .map((day) => [day, dayUse(name, day)] as const)
        .filter(([, use]) => use > 0)
        .sort((a, b) => b[1] - a[1] || a[0] - b[0]),
    )
    .sort((a, b) => (b[0]?.[1] ?? 0) - (a[0]?.[1] ?? 0))
  const chosen: number[] = []
  for (let round = 0; round < days; round++)
    for (const own of ranked) {
      const day = own[round]?.[0]
      if (day !== undefined && !chosen.includes(day) && chosen.length < MOST_DAYS) chosen.push(day)
    }
  const sampled = chosen.sort((a, b) => a - b)

  const minuteUse = (some: readonly UsageRow[], limit: Limit) => {
    const [at, total] = topOf(totals(some, limit, sampled, isDaily(limit) ? DAY : MINUTE))
    return { at, value: total / perOf(limit), utilization: total / (perOf(limit) * limit.limit) }
  }
  const tight = (some: readonly UsageRow[], group: RateLimitGroup) => {
    const own = limits.filter((limit) => limit.group.name === group.name)
    return own.length === 0 ? null : Math.max(...own.map((limit) => minuteUse(some, limit).utilization))
  }

  const whole = rows.reduce((sum, row) => sum + paidFor(row, all), 0)
  const isStandard = (row: UsageRow) =>
    row.serviceTier !== 'batch' && row.speed !== 'fast' && row.model !== null && row.model !== 'claude-unlisted'
  /** As the bill tells it: a kind that a model was never used with is not on it. */
  const priceOf = (row: UsageRow, kind: PaidKind): number | null => {
    const isUsed = (of: PaidKind) =>
      rows.some(
        (one) =>
          one.model === row.model && one.serviceTier === row.serviceTier && one.speed === row.speed && one[of] > 0,
      )
    const own = (of: PaidKind) => all[row.model!]![of] * tierFactor(row)
    if (isUsed(kind)) return own(kind)
    if (!isUsed('uncachedInput') || kind === 'output' || kind === 'uncachedInput') return null
    return own('uncachedInput') * (kind === 'cacheRead' ? 0.1 : 1.25)
  }
  const costOf = (some: readonly UsageRow[]): number | null => {
    let sum = 0
    for (const row of some)
      for (const kind of PAID_KINDS) {
        if (row[kind] === 0) continue
        const price = priceOf(row, kind)
        if (price === null) return null
        sum += (row[kind] * price) / whole
      }
    return sum
  }
  const half = (row: UsageRow) => ({
    ...row,
    requests: row.requests! / 2,
    uncachedInput: row.uncachedInput / 2,
    cacheCreation: row.cacheCreation / 2,
    cacheRead: row.cacheRead / 2,
    output: row.output / 2,
    webSearches: row.webSearches / 2,
  })
  const modelMove = (group: RateLimitGroup) => {
    if (bill === null) return []
    const costs = group.models.flatMap((model) => {
      const own = rows.filter((row) => isStandard(row) && row.model === model)
      const cost = costOf(own)
      return cost !== null && cost > 0 ? [{ model, own, cost }] : []
    })
    const [dearest] = costs.sort((a, b) => b.cost - a.cost)
    if (!dearest) return []
    const [next] = MODELS.filter(
      (to) => to !== dearest.model && rows.some((row) => isStandard(row) && row.model === to),
    )
      .flatMap((to) => {
        const cost = costOf(dearest.own.map((row) => ({ ...row, model: to })))
        return cost !== null && cost <= 0.9 * dearest.cost ? [{ to, cost }] : []
      })
      .sort((a, b) => b.cost - a.cost)
    if (!next) return []
    const would = rows.flatMap((row) =>
      isStandard(row) && row.model === dearest.model ? [half(row), { ...half(row), model: next.to }] : [row],
    )
    const touched = groups.filter(({ models }) => models.includes(dearest.model) || models.includes(next.to))
    const what = { kind: 'model', from: dearest.model, to: next.to }
    return [{ what, would, touched, costChange: (next.cost - dearest.cost) / 2 }]
  }
  const cacheMove = (group: RateLimitGroup) => {
    const own = rows.filter((row) => isStandard(row) && group.models.includes(row.model!))
    const shareOf = (some: readonly UsageRow[]) => {
      const read = some.reduce((sum, row) => sum + row.cacheRead, 0)
      return read / some.reduce((sum, row) => sum + row.uncachedInput + row.cacheCreation + row.cacheRead, 0)
    }
    const from = shareOf(own)
    if (Number.isNaN(from) || from >= 0.8) return []
    const to = from < 0.5 ? 0.5 : 0.8
    const would = rows.map((row) => {
      const share = shareOf(own.filter(({ model }) => model === row.model))
      if (!own.includes(row) || !(share < to)) return row
      const keep = (1 - to) / (1 - share)
      const [uncachedInput, cacheCreation] = [row.uncachedInput * keep, row.cacheCreation * keep]
      const all3 = row.uncachedInput + row.cacheCreation + row.cacheRead
      return { ...row, uncachedInput, cacheCreation, cacheRead: all3 - uncachedInput - cacheCreation }
    })
    const [before, after] = [costOf(own), costOf(would.filter((_row, index) => own.includes(rows[index]!)))]
    const costChange = bill === null || before === null || after === null ? null : after - before
    return [{ what: { kind: 'cache', from, to }, would, touched: [group], costChange }]
  }

  return {
    sampled,
    groups: groups
      .filter(({ name }) => named.includes(name))
      .map((group) => {
        const own = limits.filter((limit) => limit.group.name === group.name)
        const figures = own.map((limit) => {
          const hours = hourly(limit)
          const used = hours.map(([, value]) => value).filter((value) => value > 0)
          const ascending = used.toSorted((a, b) => a - b)
          const typical =
            ascending.length === 0
              ? 0
              : (ascending[(ascending.length - 1) >> 1]! + ascending[ascending.length >> 1]!) / 2
          const top = topOf(hours)
          const minute = minuteUse(rows, limit)
          const rounded = { at: top[0], value: top[1], utilization: top[1] / limit.limit }
          const highest = isDaily(limit) || top[1] > minute.value ? rounded : minute
          const { utilization } = highest
          const buckets = isDaily(limit) ? hours : totals(rows, limit, sampled, MINUTE)
          const over = buckets.filter(([, total]) => total / (perOf(limit) * limit.limit) >= thresholds.alert)
          return {
            limiter: limit.limiter,
            utilization,
            over: { times: over.length, days: new Set(over.map(([at]) => at - (at % DAY))).size },
            highest: highest.value,
            at: highest.at,
            busiest: top[1],
            typical,
          }
        })
        const moves = group.type === 'model_group' ? [...modelMove(group), ...cacheMove(group)] : []
        const played = moves.map(({ what, would, touched, costChange }) => {
          const both = touched.map((one) => [one.name, tight(rows, one), tight(would, one)] as const)
          const known = both.filter(([, before]) => before !== null)
          // A share of cache reads is no round number: within a hair of the line either is right.
          const isClose =
            isWhole &&
            what.kind === 'cache' &&
            both.some(([, , after]) => after !== null && Math.abs(after - thresholds.alert) < 1e-9)
          const isWithin = isWhole && both.every(([, , after]) => after !== null && after < thresholds.alert)
          return { what, costChange, touched: known, isWithin: isClose ? null : isWithin }
        })
        const highest = Math.max(...figures.map(({ utilization }) => utilization))
        const helps = played.some(
          ({ what, isWithin, touched }) =>
            what.kind === 'model' &&
            isWithin &&
            touched.some(([name, before]) => name === group.name && before! >= highest),
        )
        const isSearch = group.type === 'web_search'
        const known = !isSearch && highest < 0.1 ? 'lower' : 'stay'
        // Of no use at all nobody knows whether it was looked for in the right place.
        const rest = isWhole && rows.length > 0 ? known : 'unknown'
        const over = helps ? 'move' : 'raise'
        const cost = rows
          .filter(({ model }) => model !== null && group.models.includes(model))
          .reduce((sum, row) => sum + paidFor(row, all), 0)
        const costShare = bill === null || group.models.length === 0 ? null : cost / whole
        const verdict = highest >= thresholds.alert ? over : rest
        return { name: group.name, figures, moves: played, verdict, costShare }
      }),
  }
}

const near = (value: number) => expect.closeTo(value, 9)

test('for 500 random organizations the review equals that of a twin that adds up every single row', () => {
  const seen = { groups: 0, models: 0, caches: 0, cheaper: 0, raise: 0, move: 0, lower: 0, stay: 0, unknown: 0 }
  fc.assert(
    fc.property(organizations(4), prices, fc.boolean(), (world, all, isWhole) => {
      const bill = billOf(world.rows, all)
      const actual = reviewed(world, bill, isWhole)
      const expected = twin(world, bill, all, isWhole)
      expect(actual.sampled).toEqual(expected.sampled)
      const plain = actual.groups
        .map(({ group, limits, moves, verdict, costShare }) => ({
          ...{ name: group.name, verdict, costShare },
          figures: limits.map((limit) =>
            limit.kind === 'measured'
              ? {
                  ...{ limiter: limit.limiter, highest: limit.highest.value, busiest: limit.busiest.value },
                  ...{ typical: limit.typical.value, at: limit.highest.value > 0 ? limit.highest.at : 0 },
                  over: limit.over,
                }
              : limit.reason,
          ),
          moves: moves.map(({ touched, costChange, isWithin, ...move }) => ({
            what:
              move.kind === 'model'
                ? { kind: move.kind, from: move.from, to: move.to }
                : { kind: move.kind, from: move.from, to: move.to },
            ...{ costChange, isWithin },
            touched: touched.map(({ group: one, before, after }) => [one.name, before, after]),
          })),
        }))
        .sort((a, b) => a.name.localeCompare(b.name))
      const wanted = expected.groups
        .map(({ name, verdict, figures, moves, costShare }) => ({
          ...{ name, verdict, costShare: costShare === null ? null : near(costShare) },
          figures: figures.map(({ limiter, highest, busiest, typical, at, over }) => ({
            ...{ limiter, highest: near(highest), busiest: near(busiest), typical: near(typical) },
            ...{ at: highest > 0 ? at : 0, over },
          })),
          moves: moves.map(({ what, costChange, isWithin, touched }) => ({
            what: { ...what, from: typeof what.from === 'number' ? near(what.from) : what.from },
            costChange: costChange === null ? null : near(costChange),
            isWithin: isWithin ?? expect.any(Boolean),
            touched: touched.map(([name_, before, after]) => [name_, near(before!), near(after!)]),
          })),
        }))
        .sort((a, b) => a.name.localeCompare(b.name))
      expect(plain).toEqual(wanted)
      for (const one of expected.groups) seen[one.verdict as 'stay']++
      seen.groups += expected.groups.length
      const played = expected.groups.flatMap((one) => one.moves)
      seen.caches += played.filter(({ what }) => what.kind === 'cache').length
      seen.models += played.filter(({ what }) => what.kind === 'model').length
      seen.cheaper += played.filter(({ costChange }) => (costChange ?? 0) < 0).length
    }),
    { numRuns: 500 },
  )
  for (const [kind, count] of Object.entries(seen)) expect(count, kind).toBeGreaterThan(kind === 'move' ? 5 : 20)
}, 30_000)

test('shares of the cost are those of the bill, by model and by workspace, and add up', () => {
  fc.assert(
    fc.property(randomUse(2, 3), prices, (world, all) => {
      const bill = billOf(world.rows, all)
      fc.pre(bill !== null)
      const { costs } = reviewed(world, bill, true)
      if (costs.kind !== 'known') throw new Error('not known')
      for (const [shares, key] of [
        [costs.models, 'model'],
        [costs.workspaces, 'workspaceId'],
      ] as const) {
        expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9)
        expect(shares).toEqual(shares.toSorted((a, b) => b.share - a.share))
        for (const { name, share } of shares) {
          const own = world.rows.filter((row) => row[key] === name)
          const part = (rows: readonly UsageRow[]) => rows.reduce((sum, row) => sum + paidFor(row, all), 0)
          expect(share).toBeCloseTo(part(own) / part(world.rows), 9)
        }
      }
    }),
    { numRuns: 100 },
  )
})

describe('a group', () => {
  const group: RateLimitGroup = {
    type: 'model_group',
    name: 'Claude Opus 4.x',
    models: ['claude-opus-4-6'],
    limits: { requests_per_minute: 4_000, input_tokens_per_minute_cache_aware: 2e6, output_tokens_per_minute: 4e5 },
  }
  const world = (used: Partial<UsageRow>, limits = group.limits): RandomUse => ({
    days: 2,
    groups: [{ ...group, limits }],
    limits: Object.entries(limits).map(([limiter, limit]) => ({
      ...{ scope: { type: 'organization' as const }, group: { ...group, limits }, limiter, limit: limit! },
    })),
    thresholds: { watch: 0.5, alert: 0.75 },
    rows: [
      {
        ...{ at: END - DAY + HOUR, model: 'claude-opus-4-6', workspaceId: 'w', apiKeyId: null, organizationId: null },
        ...{ serviceTier: 'standard', speed: 'standard', product: 'messages_api', requests: 1, uncachedInput: 0 },
        ...{ cacheCreation: 0, cacheRead: 0, output: 0, unknownTokens: 0, webSearches: 0, ...used },
      },
    ],
  })
  const one = (used: Partial<UsageRow>, limits = group.limits) => reviewed(world(used, limits), null, true).groups[0]!

  test.each([
    [{ output: 299_999 }, { kind: 'tier', tier: 'Start' }],
    [{ output: 300_000 }, { kind: 'tier', tier: 'Build' }],
    [{ output: 750_000 }, { kind: 'tier', tier: 'Scale' }],
    [{ output: 1_500_000 }, { kind: 'none' }],
    [{ requests: null }, { kind: 'unknown', why: 'not every limit of the table was measured' }],
  ])('with %j in its busiest minute is carried by %j', (used, carriedBy) => {
    expect(one(used).carriedBy).toEqual(carriedBy)
  })

  test('is over-provisioned below a tenth, and not where a limit of it is not known', () => {
    expect(one({ output: 39_999 }).verdict).toBe('lower')
    expect(one({ output: 40_000 }).verdict).toBe('stay')
    expect(one({ output: 39_999, requests: null }).verdict).toBe('stay')
    expect(reviewed(world({ output: 1 }), null, false).groups[0]!.verdict).toBe('unknown')
  })

  test('with kinds of tokens that nobody counts yet is known as a lower bound, by a tier too', () => {
    const review = one({ output: 39_999, unknownTokens: 1 })
    expect(review.verdict).toBe('unknown')
    const bounds = review.limits.map((limit) => limit.kind === 'measured' && [limit.limiter, limit.lowerBound])
    expect(bounds).toEqual([
      ['requests_per_minute', false],
      ['input_tokens_per_minute_cache_aware', true],
      ['output_tokens_per_minute', true],
    ])
    expect(review.carriedBy).toMatchObject({ kind: 'unknown' })
    expect(one({ output: 1_500_000, unknownTokens: 1 })).toMatchObject({
      verdict: 'raise',
      carriedBy: { kind: 'none' },
    })
  })

  test('over its line on a day that was not read by the minute is no case for a move', () => {
    const groups = ['busy-1', 'busy-2', 'dear', 'cheap'].map((name) => ({ ...group, name, models: [`claude-${name}`] }))
    /** An hour's use, in one minute of it, as the share of an output limit of 100 a minute. */
    const used = (name: string, day: number, share: number): UsageRow => ({
      ...world({ output: share * 60 * 100 }).rows[0]!,
      ...{ at: END - day * DAY, model: `claude-${name}`, requests: 1 },
    })
    const rows = [
      used('busy-1', 3, 5),
      used('busy-2', 2, 4),
      used('dear', 1, 0.8),
      used('dear', 2, 0.001),
      used('cheap', 2, 0.001),
    ]
    const costs = rows.map(({ model, workspaceId, serviceTier, speed, output }) => ({
      ...{ model, workspaceId, serviceTier, speed, kind: 'output' as const },
      share: output * (model === 'claude-cheap' ? 1e-6 : 1e-5) * (model === 'claude-dear' ? 1 : 1.5),
    }))
    const limits = groups.map((of) => ({
      ...{ scope: { type: 'organization' as const }, group: of, limiter: 'output_tokens_per_minute', limit: 100 },
    }))
    const review = reviewed({ ...world({}), days: 3, groups, limits, rows }, costs, true)
    expect(review.sampled).toEqual([END - 3 * DAY, END - 2 * DAY])
    const dear = review.groups.find(({ group: { name } }) => name === 'dear')
    expect(dear?.moves).toMatchObject([{ kind: 'model', to: 'claude-cheap', isWithin: true }])
    expect(dear?.verdict).toBe('raise')
  })

  test('of which nothing is measured has no verdict', () => {
    const review = one({ requests: null }, { requests_per_minute: 10 })
    expect(review).toMatchObject({ verdict: 'unknown', limits: [{ kind: 'unmeasured' }] })
  })
})

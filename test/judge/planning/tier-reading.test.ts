import { describe, expect, test } from 'vitest'
import { agreedTier, publishedGroup, tierReadings } from '../../../src/judge/planning/tier-reading.ts'
import { readingText } from '../../../src/judge/planning/tier-sentences.ts'
import type { RateLimitGroup } from '../../../src/vocabulary/limits/groups.ts'
import { PUBLISHED, publishedGroupOfModel, TIERS } from '../../../src/vocabulary/limits/published-tiers.ts'
import { SCALE_TIER } from '../../emulator/world/tiers.ts'

const SCALE = {
  requests_per_minute: 10_000,
  input_tokens_per_minute_cache_aware: 10_000_000,
  output_tokens_per_minute: 2_000_000,
}
const opus = (limits: RateLimitGroup['limits']): RateLimitGroup => ({
  type: 'model_group',
  name: 'Claude Opus 4.x',
  models: ['claude-opus-4-5', 'claude-opus-4-5-20251101', 'claude-opus-4-6'],
  limits,
})
const read = (group: RateLimitGroup) => tierReadings([group]).map(readingText)

describe('the tier reading', () => {
  test.each([
    ['all published values', opus(SCALE), 'matches Scale as published on 2026-10-08'],
    [
      'the plain input limiter where the table means the cache-aware one',
      opus({ requests_per_minute: 1000, input_tokens_per_minute: 2_000_000, output_tokens_per_minute: 400_000 }),
      'matches Start as published on 2026-10-08',
    ],
    [
      'limits the table does not have beside them',
      opus({ ...SCALE, fast_otpm: 5, tokens_per_day: 7 }),
      'matches Scale as published on 2026-10-08',
    ],
    [
      'one value between two tiers',
      opus({ ...SCALE, output_tokens_per_minute: 1_500_000 }),
      'is like Scale as published on 2026-10-08, except: output tokens/min 1,500,000 is between Build and Scale',
    ],
    [
      'one value of another tier',
      opus({ ...SCALE, requests_per_minute: 5000 }),
      'is like Scale as published on 2026-10-08, except: requests/min 5,000 is that of Build',
    ],
    [
      'values of its own',
      opus({ requests_per_minute: 500, input_tokens_per_minute_cache_aware: 20_000_000, output_tokens_per_minute: 3 }),
      'matches no tier as published on 2026-10-08: requests/min 500 is below Start; input tokens/min (cache reads free) 20,000,000 is above Scale; output tokens/min 3 is below Start',
    ],
    [
      'a value of each tier',
      opus({
        requests_per_minute: 1000,
        input_tokens_per_minute_cache_aware: 5_000_000,
        output_tokens_per_minute: 2_000_000,
      }),
      'matches no tier as published on 2026-10-08: requests/min 1,000 is that of Start; input tokens/min (cache reads free) 5,000,000 is that of Build; output tokens/min 2,000,000 is that of Scale',
    ],
    [
      'a published limiter missing',
      opus({ requests_per_minute: 10_000, input_tokens_per_minute_cache_aware: 10_000_000 }),
      'is like Scale as published on 2026-10-08, except: output tokens/min is not listed',
    ],
    [
      'a group without models',
      {
        type: 'batch',
        name: 'batch',
        models: [],
        limits: { requests_per_minute: 4000, enqueued_batch_requests: 500_000 },
      },
      'matches Scale as published on 2026-10-08',
    ],
  ])('of %s', (_, group, text) => {
    expect(read(group)).toEqual([text])
  })

  test.each([
    ['models newer than the table', ['claude-fable-5-2', 'claude-mythos-5-2']],
    ['models the table has in several groups', ['claude-opus-5', 'claude-opus-5-5']],
    ['a model whose name only begins like one', ['claude-opus-5-50']],
    ['no models', []],
  ])('is silent about %s', (_, models) => {
    expect(read({ ...opus(SCALE), models })).toEqual([])
  })

  test('is silent about surfaces without published limits', () => {
    expect(read({ type: 'files', name: 'files', models: [], limits: { requests_per_minute: 500 } })).toEqual([])
  })

  test('takes a newer model beside known ones as one of their group', () => {
    expect(publishedGroup({ type: 'model_group', models: ['claude-opus-4-6', 'claude-opus-4-9'] })?.name).toBe(
      'Claude Opus 4.x',
    )
  })
})

describe('the tier of the organization', () => {
  const start = opus({
    requests_per_minute: 1_000,
    input_tokens_per_minute_cache_aware: 2_000_000,
    output_tokens_per_minute: 400_000,
  })
  const unlisted: RateLimitGroup = { type: 'files', name: 'files', models: [], limits: { requests_per_minute: 7 } }

  test('is that of its spend cap where all its limits are published for it', () => {
    expect(agreedTier([opus(SCALE), unlisted], 'Scale')).toBe('Scale')
  })

  test.each([
    ['a cap that was raised', [start], 'Scale'],
    ['a limit that was raised', [opus(SCALE), { ...start, requests_per_minute: 1 }], 'Scale'],
    ['nothing that the table has', [unlisted], 'Scale'],
    ['no cap that is known', [opus(SCALE)], null],
  ] as const)('is not known with %s', (_, groups, cap) => {
    expect(agreedTier(groups, cap)).toBeNull()
  })
})

describe('the published table', () => {
  test('names each model once, and knows it by its snapshot and alias too', () => {
    const names = PUBLISHED.groups.flatMap(({ models }) => models)
    expect(new Set(names).size).toBe(names.length)
    for (const group of PUBLISHED.groups)
      for (const model of group.models)
        for (const spelling of [model, `${model}-20260101`, `${model}-latest`])
          expect(publishedGroupOfModel(spelling), spelling).toBe(group)
  })

  test('never gives less on a higher tier', () => {
    for (const { limits } of PUBLISHED.groups)
      for (const byTier of Object.values(limits)) {
        const values = TIERS.map((tier) => byTier[tier])
        expect(values).toEqual(values.toSorted((a, b) => a - b))
      }
  })

  test('matches itself, tier by tier', () => {
    for (const tier of TIERS)
      for (const { name, type, models, limits } of PUBLISHED.groups) {
        const ofTier = Object.fromEntries(Object.entries(limits).map(([limiter, byTier]) => [limiter, byTier[tier]]))
        expect(tierReadings([{ type, name, models, limits: ofTier }])[0]?.matches).toContain(tier)
      }
  })

  test("agrees with the emulator's own copy of the Scale tier", () => {
    const groups = SCALE_TIER.map(({ type, name, models, limits }) => ({
      type,
      name: name ?? type,
      models: models ?? [],
      limits,
    }))
    const readings = tierReadings(groups)
    expect(readings.map(({ matches }) => matches)).toEqual(readings.map(() => ['Scale']))
    expect(readings).toHaveLength(PUBLISHED.groups.length)
  })
})

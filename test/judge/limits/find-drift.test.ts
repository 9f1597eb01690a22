import { describe, expect, test } from 'vitest'
import { findDrift } from '../../../src/judge/limits/find-drift.ts'
import type { DriftRow } from '../../../src/report/report.ts'
import { driftRow } from '../../../src/report/rows.ts'
import type { RateLimitGroup } from '../../../src/vocabulary/limits/groups.ts'
import type { Snapshot } from '../../../src/vocabulary/limits/snapshot.ts'

const group = (name: string, models: string[], limits: Record<string, number | null>): RateLimitGroup => ({
  type: 'model_group',
  name,
  models,
  limits,
})
const opus = (limits: Record<string, number | null>, models = ['claude-opus-4-5', 'claude-opus-4-6']) =>
  group('Claude Opus 4.x', models, limits)
const organization = (...groups: RateLimitGroup[]): Snapshot => ({ groups, workspaces: [] })

const withOverride = (
  groups: RateLimitGroup[],
  limits: Record<string, number | null>,
  { name = 'production', groupName = groups[0]!.name } = {},
): Snapshot => ({
  groups,
  workspaces: [{ id: 'wrkspc_1', name, overrides: [{ type: 'model_group', name: groupName, models: [], limits }] }],
})

/** A drift as one line: what a test wants to say of it. */
const line = ({ class: kind, scope, group: on, limiter, before, after, model, from }: DriftRow) =>
  [
    kind,
    scope.type === 'workspace' ? scope.name : null,
    on?.name,
    model,
    from && `from ${from}`,
    limiter,
    limiter && `${before} → ${after}`,
  ]
    .filter(Boolean)
    .join(' · ')

const drift = (before: Snapshot, after: Snapshot) =>
  findDrift(before, after)
    .map((change) => driftRow({ ...change, consequences: [] }))
    .map(line)

test('equal limits are no drift, whatever the order of groups, models and limits', () => {
  const before = organization(
    opus({ requests_per_minute: 10, output_tokens_per_minute: 20 }),
    group('B', ['b'], { x: 1 }),
  )
  const after = organization(
    group('B', ['b'], { x: 1 }),
    opus({ output_tokens_per_minute: 20, requests_per_minute: 10 }, ['claude-opus-4-6', 'claude-opus-4-5']),
  )
  expect(drift(before, after)).toEqual([])
})

test('a changed display name alone is no drift, also where an override names the group', () => {
  const before = withOverride([opus({ requests_per_minute: 10 })], { requests_per_minute: 5 })
  const after = withOverride([{ ...opus({ requests_per_minute: 10 }), name: 'Claude Opus four' }], {
    requests_per_minute: 5,
  })
  expect(drift(before, after)).toEqual([])
})

test('a renamed workspace is no drift', () => {
  const groups = [opus({ requests_per_minute: 10 })]
  const before = withOverride(groups, { requests_per_minute: 5 })
  expect(drift(before, withOverride(groups, { requests_per_minute: 5 }, { name: 'prod' }))).toEqual([])
})

describe('a limiter of the organization', () => {
  test.each<[string, Record<string, number | null>, Record<string, number | null>, string[]]>([
    ['raised', { a: 10 }, { a: 20 }, ['raised · Claude Opus 4.x · a · 10 → 20']],
    ['cut', { a: 20 }, { a: 10 }, ['cut · Claude Opus 4.x · a · 20 → 10']],
    ['added', {}, { a: 10 }, ['limiter-added · Claude Opus 4.x · a · null → 10']],
    ['removed', { a: 10 }, {}, ['limiter-removed · Claude Opus 4.x · a · 10 → null']],
    ['given a value it had not', { a: null }, { a: 10 }, ['limiter-added · Claude Opus 4.x · a · null → 10']],
    [
      'changed from plain to cache-aware',
      { input_tokens_per_minute: 10 },
      { input_tokens_per_minute_cache_aware: 10 },
      [
        'limiter-changed · Claude Opus 4.x · from input_tokens_per_minute · input_tokens_per_minute_cache_aware · 10 → 10',
      ],
    ],
    [
      'changed from cache-aware to plain',
      { input_tokens_per_minute_cache_aware: 10 },
      { input_tokens_per_minute: 5 },
      [
        'limiter-changed · Claude Opus 4.x · from input_tokens_per_minute_cache_aware · input_tokens_per_minute · 10 → 5',
      ],
    ],
    [
      'joined by its cache-aware twin is added, not changed',
      { input_tokens_per_minute: 10 },
      { input_tokens_per_minute: 10, input_tokens_per_minute_cache_aware: 10 },
      ['limiter-added · Claude Opus 4.x · input_tokens_per_minute_cache_aware · null → 10'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(drift(organization(opus(before)), organization(opus(after)))).toEqual(expected)
  })
})

describe('models and groups', () => {
  test('a model that joins or leaves a group is told by its name', () => {
    const before = organization(opus({ a: 1 }, ['claude-opus-4-5', 'claude-opus-4-6']))
    const after = organization(opus({ a: 1 }, ['claude-opus-4-6', 'claude-opus-4-7']))
    expect(drift(before, after)).toEqual([
      'model-removed · Claude Opus 4.x · claude-opus-4-5',
      'model-added · Claude Opus 4.x · claude-opus-4-7',
    ])
  })

  test('a new group with new models is one drift, and so is a retired one', () => {
    const newborn = group('Claude Newborn', ['claude-newborn-1', 'claude-newborn-1-latest'], { a: 1 })
    const [with_, without] = [organization(opus({ a: 1 }), newborn), organization(opus({ a: 1 }))]
    expect(drift(without, with_)).toEqual(['group-added · Claude Newborn'])
    expect(drift(with_, without)).toEqual(['group-retired · Claude Newborn'])
  })

  test('a model that moves to another group is a move, neither added nor removed', () => {
    const sonnet = (models: string[]) => group('Claude Sonnet', models, { a: 1 })
    const before = organization(opus({ a: 1 }), sonnet(['claude-sonnet-5', 'claude-swing', 'claude-sonnet-5-latest']))
    const after = organization(
      opus({ a: 1 }, ['claude-opus-4-5', 'claude-opus-4-6', 'claude-swing']),
      sonnet(['claude-sonnet-5', 'claude-sonnet-5-latest']),
    )
    expect(drift(before, after)).toEqual(['model-moved · Claude Opus 4.x · claude-swing · from Claude Sonnet'])
  })

  test('groups without models are matched by their type', () => {
    const batch = (name: string, value: number): RateLimitGroup => ({
      type: 'batch',
      name,
      models: [],
      limits: { enqueued_batch_requests: value },
    })
    expect(drift(organization(batch('batch', 10)), organization(batch('Batches', 20)))).toEqual([
      'raised · Batches · enqueued_batch_requests · 10 → 20',
    ])
  })
})

describe('overrides', () => {
  const groups = [opus({ requests_per_minute: 10 })]
  const none: Snapshot = { groups, workspaces: [] }
  const set = (value: number | undefined) =>
    withOverride(groups, value === undefined ? {} : { requests_per_minute: value })

  test('added, changed and removed', () => {
    const at = 'production · Claude Opus 4.x · requests_per_minute'
    expect(drift(none, set(5))).toEqual([`override-added · ${at} · null → 5`])
    expect(drift(set(5), set(7))).toEqual([`override-changed · ${at} · 5 → 7`])
    expect(drift(set(5), set(undefined))).toEqual([`override-removed · ${at} · 5 → null`])
  })

  test('an override whose limiter type changed is one change', () => {
    const before = withOverride(groups, { input_tokens_per_minute: 5 })
    const after = withOverride(groups, { input_tokens_per_minute_cache_aware: 5 })
    expect(drift(before, after)).toEqual([
      'override-changed · production · Claude Opus 4.x · from input_tokens_per_minute · input_tokens_per_minute_cache_aware · 5 → 5',
    ])
  })
})

/**
 * The changes of 2026 as Anthropic's documentation and release notes tell them: the separate 1M-context limits removed on
 * 2026-03-13, tiers renamed and raised on 2026-06-26, a group of its own for Opus 5 in July.
 */
test('the known changes of 2026, replayed as limits, give exactly those drifts', () => {
  const limits = (rpm: number, input: number, output: number) => ({
    input_tokens_per_minute_cache_aware: input,
    output_tokens_per_minute: output,
    requests_per_minute: rpm,
  })
  const OPUS = ['claude-opus-4-5', 'claude-opus-4-6', 'claude-opus-4-7']
  const SONNET = ['claude-sonnet-4-5', 'claude-sonnet-4-6']
  const long = group(
    'Claude Sonnet 4.x (long context)',
    ['claude-sonnet-4-5-1m', 'claude-sonnet-4-6-1m'],
    limits(4_000, 1_000_000, 200_000),
  )
  const batch: RateLimitGroup = { type: 'batch', name: 'batch', models: [], limits: { requests_per_minute: 4_000 } }
  const winter = organization(
    group('Claude Opus 4.x', OPUS, limits(4_000, 2_000_000, 400_000)),
    group('Claude Sonnet 4.x', SONNET, limits(4_000, 2_000_000, 400_000)),
    long,
    batch,
  )
  const spring = organization(...winter.groups.filter((each) => each !== long))
  const opusOfJune = [...OPUS, 'claude-opus-4-8', 'claude-opus-5']
  const may = organization(
    group('Claude Opus', opusOfJune, limits(4_000, 2_000_000, 400_000)),
    group('Claude Sonnet 4.x', SONNET, limits(4_000, 2_000_000, 400_000)),
    batch,
  )
  const summer = organization(
    group('Claude Opus', opusOfJune, limits(10_000, 10_000_000, 2_000_000)),
    group('Claude Sonnet 4.x', SONNET, limits(10_000, 10_000_000, 2_000_000)),
    batch,
  )
  const july = organization(
    group('Claude Opus 4.x', opusOfJune.slice(0, -1), limits(10_000, 10_000_000, 2_000_000)),
    group('Claude Opus 5', ['claude-opus-5'], limits(10_000, 10_000_000, 2_000_000)),
    group('Claude Sonnet 4.x', SONNET, limits(10_000, 10_000_000, 2_000_000)),
    batch,
  )

  expect(drift(winter, spring)).toEqual(['group-retired · Claude Sonnet 4.x (long context)'])
  expect(drift(spring, may)).toEqual([
    'model-added · Claude Opus · claude-opus-4-8',
    'model-added · Claude Opus · claude-opus-5',
  ])
  expect(drift(may, summer)).toEqual(
    ['Claude Opus', 'Claude Sonnet 4.x'].flatMap((name) => [
      `raised · ${name} · input_tokens_per_minute_cache_aware · 2000000 → 10000000`,
      `raised · ${name} · output_tokens_per_minute · 400000 → 2000000`,
      `raised · ${name} · requests_per_minute · 4000 → 10000`,
    ]),
  )
  expect(drift(summer, july)).toEqual([
    'group-added · Claude Opus 5',
    'model-moved · Claude Opus 5 · claude-opus-5 · from Claude Opus',
  ])
})

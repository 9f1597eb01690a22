import { describe, expect, test } from 'vitest'
import { organizationGroups, workspaceOverrides } from '../../../src/collect/limits/entries.ts'
import type { ApiLimitEntry } from '../../../src/collect/limits/rate-limits.ts'
import { findDrift } from '../../../src/judge/limits/find-drift.ts'
import { formatSnapshot, parseSnapshot, snapshotOf } from '../../../src/vocabulary/limits/snapshot.ts'

/** Replies that nobody has seen and nothing forbids: what is told apart by type and name further on must be one thing. */

const entry = (limits: Record<string, number | null>, more: Partial<ApiLimitEntry> = {}): ApiLimitEntry => ({
  entryId: 'rl_opus',
  groupId: null,
  groupType: 'model_group',
  displayName: 'Claude Opus 4.x',
  models: ['claude-opus-4-5', 'claude-opus-4-6'],
  limits: Object.entries(limits).map(([type, value]) => ({ type, value })),
  ...more,
})
const brief = ({ name, limits }: { name: string; limits: object }) => [name, limits]

describe('two entries of one group', () => {
  test('are one group with the limits of both, and of a limiter in both the lower value, in any order', () => {
    const entries = [
      entry({ requests_per_minute: 50, output_tokens_per_minute: 9 }),
      entry({ requests_per_minute: 40 }, { entryId: 'rl_opus_again' }),
      entry({ enqueued_batch_requests: 7 }, { groupType: 'batch', displayName: null, models: null }),
      entry({ requests_per_minute: 3 }, { groupType: 'batch', displayName: null, models: null }),
    ]
    const groups = organizationGroups(entries)
    expect(groups.map(brief)).toEqual([
      ['batch', { enqueued_batch_requests: 7, requests_per_minute: 3 }],
      ['Claude Opus 4.x', { output_tokens_per_minute: 9, requests_per_minute: 40 }],
    ])
    expect(organizationGroups(entries.toReversed())).toEqual(groups)
  })

  test('are one override of a workspace, and no drift the day after', () => {
    const groups = organizationGroups([entry({ requests_per_minute: 50, output_tokens_per_minute: 9 })])
    const overrides = workspaceOverrides(
      [
        entry({ requests_per_minute: 5 }, { models: ['claude-opus-4-5'] }),
        entry({ output_tokens_per_minute: 6 }, { models: ['claude-opus-4-7'] }),
      ],
      groups,
    )
    expect(overrides.map(brief)).toEqual([['Claude Opus 4.x', { output_tokens_per_minute: 6, requests_per_minute: 5 }]])
    expect(overrides[0]?.models).toEqual(['claude-opus-4-5', 'claude-opus-4-6', 'claude-opus-4-7'])
    const snapshot = snapshotOf(groups, [{ workspace: { id: 'wrkspc_1', name: 'a', archived: false }, overrides }])
    expect(findDrift(parseSnapshot(formatSnapshot(snapshot), 'limits.json'), snapshot)).toEqual([])
  })
})

test('groups of one name that share models get names of their own', () => {
  const named = (models: string[], id: string) => entry({ requests_per_minute: 1 }, { models, entryId: id })
  const groups = organizationGroups([named(['a', 'b'], 'rl_1'), named(['a'], 'rl_2'), named(['a', 'c'], 'rl_3')])
  expect(groups.map(({ name, models }) => [name, models])).toEqual([
    ['Claude Opus 4.x (a)', ['a']],
    ['Claude Opus 4.x (b)', ['a', 'b']],
    ['Claude Opus 4.x (c)', ['a', 'c']],
  ])
})

test('an override on a group that the organization does not list keeps its own name and models', () => {
  const groups = organizationGroups([entry({ requests_per_minute: 50 })])
  const [override] = workspaceOverrides(
    [
      entry(
        { requests_per_minute: 5 },
        { entryId: 'rl_new', displayName: null, models: ['claude-new-2', 'claude-new-1'] },
      ),
    ],
    groups,
  )
  expect(override).toEqual({
    type: 'model_group',
    name: 'claude-new',
    models: ['claude-new-1', 'claude-new-2'],
    limits: { requests_per_minute: 5 },
  })
})

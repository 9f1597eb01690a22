import { describe, expect, test } from 'vitest'
import { withChangedBy } from '../../../src/judge/limits/changed-by.ts'
import type { Activity } from '../../../src/vocabulary/activity.ts'
import type { Drift } from '../../../src/vocabulary/drift.ts'

const OPUS = { type: 'model_group', name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: {} }
const PRODUCTION = { type: 'workspace' as const, id: 'wrkspc_prod', name: 'production' }
const change = (after: number | null, details: object = {}) =>
  ({
    scope: PRODUCTION,
    group: { type: OPUS.type, name: OPUS.name },
    limiter: 'requests_per_minute',
    consequences: [],
    ...(after === null
      ? { class: 'override-removed', before: 1_000, inherited: 4_000 }
      : { class: 'override-changed', before: 1_000, after }),
    ...details,
  }) as Drift

const record = (hour: number, value: number | null, details: Partial<Activity> = {}): Activity => ({
  at: Date.UTC(2026, 10, 26, hour),
  workspaceId: 'wrkspc_prod',
  modelGroup: 'opus_4',
  limiter: 'requests_per_minute',
  value,
  actor: { kind: 'admin key', id: `apikey_${hour}`, name: null },
  ...details,
})

const found = (drift: Drift, activities: readonly Activity[] | null) =>
  withChangedBy([drift], activities, [OPUS])[0]?.changedBy?.records.map(({ id }) => id)

describe('who changed a limit, by a feed', () => {
  test.each<[string, Drift, Activity[] | null, string[] | undefined]>([
    ['that could not be read', change(400), null, undefined],
    ['that has nothing', change(400), [], []],
    ['that has the change', change(400), [record(14, 400)], ['apikey_14']],
    ['that has another value', change(400), [record(14, 500)], []],
    ['of another workspace', change(400), [record(14, 400, { workspaceId: 'wrkspc_x' })], []],
    ['of another limiter', change(400), [record(14, 400, { limiter: 'output_tokens_per_minute' })], []],
    ['with a removal', change(null), [record(14, null)], ['apikey_14']],
    ['with a removal of what has a value again', change(400), [record(14, null), record(15, 400)], ['apikey_15']],
    ['with a later change back', change(400), [record(16, 1_000), record(14, 400)], []],
    ['with the same value set twice: the later one', change(400), [record(16, 400), record(14, 400)], ['apikey_16']],
    ['with a change back and forth', change(400), [record(16, 400), record(15, 1_000), record(14, 400)], ['apikey_16']],
    [
      'with two groups that fit: both',
      change(400),
      [record(16, 400), record(14, 400, { modelGroup: 'sonnet_4' })],
      ['apikey_16', 'apikey_14'],
    ],
    [
      'with two groups that fit, one of them named as we name it',
      change(400),
      [record(16, 400), record(14, 400, { modelGroup: 'claude-opus-4-6' })],
      ['apikey_14'],
    ],
    [
      'of workspaces, for a limit of the organization',
      change(400, { scope: { type: 'organization' } }),
      [record(14, 400)],
      [],
    ],
  ])('%s', (_case, drift, activities, ids) => {
    expect(found(drift, activities)).toEqual(ids)
  })

  test('that is read says nothing of groups and models, which nobody sets', () => {
    const moved = { ...change(400), class: 'model-added', model: 'claude-opus-5' } as unknown as Drift
    const { limiter: _, ...item } = moved as Extract<Drift, { limiter: string }>
    expect(withChangedBy([item as Drift], [record(14, 400)], [OPUS])).toEqual([item])
  })
})

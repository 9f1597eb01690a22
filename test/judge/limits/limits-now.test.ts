import { describe, expect, test } from 'vitest'
import { limitsNow } from '../../../src/judge/limits/limits-now.ts'
import type { RateLimitGroup, Workspace } from '../../../src/vocabulary/limits/groups.ts'

const OPUS: RateLimitGroup = { type: 'model_group', name: 'Opus', models: ['opus'], limits: { requests_per_minute: 9 } }
const own = (value: number): RateLimitGroup => ({ ...OPUS, models: [], limits: { requests_per_minute: value } })
const workspace = (id: string, archived = false): Workspace => ({ id, name: id, archived })
const ALL = { workspaces: 'all', models: [], groupTypes: [] } as const

/** The organization has these workspaces; of those whose overrides are given, the limits were read. */
const reading = (allWorkspaces: Workspace[], read: Record<string, RateLimitGroup[]>) => ({
  groups: [{ ...OPUS, entryId: null, groupId: null }],
  allWorkspaces,
  workspaces: Object.entries(read).map(([id, overrides]) => ({ workspace: workspace(id), overrides })),
  unreadable: [],
  hasDefault: true,
})

const committed = (...ids: string[]) => ({
  groups: [OPUS],
  workspaces: ids.map((id) => ({ id, name: id, overrides: [own(4)] })),
})

/** What the new snapshot says of each workspace's own limit. */
function kept(now: ReturnType<typeof limitsNow>) {
  const entries = now.current.workspaces.map(({ id, overrides }) => [id, overrides[0]?.limits.requests_per_minute])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

describe('the snapshot of a reading', () => {
  test('has no limit of a workspace that is gone, or archived', () => {
    const now = limitsNow(reading([workspace('old', true)], {}), committed('gone', 'old'), ALL)
    expect(kept(now)).toEqual({})
    expect(now.changes.map(({ change }) => change.class)).toEqual(['workspace-archived', 'workspace-archived'])
  })

  test('keeps what was committed of a workspace that exists and was not read', () => {
    const now = limitsNow(reading([workspace('a'), workspace('b')], { a: [own(5)] }), committed('a', 'b'), ALL)
    expect(kept(now)).toEqual({ a: 5, b: 4 })
    expect(now.changes.map(({ change }) => change.scope)).toEqual([{ type: 'workspace', id: 'a', name: 'a' }])
  })

  test('judges only what was read, and only the groups that were asked for', () => {
    const all = limitsNow(reading([workspace('a'), workspace('b')], { a: [own(5)] }), committed('b'), ALL)
    expect(all.judged.map(({ scope }) => scope.type)).toEqual(['organization', 'workspace'])
    const none = limitsNow(reading([workspace('a')], { a: [own(5)] }), null, { ...ALL, groupTypes: ['batch'] })
    expect(none.judged).toEqual([])
    expect(() => limitsNow(reading([], {}), null, { ...ALL, models: ['unknown'] })).toThrow(/no rate-limit group/)
    const one = limitsNow(reading([workspace('a'), workspace('b')], { a: [own(5)], b: [own(4)] }), null, {
      ...ALL,
      workspaces: ['b'],
    })
    expect(one.judged.map(({ limit }) => limit)).toEqual([9, 4])
    expect(one.current.workspaces).toHaveLength(2)
  })
})

import { describe, expect, test } from 'vitest'
import { judgedLimiters } from '../../../src/judge/limits/effective.ts'
import { limitFindings } from '../../../src/judge/limits/limit-findings.ts'
import type { RateLimitGroup } from '../../../src/vocabulary/limits/groups.ts'
import type { Snapshot } from '../../../src/vocabulary/limits/snapshot.ts'

const PLAIN = 'input_tokens_per_minute'
const CACHE_AWARE = 'input_tokens_per_minute_cache_aware'

const group = (limits: RateLimitGroup['limits']): RateLimitGroup => ({
  type: 'model_group',
  name: 'Opus',
  models: ['opus'],
  limits,
})

function kinds(organization: RateLimitGroup['limits'], own: RateLimitGroup['limits']): string[] {
  const workspaces = [{ id: 'w', name: 'production', overrides: [{ ...group(own), models: [] }] }]
  const snapshot: Snapshot = { groups: [group(organization)], workspaces }
  const read = [{ id: 'w', name: 'production', archived: false }]
  return limitFindings(snapshot, judgedLimiters(snapshot), read).map(({ kind }) => kind)
}

describe('cached traffic can hit a workspace limit while the organization has room', () => {
  test('where the workspace counts cache reads and the organization does not', () => {
    expect(kinds({ [CACHE_AWARE]: 900 }, { [PLAIN]: 100 })).toContain('cached-traffic-override')
  })

  test('which is not said of a group that the organization does not list', () => {
    const overrides = [{ ...group({ [PLAIN]: 100 }), name: 'Elsewhere', models: [] }]
    const snapshot: Snapshot = { groups: [], workspaces: [{ id: 'w', name: 'production', overrides }] }
    expect(limitFindings(snapshot, judgedLimiters(snapshot), [])).toEqual([])
  })

  test('which is not said where both count them, nor where neither does', () => {
    expect(kinds({ [PLAIN]: 900 }, { [PLAIN]: 100 })).not.toContain('cached-traffic-override')
    expect(kinds({ [PLAIN]: 900, [CACHE_AWARE]: 900 }, { [PLAIN]: 100 })).not.toContain('cached-traffic-override')
    expect(kinds({ [CACHE_AWARE]: 900 }, { [CACHE_AWARE]: 100 })).not.toContain('cached-traffic-override')
  })
})

describe('workspaces that share a group', () => {
  const REQUESTS = 'requests_per_minute'
  const read = ['a', 'b'].map((id) => ({ id, name: id, archived: false }))
  /** Findings about workspaces with these limits of their own; the organization has 1,000. */
  const about = (own: Record<string, number>, keep: (groupName: string) => boolean = () => true) => {
    const workspaces = Object.entries(own).map(([id, limit]) => ({
      id,
      name: id,
      overrides: [{ ...group({ [REQUESTS]: limit }), models: [] }],
    }))
    const snapshot: Snapshot = { groups: [group({ [REQUESTS]: 1_000 })], workspaces }
    const judged = judgedLimiters(snapshot).filter((limiter) => keep(limiter.group.name))
    return limitFindings(snapshot, judged, read).map(({ kind }) => kind)
  }

  test('cannot all use limits that add up to more than the organization has', () => {
    expect(about({ a: 600, b: 401 })).toEqual(['oversubscribed'])
    expect(about({ a: 600, b: 400 })).toEqual([])
  })

  test('are told of one that could take all, as long as their group is judged', () => {
    expect(about({ a: 600 })).toEqual(['uncapped-workspaces'])
    expect(about({})).toEqual([])
    expect(about({ a: 600 }, () => false)).toEqual([])
  })
})

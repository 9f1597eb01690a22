import type { Change } from '../../vocabulary/drift.ts'
import { count } from '../../vocabulary/figures.ts'
import type { Finding } from '../../vocabulary/finding.ts'
import { limiterLabel } from '../../vocabulary/limits/limiters.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { configuredLimit } from './effective.ts'

/** Workspaces whose own limit was that of the organization, which has been raised: they stay where they were. */
export function pinnedOverrides(changes: readonly Change[], current: Snapshot): Finding[] {
  return changes.flatMap((change) => {
    if (change.class !== 'raised') return []
    const { group, limiter, before, after } = change
    return current.workspaces.flatMap(({ id, name }): Finding[] => {
      const scope = { type: 'workspace', id, name } as const
      if (configuredLimit(current, { scope, group, limiter }) !== before) return []
      const message = `Workspace ${name}: its limit of ${count(before)} on ${group.name}, ${limiterLabel(group.type, limiter)} is pinned: it was equal to the organization's, which was raised to ${count(after)}, and it did not follow.`
      return [{ kind: 'pinned-override', message }]
    })
  })
}

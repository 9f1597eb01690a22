import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import type { Rename } from '../../vocabulary/snapshot-outcome.ts'
import { matchGroups } from './match.ts'

/** What is called otherwise than in the committed snapshot. That is no drift: no limit is another one by it. */
export function findRenames(before: Snapshot, after: Snapshot): Rename[] {
  const match = matchGroups(before.groups, after.groups)
  const groups = after.groups.flatMap((group): Rename[] => {
    const from = match.before(group)?.name
    return from === undefined || from === group.name ? [] : [{ what: 'group', from, to: group.name }]
  })
  const workspaces = after.workspaces.flatMap(({ id, name: to }): Rename[] => {
    const from = before.workspaces.find((workspace) => workspace.id === id)?.name
    return from === undefined || from === to ? [] : [{ what: 'workspace', from, to }]
  })
  return [...groups, ...workspaces]
}

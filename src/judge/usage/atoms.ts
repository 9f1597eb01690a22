import { listedName, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { compareText } from '../../vocabulary/order.ts'
import { withModels } from '../limits/effective.ts'

/**
 * Models that are together in every group, of today's limits and of the committed ones: their use can be read as one sum,
 * for nothing that is judged tells them apart. Only names that are listed somewhere are in an atom; each is in one.
 */
export function atomsOf(before: Snapshot | null, now: Snapshot): readonly (readonly string[])[] {
  const makeUps = [before, now].filter((snapshot) => snapshot !== null).map(groupsOf)
  const models = [...new Set(makeUps.flatMap((groups) => groups.flatMap((group) => group.models)))].sort(compareText)
  return [...Map.groupBy(models, (model) => homesOf(model, makeUps)).values()]
}

/** The groups of a snapshot, and those of its workspaces' overrides, which may list other models. */
function groupsOf(snapshot: Snapshot): RateLimitGroup[] {
  const overrides = snapshot.workspaces.flatMap((workspace) => workspace.overrides)
  const withTheirs = overrides.map((override) => withModels(override, snapshot))
  return [...snapshot.groups, ...withTheirs].filter(({ models }) => models.length > 0)
}

/** A text that two models share exactly where they are in the same groups of each make-up. */
function homesOf(model: string, makeUps: readonly (readonly RateLimitGroup[])[]): string {
  const homes = makeUps.map((groups) => {
    const name = listedName(model, new Set(groups.flatMap((group) => group.models)))
    return groups.flatMap((group, index) => (name !== null && group.models.includes(name) ? [index] : []))
  })
  return JSON.stringify(homes)
}

import { listedName } from '../../vocabulary/groups.ts'
import { compareText } from '../../vocabulary/order.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'
import { withModels } from '../limits/effective.ts'

/**
 * The models of both snapshots in sets that no group, before or now, and no override tells apart: what is used by one model of
 * a set counts wherever that of another does. Sorted; `before` is null where nothing is committed.
 */
export function atomsOf(before: Snapshot | null, now: Snapshot): readonly string[][] {
  const makeUps = [...(before ? [modelSetsOf(before)] : []), modelSetsOf(now)]
  const models = [...new Set(makeUps.flat(2))].sort(compareText)
  const membership = (model: string) => JSON.stringify(makeUps.map((sets) => homesOf(model, sets)))
  return [...Map.groupBy(models, membership).values()]
}

/** In which of the sets a model is; a dated ID that none lists is where its alias is. */
function homesOf(model: string, sets: readonly (readonly string[])[]): boolean[] {
  const name = listedName(model, new Set(sets.flat()))
  return sets.map((set) => name !== null && set.includes(name))
}

/** The models that draw on each group's limits, and on each override's. */
function modelSetsOf(snapshot: Snapshot): (readonly string[])[] {
  const overrides = snapshot.workspaces.flatMap((workspace) => workspace.overrides)
  return [...snapshot.groups, ...overrides.map((override) => withModels(override, snapshot))].map(
    ({ models }) => models,
  )
}

import { compareText } from '../../vocabulary/order.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'
import { withModels } from '../limits/effective.ts'

/**
 * The models of both snapshots in sets that no group, before or now, and no override tells apart: what is used by one model of
 * a set counts wherever that of another does. Sorted; `before` is null where nothing is committed.
 */
export function atomsOf(before: Snapshot | null, now: Snapshot): readonly string[][] {
  const sets = [...(before ? modelSetsOf(before) : []), ...modelSetsOf(now)]
  const models = [...new Set(sets.flat())].sort(compareText)
  const membership = (model: string) => JSON.stringify(sets.map((set) => set.includes(model)))
  return [...Map.groupBy(models, membership).values()]
}

/** The models that draw on each group's limits, and on each override's. */
function modelSetsOf(snapshot: Snapshot): (readonly string[])[] {
  const overrides = snapshot.workspaces.flatMap((workspace) => workspace.overrides)
  return [...snapshot.groups, ...overrides.map((override) => withModels(override, snapshot))].map(
    ({ models }) => models,
  )
}

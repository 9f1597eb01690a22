import { groupOf } from '../../vocabulary/limits/groups.ts'
import type { LimitRef } from '../../vocabulary/limits/limit-key.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { counterparts, limitBefore } from '../limits/counterparts.ts'
import { effectiveLimit, overridesIn, withModels } from '../limits/effective.ts'
import type { LimitsNow } from '../limits/limits-now.ts'
import type { MakeUp, Measurable } from './meters.ts'

/**
 * What is to be measured: by the make-up of now what is judged and what a change touches, and by the committed one the same
 * limits as they were; null where nothing is committed.
 */
export function makeUpsOf({
  judged,
  committed,
  current,
  changes,
}: Pick<LimitsNow, 'judged' | 'committed' | 'current' | 'changes'>): { now: MakeUp; before: MakeUp | null } {
  const touched = changes.flatMap(({ limits }) => limits)
  const after = touched.flatMap((limit) => limit.after ?? [])
  const now = { groups: current.groups, limiters: [...judged, ...measurable(after, current)] }
  if (!committed) return { now, before: null }
  const between = counterparts(committed, current)
  const before = [
    ...judged.flatMap((limit) => limitBefore(limit, between) ?? []),
    ...touched.flatMap((limit) => limit.before ?? []),
  ]
  return { now, before: { groups: committed.groups, limiters: measurable(before, committed) } }
}

/** Limits with the models that draw on them by that snapshot; those that it does not have are left out. */
function measurable(limits: readonly LimitRef[], snapshot: Snapshot): Measurable[] {
  return limits
    .filter((limit) => effectiveLimit(snapshot, limit) !== null)
    .flatMap(({ scope, group, limiter }) => {
      const override = scope.type === 'workspace' ? groupOf(group, overridesIn(snapshot, scope)) : undefined
      const found = override ? withModels(override, snapshot) : groupOf(group, snapshot.groups)
      return found ? [{ scope, group: found, limiter }] : []
    })
}

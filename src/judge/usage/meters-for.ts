import { MODEL_GROUP } from '../../vocabulary/limits/groups.ts'
import type { Window } from '../../vocabulary/use/window.ts'
import type { LimitsNow } from '../limits/limits-now.ts'
import { makeUpsOf } from './make-ups.ts'
import { createMeters, type Meters } from './meters.ts'
import type { Measured } from './reading-plan.ts'

/** Meters for what is judged and for what changes touch, as both make-ups count it. */
export function metersFor(limits: LimitsNow, window: Window): Meters {
  const { now, before } = makeUpsOf(limits)
  return createMeters(now, before, window)
}

/** What has to be known by the minute: whatever has a meter, and each judged group's use for the view of its cache. */
export function toMeasure({ judged }: Pick<LimitsNow, 'judged'>, meters: Pick<Meters, 'all'>): Measured[] {
  const views = judged.filter(({ scope, group }) => scope.type === 'organization' && group.type === MODEL_GROUP)
  return [...meters.all, ...views]
}

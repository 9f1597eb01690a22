import type { Drift } from '../../vocabulary/drift.ts'
import { groupOf, MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/groups.ts'
import type { Window } from '../../vocabulary/window.ts'
import type { LimitsNow } from '../limits/limits-now.ts'
import { createMeters, type Meters } from './meters.ts'
import type { Measured } from './reading-plan.ts'

/** Meters for what is judged and for what drift speaks of. */
export function metersFor({ judged, drift, reading }: LimitsNow, window: Window): Meters {
  const drifted = drift.flatMap((item) => driftedLimiters(item, reading.groups))
  return createMeters([...judged, ...drifted], reading.groups, window)
}

/** What has to be known by the minute: whatever has a meter, and each judged group's use for the view of its cache. */
export function toMeasure({ judged }: Pick<LimitsNow, 'judged'>, meters: Pick<Meters, 'all'>): Measured[] {
  const views = judged.filter(({ scope, group }) => scope.type === 'organization' && group.type === MODEL_GROUP)
  return [...meters.all, ...views]
}

/** Limiters that drift speaks of and no verdict does (a removed one, the old type of a changed one): measured for the consequence. */
function driftedLimiters(drift: Drift, groups: readonly RateLimitGroup[]) {
  const group = groupOf(drift.group, groups)
  if (!group || !('limiter' in drift)) return []
  const types = 'from' in drift && drift.from !== undefined ? [drift.limiter, drift.from] : [drift.limiter]
  return types.map((limiter) => ({ scope: drift.scope, group, limiter }))
}

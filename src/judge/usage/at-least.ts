import type { MinutesQuery } from '../../collect/usage/cells.ts'
import { groupKey, listedName, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import type { LimitRef } from '../../vocabulary/limits/limit-key.ts'
import { limiterRule } from '../../vocabulary/limits/limiters.ts'
import { workspaceIdOf } from '../../vocabulary/scope.ts'

type Missing = {
  /** Questions whose minutes never added up to the census. */
  unreconciled: readonly MinutesQuery[]
  /** Groups (see `groupKey`) with use in kinds of tokens that nobody counts yet. */
  unknownKinds: ReadonlySet<string>
}

/** Of which limits some use is known to be missing, so that their peaks are at least what was seen. */
export function atLeastBy({ unreconciled, unknownKinds }: Missing) {
  return ({ scope, group, limiter }: LimitRef & { group: RateLimitGroup }): boolean => {
    const rule = limiterRule(group.type, limiter)
    if (rule?.unit === 'tokens' && unknownKinds.has(groupKey(group))) return true
    const listed = new Set(group.models)
    const id = workspaceIdOf(scope)
    return unreconciled.some(
      ({ of, models, workspaceIds }) =>
        (of === 'organization') === (id === null) &&
        (id === null || workspaceIds === null || workspaceIds.includes(id)) &&
        (models === null || models.some((model) => listedName(model, listed) !== null)),
    )
  }
}

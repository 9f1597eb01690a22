import type { Reading } from '../../collect/usage/measure.ts'
import type { UsageToRead } from '../../collect/usage/usage.ts'
import type { Drift } from '../../vocabulary/drift.ts'
import { groupOf, type RateLimitGroup } from '../../vocabulary/groups.ts'
import type { Window } from '../../vocabulary/window.ts'
import type { JudgedLimiter } from '../limits/effective.ts'
import { createMeters, type Meters } from './meters.ts'
import { busyPages, planUsage } from './usage-plan.ts'

/** Meters for what is judged and what drift speaks of, and what has to be read to fill them. */
export function usageToRead(
  judged: readonly JudgedLimiter[],
  drift: readonly Drift[],
  groups: readonly RateLimitGroup[],
  window: Window,
): UsageToRead & { meters: Meters } {
  const drifted = drift.flatMap((item) => driftedLimiters(item, groups))
  const meters = createMeters([...judged, ...drifted], groups, window)
  const { organization, workspaces } = planUsage(meters)
  const models = new Set(groups.flatMap((group) => group.models)).size
  const readings: Reading[] = [
    { query: organization, fold: meters.foldOrganization },
    ...(workspaces ? [{ query: workspaces, fold: meters.foldWorkspaces }] : []),
  ]
  return { meters, organization, workspaces, readings, models, pages: busyPages({ organization, workspaces }, models) }
}

/** Limiters that drift speaks of and no verdict does (a removed one, the old type of a changed one): measured for the consequence. */
function driftedLimiters(drift: Drift, groups: readonly RateLimitGroup[]) {
  const group = groupOf(drift.group, groups)
  if (!group || !('limiter' in drift)) return []
  const types = 'from' in drift && drift.from !== undefined ? [drift.limiter, drift.from] : [drift.limiter]
  return types.map((limiter) => ({ scope: drift.scope, group, limiter }))
}

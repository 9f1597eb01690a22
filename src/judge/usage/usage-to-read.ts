import type { Reading } from '../../collect/usage/measure.ts'
import type { UsageToRead } from '../../collect/usage/usage.ts'
import type { Window } from '../../vocabulary/window.ts'
import type { LimitsNow } from '../limits/limits-now.ts'
import { makeUpsOf } from './make-ups.ts'
import { createMeters, type Meters } from './meters.ts'
import { busyPages, planUsage } from './usage-plan.ts'

/** Meters for what is judged and what changes touch, and what has to be read to fill them. */
export function usageToRead(limits: LimitsNow, window: Window): UsageToRead & { meters: Meters } {
  const { now, before } = makeUpsOf(limits)
  const meters = createMeters(now, before, window)
  const { organization, workspaces } = planUsage(meters)
  const models = new Set(now.groups.flatMap((group) => group.models)).size
  const readings: Reading[] = [
    { query: organization, fold: meters.foldOrganization },
    ...(workspaces ? [{ query: workspaces, fold: meters.foldWorkspaces }] : []),
  ]
  return { meters, organization, workspaces, readings, models, pages: busyPages({ organization, workspaces }, models) }
}

import type { Meters } from '../../judge/usage/meters.ts'
import type { UsagePlan } from '../../judge/usage/usage-plan.ts'
import { isoTime, MINUTE, type Window } from '../../vocabulary/window.ts'
import type { UsageReader } from './usage-reader.ts'

/** Up to when usage is known, and what the API said of it. */
export type Freshness = {
  /** Usage is complete up to here (UTC ms, a whole minute, at most the window's end). */
  known: number
  /** The API's own statement, RFC 3339 UTC; null where it made none. */
  refreshedAt: string | null
}

/** Reads what the plan asks for, both queries side by side, and folds it into the meters. Throws what the reader throws. */
export async function measureUsage(
  reader: UsageReader,
  plan: UsagePlan,
  meters: Meters,
  window: Window,
): Promise<Freshness> {
  const results = await Promise.all([
    reader.read(plan.organization, meters.foldOrganization),
    ...(plan.workspaces ? [reader.read(plan.workspaces, meters.foldWorkspaces)] : []),
  ])
  const stated = results.flatMap(({ refreshedAt }) => (refreshedAt === null ? [] : [refreshedAt]))
  // Null is allowed by the API's types and not explained; the legacy report never says. Days that have ended are then taken
  // as whole, and a finding says that nobody confirmed it.
  if (stated.length === 0) return { known: window.end, refreshedAt: null }
  const refreshedAt = Math.min(...stated)
  const known = Math.min(Math.floor(refreshedAt / MINUTE) * MINUTE, window.end)
  return { known, refreshedAt: isoTime(refreshedAt) }
}

import { type KnownUntil, knownAlike, MINUTE, type Window } from '../../vocabulary/use/window.ts'

/** Up to when usage is known, and what the API said of it. All UTC ms. */
export type Freshness = {
  /** At most the window's end. */
  known: KnownUntil
  /** The API's own statement; null where it made none. */
  refreshedAt: number | null
}

/**
 * From what all answers state. Null is allowed by the API's types and not explained; the legacy report never says. Days
 * that have ended are then taken as whole, and a finding says that nobody confirmed it.
 */
export function freshnessOf(stated: readonly (number | null)[], window: Pick<Window, 'end'>): Freshness {
  const refreshedAt = earliest(stated)
  if (refreshedAt === null) return { known: knownAlike(window.end), refreshedAt }
  return { known: knownAlike(Math.min(Math.floor(refreshedAt / MINUTE) * MINUTE, window.end)), refreshedAt }
}

/** The time that a reply states itself to be complete up to, UTC milliseconds; null where it states none that can be read. */
export function statedTime({
  data_refreshed_at: text,
}: {
  data_refreshed_at?: string | null | undefined
}): number | null {
  const time = text ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? null : time
}

/** Null where none states a time. */
export function earliest(times: readonly (number | null)[]): number | null {
  const stated = times.filter((time) => time !== null)
  return stated.length > 0 ? Math.min(...stated) : null
}

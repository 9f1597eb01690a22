import type { Mute, Policy } from '../../collect/repository/policy-schema.ts'
import { DAY, isoDay } from '../../vocabulary/window.ts'
import { matches, type Target } from './selector.ts'

/**
 * The mute that covers a limit on the last audited day (UTC midnight, ms); of several the one that ends last; null: none.
 * A mute only keeps an alert from being told to people: the verdict, a recovery and a drift are told as ever.
 */
export function muteFor(policy: Pick<Policy, 'mutes'>, target: Target, lastDay: number): Mute | null {
  const day = isoDay(lastDay)
  return policy.mutes
    .filter((mute) => day <= mute.until && matches(mute, target))
    .reduce<Mute | null>((latest, mute) => (latest && latest.until >= mute.until ? latest : mute), null)
}

/** Mutes whose first day without effect is the last audited one: told on that day only. */
export function justExpired(policy: Pick<Policy, 'mutes'>, lastDay: number): Mute[] {
  return policy.mutes.filter(({ until }) => until === isoDay(lastDay - DAY))
}

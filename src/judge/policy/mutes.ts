import type { Mute, Policy } from '../../collect/repository/policy-schema.ts'
import { DAY, isoDay } from '../../vocabulary/use/window.ts'
import { matches, type Target } from './selector.ts'

/**
 * The mute that covers a limit on the last audited day (UTC midnight, ms); of several the one that ends last; null: none.
 * A mute only keeps an alert from being told to people: the verdict, a recovery and a drift are told as ever.
 */
export function muteFor(policy: Pick<Policy, 'mutes'>, target: Target, lastDay: number): Mute | null {
  const day = isoDay(lastDay)
  return policy.mutes
    .filter((mute) => day <= mute.until && !isOfUse(mute) && matches(mute, target))
    .reduce<Mute | null>((latest, mute) => (latest && latest.until >= mute.until ? latest : mute), null)
}

/** Whether a mute speaks of use that no limit counts; by model, by kind, or both. */
export const isOfUse = ({ model, kind }: Pick<Mute, 'model' | 'kind'>): boolean =>
  model !== undefined || kind !== undefined

/** Whether such a mute speaks of this item of a kind. */
export function mutesUse(mute: Mute, kind: string, name: string): boolean {
  return (
    isOfUse(mute) &&
    (mute.kind === undefined || mute.kind === kind) &&
    (mute.model === undefined || mute.model === name)
  )
}

/** The mutes of use that no limit counts, on the last audited day; null: none covers the item. */
export function useMutesBy(policy: Pick<Policy, 'mutes'>, lastDay: number) {
  const day = isoDay(lastDay)
  return (kind: string, name: string) => {
    const mute = policy.mutes.find((one) => day <= one.until && mutesUse(one, kind, name))
    return mute ? { owner: mute.owner, reason: mute.reason, until: mute.until } : null
  }
}

/** Mutes whose first day without effect is the last audited one: told on that day only. */
export function justExpired(policy: Pick<Policy, 'mutes'>, lastDay: number): Mute[] {
  return policy.mutes.filter(({ until }) => until === isoDay(lastDay - DAY))
}

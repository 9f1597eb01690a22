import { type Group, MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import {
  PUBLISHED,
  type PublishedGroup,
  publishedGroupOfModel,
  TIERS,
  type Tier,
} from '../../vocabulary/limits/published-tiers.ts'

/** How the organization's limits stand beside the published tier table: what is equal, and what is not; never a guess. */

/** Where a limit stands among the published values: on one of them, or between, below or above them. */
export type Position =
  | { kind: 'at'; tiers: readonly Tier[] }
  | { kind: 'between'; above: Tier; below: Tier }
  | { kind: 'below' | 'above' }
  /** The table has this limiter and the group has not. */
  | { kind: 'absent' }

export type LimiterReading = { limiter: string; limit: number | null; position: Position }

export type GroupReading = {
  group: Group
  /** Tiers all of whose published values for this group are its limits; several where the table repeats itself. */
  matches: readonly Tier[]
  /** Every published limiter of the group; where one tier fits best, `closest` names it. */
  limiters: readonly LimiterReading[]
  /** The tier with most equal values, where it is one only and has any. */
  closest: Tier | null
}

/** A reading for each group the published table speaks of; groups it does not know give none. */
export function tierReadings(groups: readonly RateLimitGroup[]): GroupReading[] {
  return groups.flatMap((group) => {
    const published = publishedGroup(group)
    return published ? [readGroup(group, published)] : []
  })
}

/**
 * The published row of a group: by its models where it has any, else by its type. None where no model is in the table,
 * and none where its models are of several rows, because the table then speaks of other buckets than this one.
 */
export function publishedGroup({ type, models }: Pick<RateLimitGroup, 'type' | 'models'>): PublishedGroup | undefined {
  if (type !== MODEL_GROUP) return PUBLISHED.groups.find((group) => group.type === type)
  const rows = new Set(models.map(publishedGroupOfModel).filter((row) => row !== undefined))
  return rows.size === 1 ? [...rows][0] : undefined
}

/** The group's limit the published one is to be compared with. The documentation's own examples use either input limiter. */
export function comparableLimiter(limits: RateLimitGroup['limits'], limiter: string): string | null {
  return [limiter, ...(INTERCHANGEABLE[limiter] ?? [])].find((name) => limits[name] !== undefined) ?? null
}

const INTERCHANGEABLE: Readonly<Record<string, readonly string[]>> = {
  input_tokens_per_minute_cache_aware: ['input_tokens_per_minute'],
  input_tokens_per_minute: ['input_tokens_per_minute_cache_aware'],
}

/**
 * The tier of an organization whose spend cap is published for `capTier`: that one, but only where all limits that can be
 * compared are its own. The cap alone says little, for Anthropic raises caps one by one (API reference: spend limits).
 */
export function agreedTier(groups: readonly RateLimitGroup[], capTier: Tier | null): Tier | null {
  const readings = tierReadings(groups)
  if (capTier === null || readings.length === 0) return null
  return readings.every(({ matches }) => matches.includes(capTier)) ? capTier : null
}

function readGroup(group: RateLimitGroup, published: PublishedGroup): GroupReading {
  const limiters = Object.entries(published.limits).map(([limiter, byTier]): LimiterReading => {
    const name = comparableLimiter(group.limits, limiter)
    const limit = name === null ? null : (group.limits[name] ?? null)
    return { limiter: name ?? limiter, limit, position: positionOf(limit, byTier) }
  })
  const equal = (tier: Tier) =>
    limiters.filter(({ position }) => position.kind === 'at' && position.tiers.includes(tier)).length
  const most = Math.max(...TIERS.map(equal))
  const [best, ...others] = TIERS.filter((tier) => equal(tier) === most)
  return {
    group: { type: group.type, name: group.name },
    matches: TIERS.filter((tier) => equal(tier) === limiters.length),
    limiters,
    closest: most > 0 && best && others.length === 0 ? best : null,
  }
}

function positionOf(limit: number | null, byTier: Readonly<Record<Tier, number>>): Position {
  if (limit === null) return { kind: 'absent' }
  const tiers = TIERS.filter((tier) => byTier[tier] === limit)
  if (tiers.length > 0) return { kind: 'at', tiers }
  const above = TIERS.findLast((tier) => byTier[tier] < limit)
  const below = TIERS.find((tier) => byTier[tier] > limit)
  if (above && below) return { kind: 'between', above, below }
  return { kind: above ? 'above' : 'below' }
}

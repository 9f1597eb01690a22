import { count } from '../../vocabulary/figures.ts'
import { limiterLabel } from '../../vocabulary/limits/limiters.ts'
import { PUBLISHED, TIERS, type Tier } from '../../vocabulary/limits/published-tiers.ts'
import type { GroupReading, LimiterReading } from './tier-reading.ts'

/** A tier reading in words. */

/** `matches Scale as published on 2026-10-08`, or in what the group differs. */
export function readingText({ group, matches, closest, limiters }: GroupReading): string {
  const published = `as published on ${PUBLISHED.date}`
  if (matches.length > 0) return `matches ${matches.join(' and ')} ${published}`
  const isEqual = ({ position }: LimiterReading, tier: Tier) => position.kind === 'at' && position.tiers.includes(tier)
  const differing = limiters.filter((limiter) => closest === null || !isEqual(limiter, closest))
  const differences = differing.map(
    (limiter) => `${limiterLabel(group.type, limiter.limiter)} ${positionText(limiter)}`,
  )
  return `${closest ? `is like ${closest} ${published}, except` : `matches no tier ${published}`}: ${differences.join('; ')}`
}

function positionText({ limit, position }: LimiterReading): string {
  const value = limit === null ? '' : count(limit)
  switch (position.kind) {
    case 'at':
      return `${value} is that of ${position.tiers.join(' and ')}`
    case 'between':
      return `${value} is between ${position.above} and ${position.below}`
    case 'above':
      return `${value} is above ${TIERS.at(-1)}`
    case 'below':
      return `${value} is below ${TIERS[0]}`
    case 'absent':
      return 'is not listed'
  }
}

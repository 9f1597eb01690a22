import type { Planning as Planned } from '../judge/planning/planning.ts'
import type { Runway } from '../judge/planning/runway.ts'
import { READ_SHARES } from '../judge/planning/what-if.ts'
import { PUBLISHED } from '../vocabulary/limits/published-tiers.ts'
import type { Planning } from './report.ts'

/** What follows for whoever plans, as the part of the report file. */
export function planningPart(planning: Planned): Planning {
  return {
    tier_table: { date: PUBLISHED.date, source: PUBLISHED.source },
    spend_cap_tier: planning.spendCapTier,
    usage_tier: planning.usageTier,
    tiers: planning.tiers.map(({ group, matches, reading }) => ({ group, matches: [...matches], reading })),
    tier_what_if: planning.tierWhatIf.map(({ group, limiter, utilization, byTier }) => ({
      group,
      limiter,
      utilization,
      by_tier: byTier,
    })),
    cache_what_if: planning.cacheWhatIf.map(({ group, limiter, utilization, readShare, byShare }) => ({
      group,
      limiter,
      utilization,
      read_share: readShare,
      by_share: byShare.map((shareUtilization, index) => ({
        read_share: READ_SHARES[index] ?? 0,
        utilization: shareUtilization,
      })),
    })),
    over_provisioned: [...planning.overProvisioned],
    runway: planning.runway.map(({ scope, group, limiter, dailyPeaks, outcome }) => ({
      scope,
      group,
      limiter,
      daily_peaks: [...dailyPeaks],
      outcome: runwayOutcome(outcome),
    })),
  }
}

function runwayOutcome(outcome: Runway): Planning['runway'][number]['outcome'] {
  if (outcome.kind === 'refused') return outcome
  const { perDay, ...rest } = outcome
  return { ...rest, per_day: perDay }
}

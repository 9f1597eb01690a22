import type { Planning, Report } from '../../report/report.ts'
import type { RateLimitGroup } from '../../vocabulary/groups.ts'
import type { Tier } from '../../vocabulary/published-tiers.ts'
import { PUBLISHED } from '../../vocabulary/published-tiers.ts'
import { dailyPeaks, runwayOf } from './runway.ts'
import { tierReadings } from './tier-reading.ts'
import { readingText } from './tier-sentences.ts'
import { cacheWhatIf, overProvisioned, READ_SHARES, tierWhatIf } from './what-if.ts'

/** What follows from a report for whoever plans: tiers, what-if, over-provision and runway, in the report's own spelling. */
export function planningOf(
  report: Pick<Report, 'verdicts' | 'groups' | 'window' | 'thresholds' | 'peak_window' | 'usage_source'>,
  groups: readonly RateLimitGroup[],
  usageTier: Tier | null,
): Planning {
  const { verdicts, window } = report
  return {
    tier_table: { date: PUBLISHED.date, source: PUBLISHED.source },
    usage_tier: usageTier,
    tiers: tierReadings(groups).map((reading) => ({
      group: reading.group,
      matches: [...reading.matches],
      reading: readingText(reading),
    })),
    tier_what_if: tierWhatIf(verdicts, groups).map(({ group, limiter, utilization, byTier }) => ({
      group,
      limiter,
      utilization: utilization ?? 0,
      by_tier: byTier,
    })),
    cache_what_if: cacheWhatIf(verdicts, report.groups, window.start).map((row) => ({
      group: row.group,
      limiter: row.limiter,
      utilization: row.utilization ?? 0,
      read_share: row.readShare,
      by_share: READ_SHARES.map((share, index) => ({ read_share: share, utilization: row.byShare[index]! })),
    })),
    // A log shows the moments of some responses, which is not enough to call anything idle.
    over_provisioned: overProvisioned(verdicts, window.complete && report.usage_source !== 'headers'),
    runway: runways(report),
  }
}

function runways({ verdicts, thresholds, peak_window }: Parameters<typeof planningOf>[0]): Planning['runway'] {
  return verdicts.flatMap((verdict) => {
    const { scope, group, limiter } = verdict
    const runway = runwayOf(verdict, (verdict.thresholds ?? thresholds).alert, peak_window)
    if (!runway) return []
    const outcome = runway.kind === 'refused' ? runway : toOutcome(runway)
    return [{ scope, group, limiter, daily_peaks: [...(dailyPeaks(verdict) ?? [])], outcome }]
  })
}

function toOutcome({
  perDay,
  ...rest
}: Exclude<NonNullable<ReturnType<typeof runwayOf>>, { kind: 'refused' }>): Planning['runway'][number]['outcome'] {
  return { ...rest, per_day: perDay }
}

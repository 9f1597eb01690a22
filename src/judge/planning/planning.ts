import type { RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import type { LimitRef } from '../../vocabulary/limits/limit-key.ts'
import type { Tier } from '../../vocabulary/limits/published-tiers.ts'
import { isMeasured, type Thresholds, type Verdict } from '../../vocabulary/verdict.ts'
import type { GroupView } from '../headroom/group-views.ts'
import { type BackTest, backTests } from './back-test.ts'
import { type DailyPeaks, dailyPeaks, type Runway, runwayOf } from './runway.ts'
import { tierReadings } from './tier-reading.ts'
import { readingText } from './tier-sentences.ts'
import {
  type CacheWhatIf,
  cacheWhatIf,
  type OverProvisioned,
  overProvisioned,
  type TierWhatIf,
  tierWhatIf,
} from './what-if.ts'

/** What follows from the verdicts for whoever plans: tiers, what-if, over-provision, runway and the back-test of the line. */
export type Planning = {
  /** The tier that the organization's spend cap is published for, and its own where its limits agree. */
  spendCapTier: Tier | null
  usageTier: Tier | null
  tiers: readonly { group: { type: string; name: string }; matches: readonly Tier[]; reading: string }[]
  tierWhatIf: readonly TierWhatIf[]
  cacheWhatIf: readonly CacheWhatIf[]
  overProvisioned: readonly OverProvisioned[]
  runway: readonly RunwayOfLimit[]
  backTests: readonly BackTest[]
}

export type RunwayOfLimit = LimitRef & { dailyPeaks: DailyPeaks; outcome: Runway }

type Judged = {
  verdicts: readonly Verdict[]
  views: readonly GroupView[]
  /** UTC ms. */
  windowStart: number
  /** Every minute of the window is known: only then something can be called idle. */
  isComplete: boolean
  thresholds: Thresholds
  peakWindow: 'minute' | 'hour' | 'second'
}

type KnownTiers = Pick<Planning, 'spendCapTier' | 'usageTier'>

/** `groups` are those that were judged. */
export function planningOf(judged: Judged, groups: readonly RateLimitGroup[], known: KnownTiers): Planning {
  const { verdicts, views, windowStart, isComplete, thresholds, peakWindow } = judged
  return {
    spendCapTier: known.spendCapTier,
    usageTier: known.usageTier,
    tiers: tierReadings(groups).map((reading) => ({
      group: reading.group,
      matches: reading.matches,
      reading: readingText(reading),
    })),
    tierWhatIf: tierWhatIf(verdicts, groups),
    cacheWhatIf: cacheWhatIf(verdicts, views, windowStart),
    overProvisioned: overProvisioned(verdicts, isComplete),
    runway: runways(judged),
    backTests: backTests(verdicts, thresholds, peakWindow),
  }
}

function runways({ verdicts, thresholds, peakWindow }: Judged): RunwayOfLimit[] {
  return verdicts.filter(isMeasured).flatMap((verdict) => {
    const { scope, group, limiter } = verdict
    const outcome = runwayOf(verdict, (verdict.thresholds ?? thresholds).alert, peakWindow)
    return outcome ? [{ scope, group, limiter, dailyPeaks: dailyPeaks(verdict) ?? [], outcome }] : []
  })
}

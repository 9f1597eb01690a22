import type { SpendReading } from '../../collect/spend/collect-spend.ts'
import { DAY } from '../../vocabulary/use/window.ts'
import type { MeasuredBand, Thresholds, Transition } from '../../vocabulary/verdict.ts'
import { bandOf, transitionOf } from '../headroom/bands.ts'

/** The monthly spend cap as a limit: once it is reached, every request is refused until the 1st (API reference, errors). */
export type Spend = {
  /** Month-to-date cost ÷ cap. */
  share: number
  band: MeasuredBand
  /** Compared with the day before. */
  transition: Transition | null
  /** The UTC day on which it was reached, or will be at the month's pace; null: not this month. UTC ms. */
  reachedOn: number | null
  capSource: SpendReading['capSource']
}

/** How much of the cap is used at the end of the window, and when it is reached if the month goes on as it went. */
export function spendOf({ shares, monthStart, known, capSource }: SpendReading, thresholds: Thresholds): Spend {
  const [share = 0, dayBefore = 0] = shares.slice(-2).reverse()
  const band = bandOf(share, thresholds)
  const isComplete = known >= monthStart + shares.length * DAY
  return {
    share,
    band,
    transition: transitionOf(band, bandOf(dayBefore, thresholds), isComplete),
    reachedOn: reachedOn(shares, share, { monthStart, known }),
    capSource,
  }
}

function reachedOn(
  shares: readonly number[],
  share: number,
  { monthStart, known }: Pick<SpendReading, 'monthStart' | 'known'>,
): number | null {
  const reached = shares.findIndex((part) => part >= 1)
  if (reached >= 0) return monthStart + reached * DAY
  if (share <= 0) return null
  // The day in which the cost gets to the cap, be it at its very end; a hair more than that is rounding.
  const day = Math.ceil((known - monthStart) / share / DAY - 1e-9) - 1
  const next = new Date(monthStart)
  const monthEnd = Date.UTC(next.getUTCFullYear(), next.getUTCMonth() + 1)
  const at = monthStart + day * DAY
  return at < monthEnd ? at : null
}

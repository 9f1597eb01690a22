import type { LimitRef } from '../../vocabulary/limits/limit-key.ts'
import { limiterRule } from '../../vocabulary/limits/limiters.ts'
import { isMeasured, type MeasuredVerdict, type Thresholds, type Verdict } from '../../vocabulary/verdict.ts'
import { dailyPeaks } from './runway.ts'

/** Back-test of the line: how often other alert lines would have fired on the days of the window, by the limits of now. */

export const LINES = [0.5, 0.6, 0.7, 0.75, 0.8, 0.9] as const
/** A limit used less than this crosses no line in question. */
const TESTED_FROM = 0.4
/** In fewer days one busy day decides everything. */
const FEWEST_DAYS = 7
/** A line that fires this many times less often is worth a word; with less between them it is chance. */
const FACTOR = 3

/** How often one line was reached: `days` whose peak ÷ limit is at or over it, `incidents`: runs of such days in a row. */
export type LineTally = { line: number; days: number; incidents: number }

export type BackTest = LimitRef & {
  /** Wholly known UTC days of the window. */
  days: number
  lines: readonly LineTally[]
  /** The lowest higher line that still fires, and a third as often as the one in force; null where there is none. */
  suggestion: { inForce: LineTally; instead: LineTally } | null
}

/**
 * A back-test for each limit used to 40 % or more, from the largest minutes of the hours that the verdicts hold. Empty for
 * fewer than seven whole days, and for runs that judge hours or a log: their peaks are not those that a line would be held against.
 */
export function backTests(
  verdicts: readonly Verdict[],
  thresholds: Thresholds,
  peakWindow: 'minute' | 'hour' | 'second',
): BackTest[] {
  if (peakWindow !== 'minute') return []
  return verdicts.filter(isMeasured).flatMap((verdict) => {
    const ratios = dailyUse(verdict)
    const days = ratios.filter((ratio) => ratio !== null).length
    if (verdict.utilization < TESTED_FROM || days < FEWEST_DAYS || isShort(verdict)) return []
    const { scope, group, limiter } = verdict
    const lines = LINES.map((line) => tallyOf(ratios, line))
    const inForce = tallyOf(ratios, (verdict.thresholds ?? thresholds).alert)
    const instead = lines.find(
      ({ line, days: fired }) => line > inForce.line && fired > 0 && fired * FACTOR <= inForce.days,
    )
    return [{ scope, group, limiter, days, lines, suggestion: instead ? { inForce, instead } : null }]
  })
}

/** Some of its use is known to be missing from the minutes, so that any day may have been worse. */
function isShort({ group, limiter, lowerBound }: MeasuredVerdict): boolean {
  return lowerBound && !limiterRule(group.type, limiter)?.lowerBound
}

/** Peak ÷ limit of each day; null: the day is not wholly known. */
function dailyUse(verdict: MeasuredVerdict): (number | null)[] {
  // Back to the minute's total, which is whole: divided twice, a peak on the line would be a hair below it.
  const scale = limiterRule(verdict.group.type, verdict.limiter)?.per === 'second' ? 60 : 1
  const peaks = dailyPeaks(verdict) ?? []
  return peaks.map((peak) => (peak === null ? null : Math.round(peak * scale) / (scale * verdict.limit)))
}

/** A day that is not wholly known counts for no line, and ends an incident. */
function tallyOf(ratios: readonly (number | null)[], line: number): LineTally {
  const fires = ratios.map((ratio) => ratio !== null && ratio >= line)
  return {
    line,
    days: fires.filter(Boolean).length,
    incidents: fires.filter((fired, day) => fired && !fires[day - 1]).length,
  }
}

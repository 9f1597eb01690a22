import type { MeasuredVerdict } from '../../vocabulary/verdict.ts'
import { heightAt, type Point, theilSen } from './theil-sen.ts'

/** Runway: in how many days the daily peaks reach the alert line, if they go on as they went. */

/** Two whole weeks: fewer days cannot tell a trend from a weekend. */
export const FEWEST_DAYS = 14
/** Further ahead than this the past says little. */
const FURTHEST = 365
const HOURS = 24

/** Largest minute of each day of the window; null: the day is not wholly known. */
export type DailyPeaks = readonly (number | null)[]

export type Runway =
  /** Days from the end of the window until the line is reached; `latest` null: not within a year, or perhaps never. */
  | { kind: 'reaches'; days: number; earliest: number; latest: number | null; perDay: number }
  /** Peaks rise, and stay below the line for a year. */
  | { kind: 'far'; perDay: number }
  | { kind: 'refused'; reason: string }

type Measurable = Pick<MeasuredVerdict, 'limit' | 'utilization' | 'hourly' | 'clipped'>

/** Daily peaks of a verdict in the limit's own units; null for one that has none (unmeasured, a limit per day). */
export function dailyPeaks({ hourly }: Pick<MeasuredVerdict, 'hourly'>): DailyPeaks | null {
  if (!hourly) return null
  return Array.from({ length: hourly.length / HOURS }, (_, day) => {
    const hours = hourly.slice(day * HOURS, (day + 1) * HOURS)
    return hours.some((peak) => peak === null) ? null : Math.max(...hours.map((peak) => peak ?? 0))
  })
}

/**
 * The runway of one limit to its alert line (a ratio). Null where there is nothing to say: no measured daily peaks, no
 * use at all, or the line has been reached already, which the verdict tells. Refused with a reason where the peaks bear no forecast.
 */
export function runwayOf(verdict: Measurable, alert: number, peakWindow: 'minute' | 'hour' | 'second'): Runway | null {
  const { limit, utilization, clipped } = verdict
  const peaks = dailyPeaks(verdict)
  if (!peaks || utilization === 0 || utilization >= alert) return null
  if (peakWindow === 'hour') return refused('daily peaks are of minutes, and this run judges hours')
  if (peakWindow === 'second') return refused('a log of headers does not show whole days')
  const points = peaks.flatMap((peak, x): Point[] => (peak === null ? [] : [{ x, y: peak }]))
  if (points.length < FEWEST_DAYS)
    return refused(
      `${points.length} whole ${points.length === 1 ? 'day' : 'days'} of use, and a trend takes ${FEWEST_DAYS} (lookback-days)`,
    )
  if (clipped) return refused('use was at its limit, so that the peaks do not show what was asked for')

  const { slope, low, high } = theilSen(points)
  if (new Set(points.map(({ y }) => y)).size === 1) return refused('the daily peaks stay as they are')
  if (high < 0) return refused('the daily peaks fall')
  if (low <= 0) return refused('the daily peaks have no clear trend')
  const reach = (rise: number) => {
    const distance = alert * limit - heightAt(points, rise, peaks.length - 1)
    return Math.max(0, distance / rise)
  }
  const days = reach(slope)
  if (days > FURTHEST) return { kind: 'far', perDay: slope }
  // A steeper line stands higher at its end, but where points scatter that need not hold to the last digit.
  const earliest = Math.min(days, reach(high))
  const latest = Math.max(days, reach(low))
  return { kind: 'reaches', days, earliest, latest: latest > FURTHEST ? null : latest, perDay: slope }
}

function refused(reason: string): Runway {
  return { kind: 'refused', reason }
}

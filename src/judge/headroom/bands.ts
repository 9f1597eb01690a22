import type { Band, MeasuredBand, Thresholds, Transition } from '../../vocabulary/verdict.ts'

/** `ok` below the watch line, `watch` from it, `alert` from the alert line; both lines belong to the band above. */
export function bandOf(utilization: number, { watch, alert }: Thresholds): MeasuredBand {
  if (utilization >= alert) return 'alert'
  return utilization >= watch ? 'watch' : 'ok'
}

/**
 * A band compared with that of the window one day earlier (null: could not be judged).
 * - `new`: watch or alert, and ok the day before, or the day before is not known: nothing may be lost as "old news".
 * - `worse`: alert, and watch the day before.
 * - `continuing`: the same band, watch or alert.
 * - `recovered`: alert the day before, and not any more. Only from complete data: minutes that are missing could hold the next peak.
 */
export function transitionOf(band: MeasuredBand, before: Band | null, isComplete: boolean): Transition | null {
  if (before === 'alert' && band !== 'alert') return isComplete ? 'recovered' : null
  if (band === 'ok') return null
  if (before === band) return 'continuing'
  return before === 'watch' ? 'worse' : 'new'
}

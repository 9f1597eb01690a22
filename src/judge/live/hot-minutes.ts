// biome-ignore-all lint/style/noNonNullAssertion: loops over every minute of every limiter, by an index within the series.
import type { DrivenPeak } from '../../collect/usage/drivers.ts'
import type { LimitRef } from '../../vocabulary/limits/limit-key.ts'
import { limitKey } from '../../vocabulary/limits/limit-key.ts'
import { compareText } from '../../vocabulary/order.ts'
import { MINUTE, type Window } from '../../vocabulary/use/window.ts'
import type { Drivers, HotMinute, Thresholds, Verdict } from '../../vocabulary/verdict.ts'
import type { Meter, Meters } from '../usage/meters.ts'
import { CLIPPED_FROM, scaleOf, windowSeries } from '../usage/peaks.ts'

/** The minutes of a live window that whoever is on call asks about: at or over the alert line, or pressed against the limit. */

/** Listed; the newest say who it is. */
const MOST_LISTED = 60
/** Minutes that are asked about, one or two requests each. */
const MOST_EXPLAINED = 10

export type HotMinutes = { minutes: readonly HotMinute[]; leftOut: number }

/** Newest first, of one minute the highest utilization first. Limits per day have no such minutes. */
export function hotMinutes(
  verdicts: readonly Verdict[],
  meters: Pick<Meters, 'find' | 'grid'>,
  window: Window,
  thresholds: Thresholds,
): HotMinutes {
  const all = verdicts
    .flatMap((verdict) => ofVerdict(verdict, meters.find(verdict), meters.grid, window, thresholds))
    .sort((a, b) => b.at - a.at || b.utilization - a.utilization || compareText(limitKey(a), limitKey(b)))
  return { minutes: all.slice(0, MOST_LISTED), leftOut: Math.max(0, all.length - MOST_LISTED) }
}

function ofVerdict(
  verdict: Verdict,
  meter: Meter | undefined,
  grid: Meters['grid'],
  window: Window,
  thresholds: Thresholds,
): HotMinute[] {
  const { limit, scope, group, limiter } = verdict
  if (!limit || !meter?.series || meter.rule.per === 'day' || !verdict.live) return []
  const { values } = windowSeries(meter.series, grid, window, verdict.live.knownUntil)
  const scale = scaleOf(meter.rule)
  const line = Math.min((verdict.thresholds ?? thresholds).alert, CLIPPED_FROM)
  const found: HotMinute[] = []
  for (let minute = 0; values && minute < values.length; minute++) {
    const utilization = values[minute]! / (scale * limit)
    if (utilization < line) continue
    const used = values[minute]! / scale
    found.push({ scope, group, limiter, at: window.start + minute * MINUTE, limit, used, utilization, drivers: null })
  }
  return found
}

const keyOf = (limit: LimitRef & { at: number }) => `${limitKey(limit)} ${limit.at}`

/** The newest of them, to be asked who drove each. */
export function minutesToExplain(hot: readonly HotMinute[], meterOf: Meters['find']): DrivenPeak[] {
  const newest = [...new Set(hot.map(({ at }) => at))].slice(0, MOST_EXPLAINED)
  return hot
    .filter(({ at }) => newest.includes(at))
    .flatMap((minute): DrivenPeak[] => {
      const meter = meterOf(minute)
      if (!meter) return []
      const { scope, group, rule } = meter
      return [{ key: keyOf(minute), scope, group, rule, start: minute.at, end: minute.at + MINUTE }]
    })
}

/** The same with who drove each, as far as that is known. */
export function explainedMinutes(hot: HotMinutes, drivers: ReadonlyMap<string, Drivers>): HotMinutes {
  const explained = (minute: HotMinute) => ({ ...minute, drivers: drivers.get(keyOf(minute)) ?? null })
  return { ...hot, minutes: hot.minutes.map(explained) }
}

import type { DrivenPeak } from '../../collect/usage/drivers.ts'
import { type LimitRef, limitKey } from '../../vocabulary/limits/limit-key.ts'
import type { limiterRule } from '../../vocabulary/limits/limiters.ts'
import { DAY, HOUR, MINUTE } from '../../vocabulary/use/window.ts'
import { type Drivers, isMeasured, type Verdict } from '../../vocabulary/verdict.ts'
import type { Meter } from '../usage/meters.ts'

/** At most this many minutes are asked about, worst verdicts first: two requests each. */
const MOST_PEAKS_EXPLAINED = 20

/** The peaks worth asking about: watch and alert, with use, worst first, within the budget of minutes. */
export function peaksToExplain(
  verdicts: readonly Verdict[],
  meterOf: (limit: LimitRef) => Meter | undefined,
  peakWindow: 'minute' | 'hour',
): { peaks: DrivenPeak[]; leftOut: number } {
  const all = verdicts
    .filter(isMeasured)
    .filter(({ band, peak }) => band !== 'ok' && peak > 0)
    .sort((a, b) => b.utilization - a.utilization)
    .flatMap((verdict): DrivenPeak[] => {
      const meter = meterOf(verdict)
      if (!meter) return []
      const { scope, group, rule } = meter
      const start = verdict.peakAt
      return [{ key: limitKey(verdict), scope, group, rule, start, end: start + spanOf(rule.per, peakWindow) }]
    })
  const spans = new Set([...new Set(all.map(placeInTime))].slice(0, MOST_PEAKS_EXPLAINED))
  const peaks = all.filter((peak) => spans.has(placeInTime(peak)))
  return { peaks, leftOut: all.length - peaks.length }
}

/** The verdicts with who drove their peaks, as far as that is known. */
export function withDrivers(verdicts: readonly Verdict[], drivers: ReadonlyMap<string, Drivers>): Verdict[] {
  return verdicts.map((verdict) =>
    isMeasured(verdict) ? { ...verdict, drivers: drivers.get(limitKey(verdict)) ?? null } : verdict,
  )
}

const placeInTime = ({ start, end }: DrivenPeak) => `${start}-${end}`

function spanOf(per: NonNullable<ReturnType<typeof limiterRule>>['per'], peakWindow: 'minute' | 'hour'): number {
  if (per === 'day') return DAY
  return peakWindow === 'hour' ? HOUR : MINUTE
}

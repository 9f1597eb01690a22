import type { Finding } from '../../vocabulary/finding.ts'
import type { RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import type { LimitRef } from '../../vocabulary/limits/limit-key.ts'
import { knownFor, type LimiterRule } from '../../vocabulary/limits/limiters.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { usesOf } from '../../vocabulary/use/use-by-minute.ts'
import type { KnownUntil, Window } from '../../vocabulary/use/window.ts'
import { isMeasured, type MeasuredVerdict, type Thresholds, type Verdict } from '../../vocabulary/verdict.ts'
import { createMeters, type Measurable, type Meter, type Meters } from '../usage/meters.ts'
import { firstAtOrOver, type MinuteSeries, peakOf, utilizationOf, windowSeries } from '../usage/peaks.ts'
import type { Scenario } from './what-if-scenario.ts'

/** Utilization of one limit with a peak of its own; times are UTC ms. */
type Side = { limit: number; peak: number; peakAt: number; utilization: number }

export type WhatIfRow = LimitRef & {
  before: Side
  after: Side
  /** The true figures are at least these. */
  lowerBound: boolean
  /** Lines that are reached only after, the lowest first, with the first minute (hour, day) at or over each. */
  crosses: readonly { line: 'watch' | 'alert' | 'limit'; at: number }[]
}

/** What the changes do to each limit they touch, the highest after them first. */
export type WhatIf = { changes: readonly string[]; rows: readonly WhatIfRow[]; findings: readonly Finding[] }

type Context = {
  limiters: readonly Measurable[]
  groups: readonly RateLimitGroup[]
  window: Window
}

/** Takes the use that a scenario changes, row by row, and tells then what it does to the verdicts. */
export type WhatIfMeter = {
  fold: (rows: readonly UsageRow[]) => void
  judge: (verdicts: readonly Verdict[], whole: Pick<Meters, 'find' | 'grid'>, by: By) => WhatIf
}

type By = { known: KnownUntil; thresholds: Thresholds; peakWindow: 'minute' | 'hour' }

/**
 * Each minute of a limit as it would have been: what it was, without the use that changes, and with that use as it would
 * be. Both are counted by the meters of the audit, so that a model is counted as the limits of its new group count it.
 */
export function createWhatIf(scenario: Scenario, { limiters, groups, window }: Context): WhatIfMeter {
  const alone = { ...window, earlier: null }
  const [was, would] = [
    createMeters({ groups, limiters }, null, alone),
    createMeters({ groups, limiters }, null, alone),
  ]
  const count = (meters: Meters, rows: readonly UsageRow[]) => {
    for (const use of usesOf(rows, meters.grid)) {
      meters.foldOrganization(use)
      meters.foldWorkspaces(use)
    }
  }
  return {
    fold: (rows) => {
      count(was, rows)
      count(would, rows.map(scenario.changed))
    },
    judge: (verdicts, whole, by) => {
      const rows = verdicts.filter(isMeasured).flatMap((verdict) => {
        const parts = [was.find(verdict), would.find(verdict)] as const
        const meter = whole.find(verdict)
        if (!meter || parts.every((part) => !part?.series)) return []
        const series = windowSeries(meter.series, whole.grid, window, knownFor(meter.rule, by.known))
        return [rowOf(verdict, meter.rule, { ...series, values: moved(series, parts) }, by)]
      })
      const { changes, findings } = scenario
      return { changes, findings, rows: rows.sort((a, b) => b.after.utilization - a.after.utilization) }
    },
  }
}

function moved({ values, minutes }: MinuteSeries, [was, would]: readonly (Meter | undefined)[]): Float64Array {
  return Float64Array.from({ length: minutes }, (_none, minute) => {
    // The part was read after the whole, and may have got more since: what is left of the whole is never below nothing.
    const rest = Math.max(0, (values?.[minute] ?? 0) - (was?.series?.[minute] ?? 0))
    return rest + (would?.series?.[minute] ?? 0)
  })
}

function rowOf(verdict: MeasuredVerdict, rule: LimiterRule, series: MinuteSeries, by: By): WhatIfRow {
  const { scope, group, limiter, limit, lowerBound } = verdict
  const peak = peakOf(series, rule, by.peakWindow)
  const utilization = utilizationOf(peak, limit)
  const { watch, alert } = verdict.thresholds ?? by.thresholds
  const lines = [
    ['watch', watch],
    ['alert', alert],
    ['limit', 1],
  ] as const
  const crosses = lines.flatMap(([line, ratio]) => {
    const at = verdict.utilization < ratio ? firstAtOrOver(series, rule, by.peakWindow, limit, ratio) : null
    return at === null ? [] : [{ line, at }]
  })
  const before = { limit, peak: verdict.peak, peakAt: verdict.peakAt, utilization: verdict.utilization }
  const after = { limit, peak: peak.peak, peakAt: peak.peakAt, utilization }
  return { scope, group, limiter, before, after, lowerBound, crosses }
}

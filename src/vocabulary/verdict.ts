import type { LimitRef } from './limits/limit-key.ts'
import type { KnownUntil } from './use/window.ts'

/** `ok` below the watch line, `watch` from it, `alert` from the alert line. */
export type MeasuredBand = 'ok' | 'watch' | 'alert'
export type Band = MeasuredBand | 'unmeasured'

/** How a band stands to that of the time before. */
export type Transition = 'new' | 'worse' | 'continuing' | 'recovered'

/** The lines that a utilization is judged by, as ratios. */
export type Thresholds = { watch: number; alert: number }

/** A part of a peak, 0–1; `id` null: use without one. */
export type Share = { id: string | null; name: string; share: number }
/** Who drove a peak, largest first. */
export type Drivers = { workspaces: readonly Share[]; models: readonly Share[]; apiKeys: readonly Share[] }

export type Mute = { owner: string; reason: string; until: string }

type Judged = LimitRef & {
  /** What the scope itself has set. */
  configured: number | null
  /** Whose value binds. */
  limitSource: 'organization' | 'workspace'
  /** The true peak is at least this: a limit per second, measured by the minute. */
  lowerBound: boolean
  /** The lines of this limit, where the policy moved them. */
  thresholds?: Thresholds
  /** In a live window: up to when the use of this limit is known, and how many of its minutes are not. */
  live?: { knownUntil: number; missingMinutes: number }
}

/** A limit with its figures. Times are UTC milliseconds, amounts in the limit's own units. */
export type MeasuredVerdict = Judged & {
  band: MeasuredBand
  /** What binds. */
  limit: number
  peak: number
  /** Start of the first minute (hour, day) that reached the peak. */
  peakAt: number
  utilization: number
  transition: Transition | null
  /** The same window earlier, judged by the limits of then; null where that is not known. */
  previous: { peak: number; limit: number; utilization: number; band: MeasuredBand } | null
  /** Null for a limit per day, and where only a log of responses is known. */
  bracket: number | null
  p99: number | null
  /** Median of the minutes with use; only where the limit was used to half or more, for who asks for more of it. */
  steady?: number
  minutesOverThreshold: number | null
  /** The longest run of minutes pressed against the limit. */
  clipped: { from: number; minutes: number } | null
  /** Largest minute of each hour of the window; null: unknown. */
  hourly: readonly (number | null)[] | null
  drivers: Drivers | null
  /** From response headers: the least that was left of the limit. */
  lowestRemaining?: number
  /** Of the response that showed the peak, where it was logged. */
  requestId?: string
  muted?: Mute
}

/** What the known minutes of a live window show of a limit that is below its watch line as far as they go. */
export type SoFar = { peak: number; peakAt: number; utilization: number }

/**
 * A limit without a verdict, and why: never 0 %, never ok. `soFar`: in a live window, below its watch line as far as is
 * known, while minutes are missing that could hold more.
 */
export type UnmeasuredVerdict = Judged & { band: 'unmeasured'; limit: number | null; reason: string; soFar?: SoFar }

/** A minute of a live window in which a limit was at or over its alert line, or pressed against it. */
export type HotMinute = LimitRef & {
  /** Its start, UTC milliseconds. */
  at: number
  limit: number
  used: number
  utilization: number
  drivers: Drivers | null
}

/** What only a live window has; `leftOut`: hot minutes before those that are listed. */
export type Live = { known: KnownUntil; hotMinutes: readonly HotMinute[]; leftOut: number }

/**
 * A model whose requests were refused: an alert without a figure, since a refusal does not say which of the model's limits
 * it met. Only a log of responses shows refusals. `limiter` is always `refused`.
 */
export type RefusedVerdict = Judged & {
  band: 'alert'
  limit: null
  refused: Refused
  transition: 'new' | 'continuing'
  muted?: Mute
}

/** Requests refused with 429, by what refused them; `notTold`: the body was not logged, or its code is newer than this. */
export type RefusalsByKind = { rateLimit: number; acceleration: number; spendCap: number; notTold: number }
export type Refused = RefusalsByKind & {
  requests: number
  first: number
  last: number
  /** The first minute in which most were refused. */
  worst: { at: number; requests: number }
  /** Seconds that `retry-after` asked to wait; null: nobody was asked, as with a spend cap. */
  retryAfter: { median: number; max: number } | null
  /** UTC hours with refusals, in order. */
  hours: readonly (RefusalsByKind & { at: number })[]
}

export type Verdict = MeasuredVerdict | UnmeasuredVerdict | RefusedVerdict

export const isRefused = (verdict: Verdict): verdict is RefusedVerdict => 'refused' in verdict
export const isMeasured = (verdict: Verdict): verdict is MeasuredVerdict =>
  verdict.band !== 'unmeasured' && !isRefused(verdict)

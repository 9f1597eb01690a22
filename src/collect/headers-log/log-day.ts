import { compareText } from '../../vocabulary/order.ts'
import { HOUR, MINUTE, MINUTES_PER_DAY } from '../../vocabulary/use/window.ts'
import type { Entry, Level } from './entry.ts'
import { REFUSALS, type Refusal, type RefusalKind } from './refusals.ts'

/** One UTC day of a log: entries are folded in, in any order, and dropped. Its size goes by models and minutes, not by lines. */
export type LogDay = {
  responses: number
  /** Responses that name no limit. */
  withoutLimits: number
  /** Of the first and the last response, UTC ms. */
  first: number
  last: number
  limiters: Map<string, DayOfLimiter>
  refused: Map<string, DayOfRefusals>
}

/** Whose limit: of a model, as one workspace saw it (null: the log does not name one). */
export type ModelKey = { workspaceId: string | null; model: string }
export type LimiterKey = ModelKey & { limiter: string }

export const modelId = ({ workspaceId, model }: ModelKey) => JSON.stringify([workspaceId, model])
export const limiterId = ({ workspaceId, model, limiter }: LimiterKey) => JSON.stringify([workspaceId, model, limiter])

/** The response that had used most of its own limit, which is above 0. */
export type Peak = { used: number; limit: number; at: number; requestId: string | null }

/** A limit as the responses named it, and between which of them. */
export type SeenLimit = { limit: number; first: number; last: number }

export type DayOfLimiter = {
  key: LimiterKey
  /** Null: no response says what was left. */
  use: {
    peak: Peak
    lowestRemaining: number
    /** The highest utilization of each minute; 0 too where there was no response. */
    minutes: Float64Array
    /** The most that was used in each hour; NaN: no response. */
    hours: Float64Array
  } | null
  limits: Map<number, SeenLimit>
}

/** Beyond these, a limit that takes ever new values says nothing more. */
export const MOST_LIMITS = 64

export type Counts = Record<RefusalKind, number>

export type DayOfRefusals = {
  key: ModelKey
  first: number
  last: number
  /** By the minute of the day. */
  minutes: Map<number, number>
  /** By the hour of the day. */
  hours: Map<number, Counts>
  /** How often each `retry-after` was asked for, by seconds. */
  waits: Map<number, number>
}

export const noCounts = () => Object.fromEntries(REFUSALS.map((kind) => [kind, 0])) as Counts

export function emptyDay(): LogDay {
  return {
    responses: 0,
    withoutLimits: 0,
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    limiters: new Map(),
    refused: new Map(),
  }
}

/** Folds one entry into its day, which starts at `start` (UTC ms). */
export function addToDay(day: LogDay, entry: Entry, start: number): void {
  const { at, workspaceId, model, levels, refusal } = entry
  day.responses++
  if (levels.length === 0) day.withoutLimits++
  day.first = Math.min(day.first, at)
  day.last = Math.max(day.last, at)
  for (const level of levels) addLevel(day, { workspaceId, model, limiter: level.limiter }, level, entry, start)
  if (refusal) addRefusal(day, { workspaceId, model }, refusal, at, start)
}

function addLevel(day: LogDay, key: LimiterKey, level: Level, { at, requestId }: Entry, start: number): void {
  const id = limiterId(key)
  const ofDay = day.limiters.get(id) ?? { key, use: null, limits: new Map<number, SeenLimit>() }
  day.limiters.set(id, ofDay)
  const { limit, remaining } = level
  addLimit(ofDay.limits, { limit, first: at, last: at })
  if (remaining === null || limit === 0) return
  // `remaining` is rounded and can stand above the limit; use is never below nothing.
  const used = Math.max(0, limit - remaining)
  const peak = { used, limit, at, requestId }
  ofDay.use ??= {
    peak,
    lowestRemaining: remaining,
    minutes: new Float64Array(MINUTES_PER_DAY),
    hours: new Float64Array(24).fill(Number.NaN),
  }
  const { use } = ofDay
  use.peak = higherPeak(use.peak, peak)
  use.lowestRemaining = Math.min(use.lowestRemaining, remaining)
  const minute = Math.floor((at - start) / MINUTE)
  use.minutes[minute] = Math.max(use.minutes[minute] ?? 0, used / limit)
  const hour = Math.floor((at - start) / HOUR)
  const before = use.hours[hour] ?? Number.NaN
  use.hours[hour] = Number.isNaN(before) ? used : Math.max(before, used)
}

/** Of two peaks the one of the larger share of its own limit; of equal ones the earlier, so that the order of lines says nothing. */
export function higherPeak(a: Peak, b: Peak): Peak {
  const byShare = b.used / b.limit - a.used / a.limit
  if (byShare !== 0) return byShare > 0 ? b : a
  const order = a.at - b.at || b.limit - a.limit || compareText(a.requestId ?? '', b.requestId ?? '')
  return order <= 0 ? a : b
}

export function addLimit(limits: Map<number, SeenLimit>, { limit, first, last }: SeenLimit): void {
  const seen = limits.get(limit)
  if (!seen && limits.size >= MOST_LIMITS) return
  limits.set(limit, {
    limit,
    first: Math.min(first, seen?.first ?? first),
    last: Math.max(last, seen?.last ?? last),
  })
}

function addRefusal(day: LogDay, key: ModelKey, { kind, retryAfter }: Refusal, at: number, start: number): void {
  const id = modelId(key)
  const refused = day.refused.get(id) ?? {
    key,
    first: at,
    last: at,
    minutes: new Map<number, number>(),
    hours: new Map<number, Counts>(),
    waits: new Map<number, number>(),
  }
  day.refused.set(id, refused)
  refused.first = Math.min(refused.first, at)
  refused.last = Math.max(refused.last, at)
  const minute = Math.floor((at - start) / MINUTE)
  refused.minutes.set(minute, (refused.minutes.get(minute) ?? 0) + 1)
  const hour = Math.floor((at - start) / HOUR)
  const counts = refused.hours.get(hour) ?? noCounts()
  refused.hours.set(hour, counts)
  counts[kind]++
  if (retryAfter !== null) refused.waits.set(retryAfter, (refused.waits.get(retryAfter) ?? 0) + 1)
}

import { MINUTE } from '../../vocabulary/window.ts'
import type { Entry, Level } from './entry.ts'
import { REFUSALS, type Refusal } from './refusals.ts'

/** What a log says of one limiter of one model, as one workspace saw it (null: the log does not name one). */
export type LimiterReading = {
  workspaceId: string | null
  model: string
  limiter: string
  /** Of the latest response in the whole log. */
  limit: number
  /** Null: no response of the window says what was left. */
  use: Use | null
}

export type Use = {
  /** The most that was used up at once: limit − remaining, in the limit's units; `at` is the first response that says so, UTC ms. */
  peak: number
  at: number
  lowestRemaining: number
  /** The most used up in each minute of the window; NaN: no response. */
  minutes: Float64Array
}

type RefusalReading = {
  workspaceId: string | null
  model: string
  counts: Readonly<Record<Refusal, number>>
  first: number
  last: number
}

/** A log being read: entries are folded in, in any order, and dropped. */
export type LogReading = {
  add(entry: Entry): void
  limiters(): LimiterReading[]
  /** Requests refused in the window. */
  refusals(): RefusalReading[]
}

type Key = Pick<LimiterReading, 'workspaceId' | 'model'>
type Limiter = Omit<LimiterReading, 'use'> & { latest: number; use: Use | null }

/** Reads a log for a window of whole days (UTC ms). What lies outside it only tells limits. */
export function readLog(window: { start: number; end: number }): LogReading {
  const limiters = new Map<string, Limiter>()
  const refused = new Map<string, RefusalReading & { counts: Record<Refusal, number> }>()
  const isIn = (at: number) => at >= window.start && at < window.end

  return {
    add(entry) {
      const key = { workspaceId: entry.workspaceId, model: entry.model }
      for (const level of entry.levels) {
        const reading = seen(limiters, key, level, entry.at)
        if (isIn(entry.at) && level.remaining !== null) note(reading, level, level.remaining, entry.at, window)
      }
      if (entry.refusal && isIn(entry.at)) count(refused, key, entry.refusal, entry.at)
    },
    limiters: () => [...limiters.values()].map(({ latest: _, ...reading }) => reading),
    refusals: () => [...refused.values()],
  }
}

function seen(limiters: Map<string, Limiter>, key: Key, { limiter, limit }: Level, at: number): Limiter {
  const id = JSON.stringify([key.workspaceId, key.model, limiter])
  const reading = limiters.get(id) ?? { ...key, limiter, limit, latest: at, use: null }
  if (at >= reading.latest) Object.assign(reading, { limit, latest: at })
  limiters.set(id, reading)
  return reading
}

/** `remaining` is rounded and can stand above the limit; use is never below nothing. */
function note(
  reading: Limiter,
  { limit }: Level,
  remaining: number,
  at: number,
  window: { start: number; end: number },
): void {
  const used = Math.max(0, limit - remaining)
  reading.use ??= {
    peak: used,
    at,
    lowestRemaining: remaining,
    minutes: new Float64Array((window.end - window.start) / MINUTE).fill(Number.NaN),
  }
  const { use } = reading
  if (used > use.peak || (used === use.peak && at < use.at)) Object.assign(use, { peak: used, at })
  use.lowestRemaining = Math.min(use.lowestRemaining, remaining)
  const minute = Math.floor((at - window.start) / MINUTE)
  const before = use.minutes[minute] ?? Number.NaN
  use.minutes[minute] = Number.isNaN(before) ? used : Math.max(before, used)
}

function count(
  refused: Map<string, RefusalReading & { counts: Record<Refusal, number> }>,
  key: Key,
  refusal: Refusal,
  at: number,
): void {
  const id = JSON.stringify([key.workspaceId, key.model])
  const none = Object.fromEntries(REFUSALS.map((kind) => [kind, 0])) as Record<Refusal, number>
  const reading = refused.get(id) ?? { ...key, counts: none, first: at, last: at }
  reading.counts[refusal]++
  refused.set(id, { ...reading, first: Math.min(reading.first, at), last: Math.max(reading.last, at) })
}

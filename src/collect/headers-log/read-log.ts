import { AuditError } from '../../errors.ts'
import { DAY, dayOf } from '../../vocabulary/use/window.ts'
import type { Entry } from './entry.ts'
import { addToDay, emptyDay, type LimiterKey, type LogDay, limiterId, modelId } from './log-day.ts'
import { limiterOver, type Reading, refusalsOver } from './window-reading.ts'

/** A log being read. */
export type LogReading = {
  add(entry: Entry): void
  /** From the first to the last response that was kept, UTC ms; null: none. */
  kept(): { first: number; last: number } | null
  /** What the log says of whole days, or of a part of one that nothing outside of was kept of. */
  over(window: { start: number; end: number }): Reading
}

/** As many days as a window may have, one more on either side. */
const MOST_DAYS = 33
const MOST_MODELS = 2_000

/**
 * Reads a log day by day, in any order. `keeps`: which moments are of interest; of others only the limits are kept, which
 * date the snapshot. Of more days than a window can have, the latest are kept. Throws AuditError where the log names more
 * models than there can be: then `model` holds something else.
 */
export function readLog(keeps: (at: number) => boolean): LogReading {
  const days = new Map<number, LogDay>()
  const latest = new Map<string, { key: LimiterKey; limit: number; at: number }>()
  const models = new Set<string>()

  return {
    add(entry) {
      models.add(modelId(entry))
      if (models.size > MOST_MODELS) throw tooManyModels(entry)
      for (const { limiter, limit } of entry.levels) {
        const key = { workspaceId: entry.workspaceId, model: entry.model, limiter }
        const id = limiterId(key)
        if (entry.at >= (latest.get(id)?.at ?? entry.at)) latest.set(id, { key, limit, at: entry.at })
      }
      if (keeps(entry.at)) addToDay(openDay(days, dayOf(entry.at)), entry, dayOf(entry.at))
      if (days.size > MOST_DAYS) days.delete(Math.min(...days.keys()))
    },
    kept() {
      const all = [...days.values()]
      if (all.length === 0) return null
      return { first: Math.min(...all.map(({ first }) => first)), last: Math.max(...all.map(({ last }) => last)) }
    },
    over(window) {
      const inside = [...days]
        .filter(([start]) => start + DAY > window.start && start < window.end)
        .sort(([a], [b]) => a - b)
      const sum = (of: (day: LogDay) => number) => inside.reduce((total, [, day]) => total + of(day), 0)
      return {
        responses: sum(({ responses }) => responses),
        withoutLimits: sum(({ withoutLimits }) => withoutLimits),
        limiters: [...latest].map(([id, { key, limit }]) => {
          const ofLimiter = inside.flatMap(([start, day]) => {
            const ofDay = day.limiters.get(id)
            return ofDay ? [{ start, ...ofDay }] : []
          })
          return { ...key, latest: limit, ...limiterOver(ofLimiter, window) }
        }),
        refusals: refusalsOver(
          inside.flatMap(([start, day]) => [...day.refused].map(([id, of]) => ({ id, start, of }))),
        ),
      }
    },
  }
}

function openDay(days: Map<number, LogDay>, start: number): LogDay {
  const day = days.get(start) ?? emptyDay()
  days.set(start, day)
  return day
}

function tooManyModels({ model }: Entry): AuditError {
  return new AuditError(
    `headers-log: the log names more than ${MOST_MODELS} models and workspaces, one of them ${JSON.stringify(model.slice(0, 60))}.`,
    { remedy: 'The key model must hold the model that was asked for, as docs/headers-log.md shows.' },
  )
}

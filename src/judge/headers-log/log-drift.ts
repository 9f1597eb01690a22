import type { LimiterReading } from '../../collect/headers-log/window-reading.ts'
import type { Consequence, Drift, LimitDrift } from '../../vocabulary/drift.ts'
import { MODEL_GROUP } from '../../vocabulary/groups.ts'
import { limitKey } from '../../vocabulary/limit-key.ts'
import type { Scope } from '../../vocabulary/scope.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'
import { isMeasured, type MeasuredVerdict, type Verdict } from '../../vocabulary/verdict.ts'
import { findDrift } from '../limits/find-drift.ts'
import { hasMoved, type Move, movesSince } from './seen-limits.ts'

/**
 * What differs from the committed snapshot (null: there is none), with what it does to the peak. A limit that moved within
 * the window gives each of its moves, with the time, in place of the one difference that is left of them.
 */
export function logDrift(
  before: Snapshot | null,
  after: Snapshot,
  readings: readonly LimiterReading[],
  scopeOf: (reading: LimiterReading) => Scope,
  verdicts: readonly Verdict[],
): Drift[] {
  const measured = new Map(verdicts.filter(isMeasured).map((row) => [limitKey(row), row]))
  const compared = before ? findDrift(before, after) : []
  const moved = readings.filter(hasMoved).flatMap((reading) => {
    const place = { scope: scopeOf(reading), group: { type: MODEL_GROUP, name: reading.model } }
    const committed = committedLimit(before, reading)
    return movesSince(committed, reading).map((move) => driftOf(place, reading.limiter, move))
  })
  const replaced = new Set(moved.map(limitKey))
  const kept = compared.filter((drift) => !('before' in drift && 'after' in drift && replaced.has(limitKey(drift))))
  return [...kept, ...moved].map((drift) =>
    'limiter' in drift ? { ...drift, consequence: consequenceOf(drift, measured.get(limitKey(drift))) } : drift,
  )
}

function driftOf(place: Pick<Drift, 'scope' | 'group'>, limiter: string, { before, after, at }: Move): LimitDrift {
  const seen = at === null ? {} : { at }
  if (place.scope.type === 'workspace') return { ...place, class: 'override-changed', limiter, before, after, ...seen }
  return { ...place, class: after > before ? 'raised' : 'cut', limiter, before, after, ...seen }
}

function committedLimit(before: Snapshot | null, { workspaceId, model, limiter }: LimiterReading): number | null {
  const groups =
    workspaceId === null ? before?.groups : before?.workspaces.find(({ id }) => id === workspaceId)?.overrides
  return groups?.find(({ type, name }) => type === MODEL_GROUP && name === model)?.limits[limiter] ?? null
}

function consequenceOf(drift: LimitDrift, verdict: MeasuredVerdict | undefined): Consequence {
  const peak = verdict?.peak ?? null
  const ratio = (limit: number | null) => (peak === null || !limit ? null : peak / limit)
  return {
    peak,
    before: ratio('before' in drift ? drift.before : null),
    after: ratio('after' in drift ? drift.after : null),
  }
}

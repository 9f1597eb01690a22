import type { LimiterReading } from '../../collect/headers-log/window-reading.ts'
import type { Consequence, Drift, LimitChange, Use } from '../../vocabulary/drift.ts'
import { MODEL_GROUP } from '../../vocabulary/limits/groups.ts'
import { limitKey } from '../../vocabulary/limits/limit-key.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import type { Scope } from '../../vocabulary/scope.ts'
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
    return movesSince(committed, reading).map((move) => changeOf(place, reading.limiter, move))
  })
  const replaced = new Set(moved.map(limitKey))
  const kept = compared.filter((change) => !('before' in change && 'after' in change && replaced.has(limitKey(change))))
  return [...kept, ...moved].map((change) => ({
    ...change,
    consequences: 'limiter' in change ? [consequenceOf(change, measured.get(limitKey(change)))] : [],
  }))
}

type SeenChange = LimitChange & { at?: number }

function changeOf(
  place: Pick<LimitChange, 'scope' | 'group'>,
  limiter: string,
  { before, after, at }: Move,
): SeenChange {
  const seen = at === null ? {} : { at }
  if (place.scope.type === 'workspace') return { ...place, class: 'override-changed', limiter, before, after, ...seen }
  return { ...place, class: after > before ? 'raised' : 'cut', limiter, before, after, ...seen }
}

function committedLimit(before: Snapshot | null, { workspaceId, model, limiter }: LimiterReading): number | null {
  const groups =
    workspaceId === null ? before?.groups : before?.workspaces.find(({ id }) => id === workspaceId)?.overrides
  return groups?.find(({ type, name }) => type === MODEL_GROUP && name === model)?.limits[limiter] ?? null
}

/** A log knows no groups: each limit is a model's own, and its peak the same before and after. */
function consequenceOf(change: LimitChange, verdict: MeasuredVerdict | undefined): Consequence {
  const { scope, group, limiter } = change
  const use = (limit: number | null) => useOf(limit, verdict?.peak ?? null)
  const before = use('before' in change ? change.before : null)
  return { scope, group, limiter, before, after: use('after' in change ? change.after : null) }
}

function useOf(limit: number | null, peak: number | null): Use {
  if (limit === null) return { kind: 'none' }
  if (peak === null || limit === 0)
    return { kind: 'unmeasured', limit, reason: 'no response in the window says what was left of this limit' }
  return { kind: 'measured', limit, peak, utilization: peak / limit }
}

import type { LimitsReading } from '../../collect/limits/limits.ts'
import type { Change } from '../../vocabulary/drift.ts'
import { type RateLimitGroup, sameGroup, type Workspace } from '../../vocabulary/limits/groups.ts'
import { type Snapshot, snapshotOf } from '../../vocabulary/limits/snapshot.ts'
import { counterparts, withModelsOf } from './counterparts.ts'
import { type JudgedLimiter, judgedLimiters } from './effective.ts'
import { findDrift } from './find-drift.ts'
import { type TouchedLimit, touchedLimits } from './touched-limits.ts'
import { chosenLimiters, chosenWorkspaces, type Wanted } from './wanted.ts'

/** Today's limits beside the committed ones. */
export type LimitsNow = {
  reading: LimitsReading
  committed: Snapshot | null
  /** The limits as they are now, in the snapshot's shape; what could not be read is kept from the given committed one. */
  snapshotBeside: (committed: Snapshot | null) => Snapshot
  /** The same beside `committed`. */
  current: Snapshot
  /** What differs from `committed`, and which limits each difference touches. */
  changes: readonly { change: Change; limits: readonly TouchedLimit[] }[]
  /** What gets a verdict: all of it, or what the inputs workspaces, models and group-types leave. */
  judged: readonly JudgedLimiter[]
  /** The groups of what is judged. */
  judgedGroups: readonly RateLimitGroup[]
  /** The workspaces that input `workspaces` leaves. */
  judgedWorkspaces: readonly Workspace[]
  active: readonly Workspace[]
}

/** Holds what was read against the committed snapshot. Throws AuditError where `wanted` names a model or a workspace that is not there. */
export function limitsNow(reading: LimitsReading, committedFile: Snapshot | null, wanted: Wanted): LimitsNow {
  const read = new Set(reading.workspaces.map(({ workspace }) => workspace.id))
  const active = reading.allWorkspaces.filter((workspace) => !workspace.archived)
  // A workspace that is gone or archived has no limits any more; one that could not be read keeps those it had.
  const isRead = (id: string) => read.has(id) || !active.some((workspace) => workspace.id === id)
  const snapshotBeside = (other: Snapshot | null) =>
    snapshotOf(reading.groups, reading.workspaces, { committed: other, isRead })
  const current = snapshotBeside(committedFile)
  const committed = committedFile && withModelsOf(current, committedFile)
  const judgedWorkspaces = chosenWorkspaces(reading.allWorkspaces, wanted.workspaces)
  const isJudged = ({ id }: { id: string }) => read.has(id) && judgedWorkspaces.some((workspace) => workspace.id === id)
  const ofThisRun = { groups: current.groups, workspaces: current.workspaces.filter(isJudged) }
  const judged = chosenLimiters(judgedLimiters(ofThisRun), reading.groups, wanted)
  return {
    reading,
    committed,
    snapshotBeside,
    current,
    changes: committed ? changesOf(committed, current) : [],
    judged,
    judgedGroups: current.groups.filter((group) => judged.some((limiter) => sameGroup(limiter.group, group))),
    judgedWorkspaces,
    active,
  }
}

function changesOf(before: Snapshot, after: Snapshot): LimitsNow['changes'] {
  const both = { before, after, between: counterparts(before, after) }
  return findDrift(before, after).map((change) => ({ change, limits: touchedLimits(change, both) }))
}

import type { LimitsReading } from '../../collect/limits/limits.ts'
import type { Change } from '../../vocabulary/drift.ts'
import { type RateLimitGroup, sameGroup, type Workspace } from '../../vocabulary/groups.ts'
import { type Snapshot, snapshotOf } from '../../vocabulary/snapshot.ts'
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
  const unread = new Set(reading.unreadable.map(({ workspace }) => workspace.id))
  const isRead = (id: string) => !unread.has(id)
  const snapshotBeside = (other: Snapshot | null) =>
    snapshotOf(reading.groups, reading.workspaces, { committed: other, isRead })
  const current = snapshotBeside(committedFile)
  const committed = committedFile && withModelsOf(current, committedFile)
  const judgedWorkspaces = chosenWorkspaces(reading.allWorkspaces, wanted.workspaces)
  const isJudged = ({ id }: { id: string }) => isRead(id) && judgedWorkspaces.some((workspace) => workspace.id === id)
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
    active: reading.allWorkspaces.filter((workspace) => !workspace.archived),
  }
}

function changesOf(before: Snapshot, after: Snapshot): LimitsNow['changes'] {
  const both = { before, after, between: counterparts(before, after) }
  return findDrift(before, after).map((change) => ({ change, limits: touchedLimits(change, both) }))
}

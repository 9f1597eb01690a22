import type { LimitsReading } from '../../collect/limits/limits.ts'
import { AuditError } from '../../errors.ts'
import type { Drift } from '../../vocabulary/drift.ts'
import { type RateLimitGroup, sameGroup, type Workspace } from '../../vocabulary/groups.ts'
import { type Snapshot, snapshotOf } from '../../vocabulary/snapshot.ts'
import { type JudgedLimiter, judgedLimiters } from './effective.ts'
import { findDrift } from './find-drift.ts'

/** Today's limits beside the committed ones. */
export type LimitsNow = {
  reading: LimitsReading
  committed: Snapshot | null
  /** The limits as they are now, in the snapshot's shape; what this run did not read is kept from the given committed one. */
  snapshotBeside: (committed: Snapshot | null) => Snapshot
  /** The same beside `committed`. */
  current: Snapshot
  drift: readonly Drift[]
  /** What gets a verdict: all of it, or what the inputs models and group-types leave. */
  judged: readonly JudgedLimiter[]
  /** The groups of what is judged. */
  judgedGroups: readonly RateLimitGroup[]
  active: readonly Workspace[]
}

type Wanted = { models: readonly string[]; groupTypes: readonly string[] }

/** Holds what was read against the committed snapshot. Throws AuditError where `wanted` names models that no group contains. */
export function limitsNow(reading: LimitsReading, committed: Snapshot | null, wanted: Wanted): LimitsNow {
  const read = new Set(reading.workspaces.map(({ workspace }) => workspace.id))
  const archived = new Set(reading.allWorkspaces.filter((workspace) => workspace.archived).map(({ id }) => id))
  const exists = new Set(reading.allWorkspaces.map(({ id }) => id))
  // A workspace that is gone or archived has no limits any more; one that was only not read keeps those it had.
  const isRead = (id: string) => read.has(id) || archived.has(id) || !exists.has(id)
  const snapshotBeside = (other: Snapshot | null) =>
    snapshotOf(reading.groups, reading.workspaces, { committed: other, isRead })
  const current = snapshotBeside(committed)
  const ofThisRun = { groups: current.groups, workspaces: current.workspaces.filter(({ id }) => read.has(id)) }
  const judged = chosen(judgedLimiters(ofThisRun), reading, wanted)
  return {
    reading,
    committed,
    snapshotBeside,
    current,
    drift: committed ? findDrift(committed, current) : [],
    judged,
    judgedGroups: current.groups.filter((group) => judged.some((limiter) => sameGroup(limiter.group, group))),
    active: reading.allWorkspaces.filter((workspace) => !workspace.archived),
  }
}

function chosen(judged: readonly JudgedLimiter[], { groups }: LimitsReading, { models, groupTypes }: Wanted) {
  const known = new Set(groups.flatMap((group) => group.models))
  const unknown = models.filter((model) => !known.has(model))
  if (unknown.length > 0)
    throw new AuditError(`Input models names what no rate-limit group contains: ${unknown.join(', ')}.`, {
      remedy: `Models and aliases with limits: ${[...known].join(', ')}.`,
    })
  return judged.filter(
    ({ group }) =>
      (models.length === 0 || group.models.some((model) => models.includes(model))) &&
      (groupTypes.length === 0 || groupTypes.includes(group.type)),
  )
}

import type { Lapse } from '../../vocabulary/lapse.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import type { Policy } from './policy-schema.ts'

/**
 * What came before this run, where that was asked. `isReported`: runs that failed have committed, and the snapshot is the
 * one from before them, because what they changed may not have been reported.
 */
export type Before = { lapse: Lapse | null; isReported: boolean }

/**
 * What the repository says. `read`: the snapshot, null before the first one, and the policy. `unread`: why the snapshot is
 * not known; nothing may be written over it, and the run fails. Its policy is null where that could not be read either.
 * `no-access`: this job keeps nothing in the repository (snapshot-mode none) and may not read it, which is no failure.
 */
export type Committed =
  | { kind: 'read'; snapshot: Snapshot | null; policy: Policy; before: Before | null }
  | { kind: 'unread'; error: string; policy: Policy | null }
  | { kind: 'no-access'; why: string }

/** The snapshot to compare with, null where there is none or none is known. */
export function snapshotIn(committed: Committed): Snapshot | null {
  return committed.kind === 'read' ? committed.snapshot : null
}

/** The policy to judge by: without one that could be read, the lines of the inputs hold. */
export function policyIn(committed: Committed): Policy {
  return committed.kind === 'no-access' ? NO_POLICY : (committed.policy ?? NO_POLICY)
}

/** The failure that the report must show, if there is one; it says whether the policy was applied. */
export function unreadFailures(committed: Committed): { resource: string; message: string }[] {
  if (committed.kind !== 'unread') return []
  const { error, policy } = committed
  return policy === null
    ? [{ resource: 'committed snapshot and policy', message: `The policy was not applied: ${error}` }]
    : [{ resource: 'committed snapshot', message: error }]
}

/** What it means for the verdicts that a job may not read the repository. */
export const NOTHING_COMPARED =
  'The policy, if there is one, was not applied, and the limits were compared with nothing.'

/** What holds where there is no policy file. */
export const NO_POLICY: Policy = { path: '', thresholds: [], mutes: [], expected: [], spendCap: null }

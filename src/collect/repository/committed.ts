import { describeError } from '../../errors.ts'
import type { Run } from '../../run.ts'
import { parseSnapshot, type Snapshot } from '../../vocabulary/limits/snapshot.ts'
import type { Files } from '../github/read.ts'
import { parsePolicy } from './policy.ts'
import { NO_POLICY, type Policy } from './policy-schema.ts'

/**
 * What the repository says. `read`: the snapshot, null before the first one, and the policy. `unread`: why the snapshot is
 * not known; nothing may be written over it, and the run fails. Its policy is null where that could not be read either.
 * `no-access`: this job keeps nothing in the repository (snapshot-mode none) and may not read it, which is no failure.
 */
export type Committed =
  | { kind: 'read'; snapshot: Snapshot | null; policy: Policy }
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

/**
 * What the files at `snapshot-path` and `policy-path` hold; a file that is not there is null or absent. A snapshot that is none
 * makes it `unread`. Throws an AuditError for a policy that is not valid: nobody can tell then what to judge by, nor what to
 * keep quiet about.
 */
export function committedIn(files: Files, { inputs, log }: Pick<Run, 'inputs' | 'log'>): Committed {
  const { path } = inputs.snapshot
  const text = files[path] ?? null
  log.info(text === null ? `There is no snapshot at ${path} yet.` : `The committed snapshot is ${path}.`)
  const policyText = files[inputs.policyPath] ?? null
  if (policyText !== null) log.info(`The policy is ${inputs.policyPath}.`)
  const policy = policyText === null ? NO_POLICY : parsePolicy(policyText, inputs.policyPath)
  try {
    return { kind: 'read', snapshot: text === null ? null : parseSnapshot(text, path), policy }
  } catch (error) {
    log.error(describeError(error), 'Committed snapshot')
    return { kind: 'unread', error: describeError(error), policy }
  }
}

/** What it means for the verdicts that a job may not read the repository. */
export const NOTHING_COMPARED =
  'The policy, if there is one, was not applied, and the limits were compared with nothing.'

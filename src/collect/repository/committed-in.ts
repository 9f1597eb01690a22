import { describeError } from '../../errors.ts'
import type { Run } from '../../run.ts'
import { parseSnapshot } from '../../vocabulary/limits/snapshot.ts'
import type { Files } from '../github/read.ts'
import { type Before, type Committed, NO_POLICY } from './committed.ts'

/**
 * What the files at `snapshot-path` and `policy-path` hold; a file that is not there is null or absent. A snapshot that is none
 * makes it `unread`. Throws an AuditError for a policy that is not valid: nobody can tell then what to judge by, nor what to
 * keep quiet about.
 */
export async function committedIn(
  files: Files,
  { inputs, log }: Pick<Run, 'inputs' | 'log'>,
  before: Before | null = null,
): Promise<Committed> {
  const { path } = inputs.snapshot
  const text = files[path] ?? null
  log.info(text === null ? `There is no snapshot at ${path} yet.` : `The committed snapshot is ${path}.`)
  const policyText = files[inputs.policyPath] ?? null
  if (policyText !== null) log.info(`The policy is ${inputs.policyPath}.`)
  const policy =
    policyText === null ? NO_POLICY : (await import('./policy.ts')).parsePolicy(policyText, inputs.policyPath)
  try {
    return { kind: 'read', snapshot: text === null ? null : parseSnapshot(text, path), policy, before }
  } catch (error) {
    log.error(describeError(error), 'Committed snapshot')
    return { kind: 'unread', error: describeError(error), policy }
  }
}

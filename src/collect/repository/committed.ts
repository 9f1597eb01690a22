import { AuditError, describeError } from '../../errors.ts'
import type { Run } from '../../run.ts'
import { parseSnapshot, type Snapshot } from '../../vocabulary/snapshot.ts'
import { createGitHub } from '../github/client.ts'
import { type Files, readFiles } from '../github/read.ts'
import { parsePolicy } from './policy.ts'
import { NO_POLICY, type Policy } from './policy-schema.ts'
import { readWorkspace } from './workspace.ts'

/** What the repository says: the snapshot, null before the first one, and the policy. With an error nothing may be written over it. */
export type Committed = { snapshot: Snapshot | null; policy: Policy; error: string | null }

/**
 * Reads the committed snapshot and the policy file from where this run would write the snapshot.
 * Without the snapshot the limits can still be judged, and an alert must not be lost over a broken file: its error is returned.
 * Throws an AuditError for a policy that is not valid: nobody can tell then what to judge by, nor what to keep quiet about.
 */
export async function readCommitted(run: Run): Promise<Committed> {
  const { inputs, log } = run
  const { path, mode } = inputs.snapshot
  let policyText: string | null = null
  const found: Omit<Committed, 'policy'> = { snapshot: null, error: null }
  try {
    const files = await read(run, [path, inputs.policyPath])
    policyText = files[inputs.policyPath] ?? null
    const text = files[path] ?? null
    log.info(text === null ? `There is no snapshot at ${path} yet.` : `The committed snapshot is ${path}.`)
    found.snapshot = text === null ? null : parseSnapshot(text, path)
  } catch (error) {
    // With snapshot-mode none nothing will be written: a repository that cannot be read is then only nothing to compare with.
    if (mode === 'none' && !(error instanceof AuditError && error.message.startsWith('The snapshot '))) {
      log.info(`No committed snapshot to compare with, and no policy: ${describeError(error)}`)
    } else {
      log.error(describeError(error), 'Committed snapshot')
      found.error = describeError(error)
    }
  }
  if (policyText !== null) log.info(`The policy is ${inputs.policyPath}.`)
  return { ...found, policy: policyText === null ? NO_POLICY : parsePolicy(policyText, inputs.policyPath) }
}

async function read({ deps, inputs }: Run, paths: readonly string[]): Promise<Files> {
  const { mode, base } = inputs.snapshot
  if (mode !== 'file') return (await readFiles(createGitHub(deps, inputs.githubToken), base, paths)).files
  const root = deps.env.GITHUB_WORKSPACE
  if (root) return readWorkspace(root, paths)
  throw new AuditError('snapshot-mode: file needs GITHUB_WORKSPACE, which is not set.', {
    remedy: 'The runner sets it; let actions/checkout run before this action.',
  })
}

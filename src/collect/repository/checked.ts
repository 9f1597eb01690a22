import type { Deps } from '../../deps.ts'
import { AuditError, describeError, type Place } from '../../errors.ts'
import type { CheckInputs } from '../../inputs/inputs.ts'
import { parseSnapshot, type Snapshot } from '../../vocabulary/limits/snapshot.ts'
import type { Policy } from './policy-schema.ts'
import { readWorkspace } from './workspace.ts'

/** One file of the pull request: not there, not valid, or what it says. `places`: where it is not valid. */
export type CheckedFile<T> =
  | { kind: 'absent'; path: string }
  | { kind: 'invalid'; path: string; error: string; places: readonly Place[] }
  | { kind: 'valid'; path: string; value: T }

export type Checked = { policy: CheckedFile<Policy>; snapshot: CheckedFile<Snapshot> }

/**
 * Policy and snapshot as the checked-out branch has them; nothing is asked of any service.
 * Throws AuditError where there is no workspace, or neither file in it: then nothing would have been checked.
 */
export async function readChecked({ env }: Pick<Deps, 'env'>, inputs: CheckInputs): Promise<Checked> {
  const { policyPath, snapshotPath } = inputs
  const remedy =
    'Let actions/checkout run before this action, and compare policy-path and snapshot-path with the repository.'
  const root = env.GITHUB_WORKSPACE
  if (!root) throw new AuditError('mode: check needs GITHUB_WORKSPACE, which is not set.', { remedy })
  const texts = await readWorkspace(root, [policyPath, snapshotPath])
  const { parsePolicy } = await import('./policy.ts')
  const policy = parsed(texts[policyPath] ?? null, policyPath, parsePolicy)
  const snapshot = parsed(texts[snapshotPath] ?? null, snapshotPath, parseSnapshot)
  if (policy.kind === 'absent' && snapshot.kind === 'absent')
    throw new AuditError(`Nothing was checked: the workspace has neither ${policyPath} nor ${snapshotPath}.`, {
      remedy,
    })
  return { policy, snapshot }
}

function parsed<T>(text: string | null, path: string, parse: (text: string, path: string) => T): CheckedFile<T> {
  if (text === null) return { kind: 'absent', path }
  try {
    return { kind: 'valid', path, value: parse(text, path) }
  } catch (error) {
    const places = error instanceof AuditError ? error.places : []
    return { kind: 'invalid', path, error: describeError(error), places }
  }
}

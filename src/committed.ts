import { AuditError, describeError } from './errors.ts'
import { createGitHub } from './github/client.ts'
import { type Files, readFiles } from './github/read.ts'
import { readWorkspace } from './github/workspace.ts'
import { parseSnapshot, type Snapshot } from './limits/snapshot.ts'
import type { Run } from './run.ts'

/** What the snapshot in the repository says: null before the first one. With an error nothing may be written over it. */
export type Committed = { snapshot: Snapshot | null; error: string | null }

/**
 * Reads the committed snapshot from where this run would write it.
 * Throws nothing: without it the limits can still be judged, and an alert must not be lost over a broken file.
 */
export async function readCommitted({ deps, inputs, log }: Run): Promise<Committed> {
  const { path, mode, base } = inputs.snapshot
  try {
    const files =
      mode === 'file'
        ? await readFromWorkspace(deps.env.GITHUB_WORKSPACE, path)
        : (await readFiles(createGitHub(deps, inputs.githubToken), base, [path])).files
    const text = files[path] ?? null
    log.info(text === null ? `There is no snapshot at ${path} yet.` : `The committed snapshot is ${path}.`)
    return { snapshot: text === null ? null : parseSnapshot(text, path), error: null }
  } catch (error) {
    // With snapshot-mode none nothing will be written: a repository that cannot be read is then only nothing to compare with.
    if (mode === 'none' && !(error instanceof AuditError && error.message.startsWith('The snapshot '))) {
      log.info(`No committed snapshot to compare with: ${describeError(error)}`)
      return { snapshot: null, error: null }
    }
    log.error(describeError(error), 'Committed snapshot')
    return { snapshot: null, error: describeError(error) }
  }
}

async function readFromWorkspace(root: string | undefined, path: string): Promise<Files> {
  if (root) return readWorkspace(root, [path])
  throw new AuditError('snapshot-mode: file needs GITHUB_WORKSPACE, which is not set.', {
    remedy: 'The runner sets it; let actions/checkout run before this action.',
  })
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AuditError, describeError } from './errors.ts'
import { readFiles } from './github/read.ts'
import { parseSnapshot, type Snapshot } from './limits/snapshot.ts'
import type { Run } from './run.ts'

/** What the snapshot in the repository says: null before the first one. With an error nothing may be written over it. */
export type Committed = { snapshot: Snapshot | null; error: string | null }

/**
 * Reads the committed snapshot from where this run would write it.
 * Throws nothing: without it the limits can still be judged, and an alert must not be lost over a broken file.
 */
export async function readCommitted({ deps, inputs, log, github }: Run): Promise<Committed> {
  const { path, mode, base } = inputs.snapshot
  try {
    const text =
      mode === 'file'
        ? await readWorkspaceFile(deps.env.GITHUB_WORKSPACE, path)
        : (await readFiles(github(), base, [path])).files[path]
    log.info(text ? `The committed snapshot is ${path}.` : `There is no snapshot at ${path} yet.`)
    return { snapshot: typeof text === 'string' ? parseSnapshot(text, path) : null, error: null }
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

async function readWorkspaceFile(workspace: string | undefined, path: string): Promise<string | null> {
  if (!workspace) {
    throw new AuditError('snapshot-mode file needs GITHUB_WORKSPACE, which is not set.', {
      remedy: 'Check the repository out before this step.',
    })
  }
  try {
    return await readFile(join(workspace, path), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new AuditError(`The snapshot ${path} could not be read from the workspace: ${describeError(error)}.`, {
      cause: error,
    })
  }
}

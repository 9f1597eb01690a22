import { AuditError, describeError } from '../../errors.ts'
import type { Run } from '../../run.ts'
import { type GitHub, gitHubOf, repositoryOf } from '../github/github-client.ts'
import { refusalOf } from '../github/github-refusals.ts'
import { type BranchFiles, type Files, readFiles } from '../github/read.ts'
import { type Before, type Committed, NOTHING_COMPARED } from './committed.ts'
import { committedIn } from './committed-in.ts'
import { readLapse } from './earlier-runs.ts'
import { isRerun, textBefore } from './own-commits.ts'
import { readWorkspace } from './workspace.ts'

/**
 * Reads the committed snapshot and the policy file from where this run would write the snapshot. Without them the limits
 * can still be judged, and an alert must not be lost over a broken file or an outage: then the result is `unread`.
 * Throws an AuditError for a policy that is not valid: nobody can tell then what to judge by, nor what to keep quiet about.
 */
export async function readCommitted(run: Run): Promise<Committed> {
  const { inputs, log } = run
  const found = await readFilesOf(run, [inputs.snapshot.path, inputs.policyPath])
  if (found.kind === 'no-access') {
    log.warning(`${found.why} ${NOTHING_COMPARED}`, 'Committed snapshot and policy')
    return found
  }
  if (found.kind === 'unread') {
    log.error(found.error, 'Committed snapshot and policy')
    return { ...found, policy: null }
  }
  return committedIn(found.files, run, found.before)
}

type FilesFound = { files: Files; before: Before | null }
type FilesRead =
  | ({ kind: 'files' } & FilesFound)
  | { kind: 'unread'; error: string }
  | Extract<Committed, { kind: 'no-access' }>

async function readFilesOf(run: Run, paths: readonly string[]): Promise<FilesRead> {
  const { deps, inputs } = run
  const keepsNothing = inputs.snapshot.mode === 'none'
  if (keepsNothing && repositoryOf(deps.env) === null)
    return { kind: 'no-access', why: 'There is no repository to read: GITHUB_REPOSITORY is not set.' }
  if (keepsNothing && inputs.githubToken === '')
    return { kind: 'no-access', why: 'There is no token to read the repository with: github-token is empty.' }
  try {
    return { kind: 'files', ...(await readPaths(run, paths)) }
  } catch (error) {
    const refusal = refusalOf(error)
    if (keepsNothing && refusal === 'empty') return { kind: 'files', files: {}, before: null }
    if (keepsNothing && (refusal === 'permission' || refusal === 'not-found'))
      return { kind: 'no-access', why: describeError(error) }
    return { kind: 'unread', error: describeError(error) }
  }
}

async function readPaths(run: Run, paths: readonly string[]): Promise<FilesFound> {
  const { deps, inputs } = run
  const { mode, base } = inputs.snapshot
  if (mode !== 'file') {
    const github = gitHubOf(run)
    const there = await readFiles(github, base, paths)
    return mode === 'commit' ? unreported(run, github, there) : { files: there.files, before: null }
  }
  const root = deps.env.GITHUB_WORKSPACE
  if (root) return { files: await readWorkspace(root, paths), before: null }
  throw new AuditError('snapshot-mode: file needs GITHUB_WORKSPACE, which is not set.', {
    remedy: 'The runner sets it; let actions/checkout run before this action.',
  })
}

/**
 * The files with the snapshot as it was before an earlier attempt, or runs that failed, committed it. The policy of now
 * holds: only what the action itself has written is as it was before.
 */
async function unreported(run: Run, github: GitHub, there: BranchFiles): Promise<FilesFound> {
  const { env } = run.deps
  const { path } = run.inputs.snapshot
  const lapse = await readLapse(run)
  const own = isRerun(env) && env.GITHUB_RUN_ID ? [env.GITHUB_RUN_ID] : []
  const failed = lapse?.kind === 'failed' ? lapse.runIds : []
  try {
    const before = await textBefore(github, there, path, [...own, ...failed])
    if (before === null) return { files: there.files, before: { lapse, isReported: false } }
    const who = failed.length > 0 ? 'A run that failed' : 'An earlier attempt of this run'
    run.log.info(`${who} has committed the snapshot: what that changed is reported again.`)
    return { files: { ...there.files, [path]: before.text }, before: { lapse, isReported: failed.length > 0 } }
  } catch (error) {
    if (own.length > 0) throw error
    run.log.warning(`Whether a run that failed has committed a change is not known: ${describeError(error)}`)
    return { files: there.files, before: { lapse, isReported: false } }
  }
}

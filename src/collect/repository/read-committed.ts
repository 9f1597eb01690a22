import { AuditError, describeError } from '../../errors.ts'
import type { Run } from '../../run.ts'
import { createGitHub, repositoryOf } from '../github/github-client.ts'
import { refusalOf } from '../github/github-refusals.ts'
import { type Files, readFiles } from '../github/read.ts'
import { type Committed, committedIn, NOTHING_COMPARED } from './committed.ts'
import { filesBefore } from './earlier-attempt.ts'
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
  return committedIn(found.files, run)
}

type FilesRead =
  | { kind: 'files'; files: Files }
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
    return { kind: 'files', files: await readPaths(run, paths) }
  } catch (error) {
    const refusal = refusalOf(error)
    if (keepsNothing && refusal === 'empty') return { kind: 'files', files: {} }
    if (keepsNothing && (refusal === 'permission' || refusal === 'not-found'))
      return { kind: 'no-access', why: describeError(error) }
    return { kind: 'unread', error: describeError(error) }
  }
}

async function readPaths({ deps, inputs, secrets, log }: Run, paths: readonly string[]): Promise<Files> {
  const { mode, base } = inputs.snapshot
  if (mode !== 'file') {
    const github = createGitHub({ ...deps, redact: secrets.redact }, inputs.githubToken)
    const there = await readFiles(github, base, paths)
    const before = mode === 'commit' ? await filesBefore(github, deps.env, there) : null
    if (before) log.info('An earlier attempt of this run has committed: what it changed is reported again.')
    // The policy of now holds: only what the run itself has written is as it was before.
    return { ...there.files, ...(before && { [inputs.snapshot.path]: before[inputs.snapshot.path] ?? null }) }
  }
  const root = deps.env.GITHUB_WORKSPACE
  if (root) return readWorkspace(root, paths)
  throw new AuditError('snapshot-mode: file needs GITHUB_WORKSPACE, which is not set.', {
    remedy: 'The runner sets it; let actions/checkout run before this action.',
  })
}

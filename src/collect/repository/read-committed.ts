import { AuditError, describeError } from '../../errors.ts'
import type { Run } from '../../run.ts'
import type { Lapse } from '../../vocabulary/lapse.ts'
import { parseSnapshot } from '../../vocabulary/limits/snapshot.ts'
import { createGitHub, type GitHub, repositoryOf } from '../github/github-client.ts'
import { refusalOf } from '../github/github-refusals.ts'
import { type BranchFiles, type Files, readFiles } from '../github/read.ts'
import { type Committed, NOTHING_COMPARED } from './committed.ts'
import { isRerun, textBefore } from './own-commits.ts'
import { parsePolicy } from './policy.ts'
import { NO_POLICY } from './policy-schema.ts'
import { readWorkspace } from './workspace.ts'

/** What came between the last run and this one, asked when it matters; throws nothing. */
export type AskLapse = () => Promise<Lapse | null>

/**
 * Reads the committed snapshot and the policy file from where this run would write the snapshot. Without them the limits
 * can still be judged, and an alert must not be lost over a broken file or an outage: then the result is `unread`.
 * Throws an AuditError for a policy that is not valid: nobody can tell then what to judge by, nor what to keep quiet about.
 */
export async function readCommitted(run: Run, lapse: AskLapse): Promise<Committed> {
  const { inputs, log } = run
  const { path } = inputs.snapshot
  const found = await readFilesOf(run, [path, inputs.policyPath], lapse)
  if (found.kind === 'no-access') {
    log.warning(`${found.why} ${NOTHING_COMPARED}`, 'Committed snapshot and policy')
    return found
  }
  if (found.kind === 'unread') {
    log.error(found.error, 'Committed snapshot and policy')
    return { ...found, policy: null }
  }
  const text = found.files[path] ?? null
  log.info(text === null ? `There is no snapshot at ${path} yet.` : `The committed snapshot is ${path}.`)
  const policyText = found.files[inputs.policyPath] ?? null
  if (policyText !== null) log.info(`The policy is ${inputs.policyPath}.`)
  const policy = policyText === null ? NO_POLICY : parsePolicy(policyText, inputs.policyPath)
  try {
    return { kind: 'read', snapshot: text === null ? null : parseSnapshot(text, path), policy, lapse: found.lapse }
  } catch (error) {
    log.error(describeError(error), 'Committed snapshot')
    return { kind: 'unread', error: describeError(error), policy }
  }
}

type FilesFound = { files: Files; lapse: Lapse | null }
type FilesRead =
  | ({ kind: 'files' } & FilesFound)
  | { kind: 'unread'; error: string }
  | Extract<Committed, { kind: 'no-access' }>

async function readFilesOf(run: Run, paths: readonly string[], lapse: AskLapse): Promise<FilesRead> {
  const { deps, inputs } = run
  const keepsNothing = inputs.snapshot.mode === 'none'
  if (keepsNothing && repositoryOf(deps.env) === null)
    return { kind: 'no-access', why: 'There is no repository to read: GITHUB_REPOSITORY is not set.' }
  if (keepsNothing && inputs.githubToken === '')
    return { kind: 'no-access', why: 'There is no token to read the repository with: github-token is empty.' }
  try {
    return { kind: 'files', ...(await readPaths(run, paths, lapse)) }
  } catch (error) {
    const refusal = refusalOf(error)
    if (keepsNothing && refusal === 'empty') return { kind: 'files', files: {}, lapse: null }
    if (keepsNothing && (refusal === 'permission' || refusal === 'not-found'))
      return { kind: 'no-access', why: describeError(error) }
    return { kind: 'unread', error: describeError(error) }
  }
}

async function readPaths(run: Run, paths: readonly string[], lapse: AskLapse): Promise<FilesFound> {
  const { deps, inputs, secrets } = run
  const { mode, base } = inputs.snapshot
  if (mode !== 'file') {
    const github = createGitHub({ ...deps, redact: secrets.redact }, inputs.githubToken)
    const there = await readFiles(github, base, paths)
    return mode === 'commit' ? unreported(run, github, there, lapse) : { files: there.files, lapse: null }
  }
  const root = deps.env.GITHUB_WORKSPACE
  if (root) return { files: await readWorkspace(root, paths), lapse: null }
  throw new AuditError('snapshot-mode: file needs GITHUB_WORKSPACE, which is not set.', {
    remedy: 'The runner sets it; let actions/checkout run before this action.',
  })
}

/**
 * The files with the snapshot as it was before an earlier attempt, or runs that failed, committed it. The policy of now
 * holds: only what the action itself has written is as it was before.
 */
async function unreported(run: Run, github: GitHub, there: BranchFiles, ask: AskLapse): Promise<FilesFound> {
  const { env } = run.deps
  const { path } = run.inputs.snapshot
  const lapse = await ask()
  const own = isRerun(env) && env.GITHUB_RUN_ID ? [env.GITHUB_RUN_ID] : []
  const failed = lapse?.kind === 'failed' ? lapse.runIds : []
  try {
    const before = await textBefore(github, there, path, [...own, ...failed])
    if (before === null) return { files: there.files, lapse: null }
    const who = failed.length > 0 ? 'A run that failed' : 'An earlier attempt of this run'
    run.log.info(`${who} has committed the snapshot: what that changed is reported again.`)
    return { files: { ...there.files, [path]: before.text }, lapse: failed.length > 0 ? lapse : null }
  } catch (error) {
    if (own.length > 0) throw error
    run.log.warning(`Whether a run that failed has committed a change is not known: ${describeError(error)}`)
    return { files: there.files, lapse: null }
  }
}

import { AuditError, describeError } from '../../errors.ts'
import type { Run } from '../../run.ts'
import { parseSnapshot, type Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { createGitHub, repositoryOf } from '../github/github-client.ts'
import { refusalOf } from '../github/github-refusals.ts'
import { type Files, readFiles } from '../github/read.ts'
import { filesBefore } from './earlier-attempt.ts'
import { parsePolicy } from './policy.ts'
import { NO_POLICY, type Policy } from './policy-schema.ts'
import { readWorkspace } from './workspace.ts'

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
 * Reads the committed snapshot and the policy file from where this run would write the snapshot. Without them the limits
 * can still be judged, and an alert must not be lost over a broken file or an outage: then the result is `unread`.
 * Throws an AuditError for a policy that is not valid: nobody can tell then what to judge by, nor what to keep quiet about.
 */
export async function readCommitted(run: Run): Promise<Committed> {
  const { inputs, log } = run
  const { path } = inputs.snapshot
  const found = await readFilesOf(run, [path, inputs.policyPath])
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
    return { kind: 'read', snapshot: text === null ? null : parseSnapshot(text, path), policy }
  } catch (error) {
    log.error(describeError(error), 'Committed snapshot')
    return { kind: 'unread', error: describeError(error), policy }
  }
}

/** What it means for the verdicts that a job may not read the repository. */
export const NOTHING_COMPARED =
  'The policy, if there is one, was not applied, and the limits were compared with nothing.'

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

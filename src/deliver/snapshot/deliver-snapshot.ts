import { createGitHub, type GitHubDeps } from '../../collect/github/github-client.ts'
import { readFiles } from '../../collect/github/read.ts'
import { readWorkspace } from '../../collect/repository/workspace.ts'
import { AuditError } from '../../errors.ts'
import type { PullRequestOutcome, SnapshotOutcome } from '../../vocabulary/snapshot-outcome.ts'
import { type Change, commitFiles, type Made, type Plan } from './commit.ts'
import type { People } from './people.ts'
import { proposeFiles } from './propose.ts'
import { writeWorkspace } from './write-workspace.ts'

export type SnapshotDelivery = People & {
  mode: 'commit' | 'pull-request' | 'file'
  /** Nothing is written; the outcome's `note` says what would have been. */
  dryRun: boolean
  /** The snapshot's path: whether it was there decides between `created` and `updated`. */
  path: string
  /** Other files that go with the snapshot, in the same commit. */
  otherPaths?: readonly string[]
  /** Branch the snapshot lives on; null: the default branch. */
  base: string | null
  /** Head branch of the pull request. */
  branch: string
  plan: Plan
  warn: (message: string) => void
}

/**
 * Brings the snapshot to where `mode` wants it and says what became of it. `plan` is asked what to write for the files as
 * they are, again after each race. Throws AuditError, with the remedy where GitHub refuses.
 */
export async function deliverSnapshot(
  deps: GitHubDeps,
  token: string,
  delivery: SnapshotDelivery,
): Promise<SnapshotOutcome> {
  const { mode, path, otherPaths = [] } = delivery
  const paths = [path, ...otherPaths]
  switch (mode) {
    case 'file':
      return deliverFile(deps, delivery, paths)
    case 'commit':
      return deliverCommit(deps, token, delivery, paths)
    case 'pull-request':
      return deliverPullRequest(deps, token, delivery, paths)
  }
}

async function deliverFile(
  { env }: GitHubDeps,
  delivery: SnapshotDelivery,
  paths: readonly string[],
): Promise<SnapshotOutcome> {
  const root = env.GITHUB_WORKSPACE
  if (!root)
    throw new AuditError('snapshot-mode: file needs GITHUB_WORKSPACE, which is not set.', {
      remedy: 'The runner sets it; let actions/checkout run before this action.',
    })
  const { path } = delivery
  const proposal = delivery.plan(await readWorkspace(root, paths))
  if (proposal === null) return unchanged(delivery)
  if (delivery.dryRun) return rehearsed(delivery, `Dry run: it would have written ${listed(proposal)}.`)
  await writeWorkspace(root, proposal.files)
  return holds(proposal, path)
    ? { operation: 'written', path, commit: null, pullRequest: null, note: null }
    : unchanged(delivery, broughtUpToDate(proposal))
}

async function deliverCommit(
  deps: GitHubDeps,
  token: string,
  delivery: SnapshotDelivery,
  paths: readonly string[],
): Promise<SnapshotOutcome> {
  const { base, plan, dryRun } = delivery
  const github = createGitHub(deps, token)
  if (dryRun) {
    const { branch, files } = await readFiles(github, base, paths)
    const proposal = plan(files)
    if (proposal === null) return unchanged(delivery)
    const { headline } = proposal.message
    return rehearsed(delivery, `Dry run: it would have committed ${listed(proposal)} to ${branch}: "${headline}".`)
  }
  const made = await commitFiles(github, { branch: base, paths, plan })
  return made ? commitOutcome(delivery, made) : unchanged(delivery)
}

async function deliverPullRequest(
  deps: GitHubDeps,
  token: string,
  delivery: SnapshotDelivery,
  paths: readonly string[],
): Promise<SnapshotOutcome> {
  const { path, base, branch, plan, dryRun, warn, labels, reviewers, assignees } = delivery
  const people = { labels, reviewers, assignees }
  const github = createGitHub(deps, token)
  const { made, pull, note } = await proposeFiles(github, { base, branch, paths, plan, people, dryRun, warn })
  if (dryRun) return rehearsed(delivery, note, pull)
  if (made) return commitOutcome(delivery, made, pull, note)
  return { operation: 'unchanged', path, commit: null, pullRequest: pull, note }
}

/** A commit of the snapshot with what goes with it, or only of the latter: then the snapshot is as it was. */
function commitOutcome(
  { path }: SnapshotDelivery,
  { commit, proposal, before }: Made,
  pullRequest: PullRequestOutcome | null = null,
  note: string | null = null,
): SnapshotOutcome {
  if (holds(proposal, path)) {
    return { operation: before[path] == null ? 'created' : 'updated', path, commit, pullRequest, note }
  }
  const notes = [broughtUpToDate(proposal), note].filter(Boolean).join(' ')
  return { operation: 'unchanged', path, commit, pullRequest, note: notes }
}

function unchanged({ path }: SnapshotDelivery, note: string | null = null): SnapshotOutcome {
  return { operation: 'unchanged', path, commit: null, pullRequest: null, note }
}

function rehearsed(
  { path }: SnapshotDelivery,
  note: string | null,
  pullRequest: PullRequestOutcome | null = null,
): SnapshotOutcome {
  return { operation: 'skipped', because: 'dry-run', path, commit: null, pullRequest, note }
}

const holds = ({ files }: Change, wanted: string) => files.some(({ path }) => path === wanted)
const listed = ({ files }: Change) => files.map(({ path }) => path).join(' and ')
const broughtUpToDate = (change: Change) => `${listed(change)} is brought up to date.`

import { createGitHub } from '../../collect/github/client.ts'
import { type Files, readFiles } from '../../collect/github/read.ts'
import { readWorkspace, writeWorkspace } from '../../collect/repository/workspace.ts'
import type { Deps } from '../../deps.ts'
import { AuditError } from '../../errors.ts'
import type { SnapshotOutcome } from '../../report/report.ts'
import { commitFiles, type Plan, type Proposal } from './commit.ts'
import type { People } from './people.ts'
import { proposeFiles } from './propose.ts'
import type { Rendered } from './pulls.ts'

export type SnapshotDelivery = People & {
  mode: 'commit' | 'pull-request' | 'file' | 'none'
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
  render: (proposal: Proposal) => Rendered
  warn: (message: string) => void
}

type DeliverDeps = Pick<Deps, 'fetch' | 'env' | 'now' | 'sleep' | 'random'>

/**
 * Brings the snapshot to where `mode` wants it and tells what became of it. `plan` is asked what to write for the files as
 * they are, again after each race. Throws AuditError, with the remedy where GitHub refuses.
 */
export async function deliverSnapshot(
  deps: DeliverDeps,
  token: string,
  delivery: SnapshotDelivery,
): Promise<SnapshotOutcome> {
  const { mode, path, otherPaths = [] } = delivery
  const paths = [path, ...otherPaths]
  switch (mode) {
    case 'none':
      return outcome(delivery, 'skipped', {
        note: 'snapshot-mode is none: the limits are compared, nothing is written.',
      })
    case 'file':
      return deliverFile(deps, delivery, paths)
    case 'commit':
      return deliverCommit(deps, token, delivery, paths)
    case 'pull-request':
      return deliverPullRequest(deps, token, delivery, paths)
  }
}

async function deliverFile({ env }: DeliverDeps, delivery: SnapshotDelivery, paths: readonly string[]) {
  const root = env.GITHUB_WORKSPACE
  if (!root)
    throw new AuditError('snapshot-mode: file needs GITHUB_WORKSPACE, which is not set.', {
      remedy: 'The runner sets it; let actions/checkout run before this action.',
    })
  const before = await readWorkspace(root, paths)
  const proposal = delivery.plan(before)
  if (proposal === null) return outcome(delivery, 'unchanged')
  if (delivery.dryRun)
    return outcome(delivery, 'skipped', { note: `Dry run: it would have written ${listed(proposal)}.` })
  await writeWorkspace(root, proposal.files)
  return settled(delivery, before, 'written')
}

async function deliverCommit(
  deps: DeliverDeps,
  token: string,
  delivery: SnapshotDelivery,
  paths: readonly string[],
): Promise<SnapshotOutcome> {
  const { base, plan, dryRun } = delivery
  const github = createGitHub(deps, token)
  if (dryRun) {
    const { branch, files } = await readFiles(github, base, paths)
    const proposal = plan(files)
    if (proposal === null) return outcome(delivery, 'unchanged')
    const note = `Dry run: it would have committed ${listed(proposal)} to ${branch}: "${proposal.headline}".`
    return outcome(delivery, 'skipped', { note })
  }
  const { commit, before } = await commitFiles(github, { branch: base, paths, plan })
  return commit
    ? settled(delivery, before, before[delivery.path] == null ? 'created' : 'updated', { commit })
    : outcome(delivery, 'unchanged')
}

async function deliverPullRequest(
  deps: DeliverDeps,
  token: string,
  delivery: SnapshotDelivery,
  paths: readonly string[],
): Promise<SnapshotOutcome> {
  const { path, base, branch, plan, render, dryRun, warn, labels, reviewers, assignees } = delivery
  const people = { labels, reviewers, assignees }
  const github = createGitHub(deps, token)
  const proposed = await proposeFiles(github, { base, branch, paths, plan, render, people, dryRun, warn })
  const { commit, pull: pullRequest, note, before } = proposed
  if (commit) {
    const operation = before[path] == null ? 'created' : 'updated'
    return settled(delivery, before, operation, { commit, pullRequest, note })
  }
  return outcome(delivery, dryRun ? 'skipped' : 'unchanged', { pullRequest, note })
}

/** What was written over `before`: the snapshot with what goes with it, or only the latter, and then the snapshot is as it was. */
function settled(
  delivery: SnapshotDelivery,
  before: Files,
  operation: 'created' | 'updated' | 'written',
  rest: Partial<SnapshotOutcome> = {},
): SnapshotOutcome {
  const proposal = delivery.plan(before)
  if (!proposal || proposal.files.some(({ path }) => path === delivery.path)) return outcome(delivery, operation, rest)
  const note = [`${listed(proposal)} is brought up to date.`, rest.note].filter(Boolean).join(' ')
  return outcome(delivery, 'unchanged', { ...rest, note })
}

const listed = ({ files }: Proposal) => files.map(({ path }) => path).join(' and ')

function outcome(
  { path }: SnapshotDelivery,
  operation: SnapshotOutcome['operation'],
  rest: Partial<SnapshotOutcome> = {},
): SnapshotOutcome {
  return { operation, path, commit: null, pullRequest: null, note: null, ...rest }
}

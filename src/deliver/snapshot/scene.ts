import type { GitHub } from '../../collect/github/github-client.ts'
import {
  type BranchFiles,
  type Files,
  readFiles,
  readFilesAt,
  readHead,
  readRepository,
} from '../../collect/github/read.ts'
import { AuditError } from '../../errors.ts'
import { type History, readHistory } from './branch.ts'
import type { Change, Plan, Proposal } from './commit.ts'
import { findPull, type Pull } from './pulls.ts'

/** The pull request's branch: its tip, and what it has that base has not. */
type Branch = { tip: string; history: History }

/** All that is looked at before anything is done about the pull request. A branch that is null does not exist. */
export type Scene = {
  repositoryId: string
  base: BranchFiles
  pull: Pull | null
} /** Base holds what it should; the files of the branch do not matter then, and were not read. */ & (
  | { proposal: null; branch: Branch | null }
  | { proposal: Proposal; branch: (Branch & { files: Files }) | null }
)

/**
 * What is to be done with the branch.
 * `withdraw`: base holds it all, the pull request is closed. `sweep`: so is the branch that nobody asks to merge.
 * `keep`: the branch is right. `rebuild`: one commit of ours on base's tip, whatever of ours was there.
 * `append`: the branch holds a person's commits, so nothing of it may be rewritten; `change` is what it lacks.
 */
export type Decision =
  | { kind: 'nothing' }
  | { kind: 'withdraw'; pull: Pull; branch: Branch | null }
  | { kind: 'sweep'; tip: string }
  | { kind: 'keep'; proposal: Proposal; tip: string }
  | { kind: 'rebuild'; proposal: Proposal; change: Change; tip: string | null }
  | { kind: 'append'; proposal: Proposal; change: Change; tip: string }

type Question = { base: string | null; branch: string; paths: readonly string[]; plan: Plan }

/** Reads base, the branch and the pull request. Throws AuditError. */
export async function look(github: GitHub, { base: wanted, branch: name, paths, plan }: Question): Promise<Scene> {
  const { id: repositoryId, defaultBranch } = await readRepository(github)
  const base = await readFiles(github, wanted ?? defaultBranch, paths)
  if (base.branch === name)
    throw new AuditError(`A pull request from "${name}" into "${base.branch}" leads nowhere.`, {
      remedy: 'Set `branch` to a name of its own, or snapshot-mode: commit.',
    })
  const [tip, pull] = await Promise.all([readHead(github, name), findPull(github, name, base.branch)])
  const branch = tip === null ? null : { tip, history: await readHistory(github, base.head, tip) }
  const proposal = plan(base.files)
  const seen = { repositoryId, base, pull }
  if (proposal === null) return { ...seen, proposal, branch }
  if (branch === null) return { ...seen, proposal, branch }
  const files = await readFilesAt(github, branch.tip, paths)
  const updated = pull?.ours ? plan(base.files, files) : null
  return { ...seen, proposal: updated ?? proposal, branch: { ...branch, files } }
}

/** Decides; reads more where it takes it. Throws AuditError. */
export async function decide(github: GitHub, paths: readonly string[], scene: Scene): Promise<Decision> {
  const { base, pull } = scene
  if (scene.proposal === null) {
    if (pull?.ours) return { kind: 'withdraw', pull, branch: scene.branch }
    const { tip = null, history } = scene.branch ?? {}
    // A branch without a pull request: it could not be opened, or it has been merged by a squash.
    const isLeftOver = pull === null && tip !== null && history?.kind === 'ours' && history.commits > 0
    return isLeftOver ? { kind: 'sweep', tip } : { kind: 'nothing' }
  }
  const { proposal, branch } = scene
  // A commit's seal names the files it changes, so the others must not be in it.
  const changed = proposal.files.filter(({ path, text }) => base.files[path] !== text)
  const change = { files: changed, message: proposal.message }
  if (branch === null) return { kind: 'rebuild', proposal, change, tip: null }
  const { tip, history } = branch
  const missing = missingFiles(base.files, branch.files, proposal)
  if (history.kind === 'theirs') {
    if (missing.length === 0) return { kind: 'keep', proposal, tip }
    return { kind: 'append', proposal, change: { files: missing, message: proposal.message }, tip }
  }
  const rebuild = { kind: 'rebuild', proposal, change, tip } as const
  if (missing.length > 0 || history.commits === 0) return rebuild
  // Where base has changed the same files since, the pull request would conflict, or show changes that are none.
  const then = history.mergeBase === base.head ? base.files : await readFilesAt(github, history.mergeBase, paths)
  return paths.every((path) => then[path] === base.files[path]) ? { kind: 'keep', proposal, tip } : rebuild
}

/** What the branch lacks of the proposal. A file that the proposal leaves alone is to be as base has it. */
function missingFiles(base: Files, there: Files, proposal: Proposal): Change['files'] {
  const wanted = new Map(proposal.files.map(({ path, text }) => [path, text]))
  for (const [path, text] of Object.entries(base)) if (text !== null && !wanted.has(path)) wanted.set(path, text)
  return [...wanted].filter(([path, text]) => there[path] !== text).map(([path, text]) => ({ path, text }))
}

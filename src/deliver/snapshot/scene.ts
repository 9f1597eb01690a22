import type { GitHub } from '../../collect/github/client.ts'
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
import type { Plan, Proposal } from './commit.ts'
import { findPull, type Pull } from './pulls.ts'

/** All that is looked at before anything is done about the pull request. */
export type Scene = {
  repositoryId: string
  base: BranchFiles
  /** Null: base holds what it should. */
  proposal: Proposal | null
  /** Tip of the pull request's branch and what it has that base has not; null: there is no such branch. */
  tip: string | null
  history: History | null
  /** What the branch holds; read only where there is something to propose. */
  there: Files | null
  pull: Pull | null
}

/**
 * What is to be done with the branch.
 * `withdraw`: base holds it all, the pull request is closed. `sweep`: so is the branch that nobody asks to merge.
 * `keep`: the branch is right. `rebuild`: one commit of ours on base's tip, whatever of ours was there.
 * `append`: the branch holds a person's commits, so nothing of it may be rewritten.
 */
export type Step = 'nothing' | 'withdraw' | 'sweep' | 'keep' | 'rebuild' | 'append'

type Question = { base: string | null; branch: string; paths: readonly string[]; plan: Plan }

/** Reads base, the branch and the pull request. Throws AuditError. */
export async function look(github: GitHub, { base: wanted, branch, paths, plan }: Question): Promise<Scene> {
  const { id: repositoryId, defaultBranch } = await readRepository(github)
  const base = await readFiles(github, wanted ?? defaultBranch, paths)
  if (base.branch === branch)
    throw new AuditError(`A pull request from "${branch}" into "${base.branch}" leads nowhere.`, {
      remedy: 'Set `branch` to a name of its own, or snapshot-mode: commit.',
    })
  const [tip, pull] = await Promise.all([readHead(github, branch), findPull(github, branch, base.branch)])
  const history = tip === null ? null : await readHistory(github, base.head, tip)
  const proposal = plan(base.files)
  const there = proposal === null || tip === null ? null : await readFilesAt(github, tip, paths)
  return { repositoryId, base, proposal, tip, history, there, pull }
}

/** What the branch lacks of the proposal. A file that the proposal leaves alone is to be as base has it. */
export function missing({ base, there }: Scene, proposal: Proposal): Proposal['files'] {
  const wanted = new Map(proposal.files.map(({ path, text }) => [path, text]))
  for (const [path, text] of Object.entries(base.files)) if (text !== null && !wanted.has(path)) wanted.set(path, text)
  return [...wanted].filter(([path, text]) => there?.[path] !== text).map(([path, text]) => ({ path, text }))
}

/** Decides; reads more where it takes it. Throws AuditError. */
export async function decide(github: GitHub, paths: readonly string[], scene: Scene): Promise<Step> {
  const { base, proposal, tip, history, pull } = scene
  if (proposal === null) {
    if (pull?.ours) return 'withdraw'
    // A branch without a pull request: it could not be opened, or it has been merged by a squash.
    return pull === null && history?.ours && history.ahead > 0 ? 'sweep' : 'nothing'
  }
  if (tip === null || history === null) return 'rebuild'
  const complete = missing(scene, proposal).length === 0
  if (!history.ours) return complete ? 'keep' : 'append'
  if (!complete || history.ahead === 0 || history.mergeBase === null) return 'rebuild'
  // Where base has changed the same files since, the pull request would conflict, or show changes that are none.
  const then = history.mergeBase === base.head ? base.files : await readFilesAt(github, history.mergeBase, paths)
  return paths.every((path) => then[path] === base.files[path]) ? 'keep' : 'rebuild'
}

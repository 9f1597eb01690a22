import type { GitHub } from '../../collect/github/client.ts'
import type { Files } from '../../collect/github/read.ts'
import { GitHubError, refusalOf } from '../../collect/github/refusals.ts'
import { AuditError, describeError } from '../../errors.ts'
import { moveBranches, rebuildBranch } from './branch.ts'
import {
  type Commit,
  commitOnBranch,
  findCommit,
  MOST_TRIES,
  type Plan,
  type Proposal,
  pause,
  tooManyRaces,
  type Unsettled,
} from './commit.ts'
import { addPeople, type People } from './people.ts'
import { closePull, comment, compareUrl, openPull, type Pull, type Rendered, updatePull } from './pulls.ts'
import { decide, look, missing, type Scene, type Step } from './scene.ts'

export type ProposeOptions = {
  /** Null: the default branch. */
  base: string | null
  /** The pull request's head: one fixed branch. */
  branch: string
  paths: readonly string[]
  plan: Plan
  render: (proposal: Proposal) => Rendered
  people: People
  dryRun: boolean
  warn: (message: string) => void
}

export type Proposed = {
  commit: Commit | null
  pull: {
    operation: 'created' | 'updated' | 'closed' | 'none' | 'branch-only'
    number: number | null
    url: string | null
  }
  note: string | null
  /** What base held. */
  before: Files
}

/** What this run has done so far, over all its tries. */
type Run = { commit: Commit | null; unsettled: Unsettled | null }

/**
 * Brings the pull request to what base should become: opened, updated in place, or closed with its branch removed where base
 * holds it all. The branch is rewritten only while every commit on it is ours, and only if it still is where we saw it; a
 * person's commit is built upon. Where something moves in between, all is read and decided again, at most 5 times.
 * Throws AuditError; a refusal by a rule or a permission ends it at once.
 */
export async function proposeFiles(github: GitHub, options: ProposeOptions): Promise<Proposed> {
  const run: Run = { commit: null, unsettled: null }
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const scene = await look(github, options)
    const step = await decide(github, options.paths, scene)
    if (options.dryRun) return rehearsed(options, scene, step)
    const done = await act(github, options, scene, step, run)
    if (done !== 'moved') return { ...done, before: scene.base.files }
    await pause(github, tries)
  }
  throw tooManyRaces(github, options.branch)
}

type Done = Omit<Proposed, 'before'>

async function act(
  github: GitHub,
  options: ProposeOptions,
  scene: Scene,
  step: Step,
  run: Run,
): Promise<Done | 'moved'> {
  const { repositoryId, proposal, tip, pull } = scene
  if (step === 'withdraw' && pull) return withdraw(github, options, scene, pull)
  if (step === 'sweep') {
    const gone = await moveBranches(github, repositoryId, [{ branch: options.branch, from: tip, to: null }])
    if (!gone) return 'moved'
  }
  if (proposal === null) return { commit: null, pull: untouched(pull), note: null }
  const commit = await commitStep(github, options, scene, proposal, step, run)
  if (commit === 'moved') return 'moved'
  run.commit = commit
  return showPull(github, options, scene, options.render(proposal), commit)
}

async function commitStep(
  github: GitHub,
  { branch }: ProposeOptions,
  scene: Scene,
  proposal: Proposal,
  step: Step,
  run: Run,
): Promise<Commit | null | 'moved'> {
  const { repositoryId, base, tip } = scene
  if (step === 'keep') return run.commit ?? (run.unsettled && tip ? findCommit(github, run.unsettled, tip) : null)
  if (step === 'append' && tip !== null) {
    const made = await commitOnBranch(github, branch, tip, { ...proposal, files: missing(scene, proposal) })
    if (made === 'unknown') run.unsettled = { head: tip, proposal }
    return typeof made === 'object' ? made : 'moved'
  }
  // A commit's seal names the files it changes, so the others must not be in it.
  const files = proposal.files.filter(({ path, text }) => base.files[path] !== text)
  const place = { branch, tip, base: base.head }
  return (await rebuildBranch(github, repositoryId, place, { ...proposal, files })) ?? 'moved'
}

/** Opens the pull request for the branch as it is now, or brings its text up to date. */
async function showPull(
  github: GitHub,
  { branch, people, warn }: ProposeOptions,
  { base, pull }: Scene,
  text: Rendered,
  commit: Commit | null,
): Promise<Done | 'moved'> {
  if (pull) {
    const changed = pull.ours && (await updatePull(github, pull, text))
    const note = pull.ours
      ? null
      : `Pull request #${pull.number} was opened by somebody else from ${branch}: its text is left alone.`
    return { commit, pull: { ...untouched(pull), operation: changed || commit ? 'updated' : 'none' }, note }
  }
  try {
    const { number, url } = await openPull(github, branch, base.branch, text)
    await addPeople(github, number, people, warn)
    return { commit, pull: { operation: 'created', number, url }, note: null }
  } catch (error) {
    if (refusalOf(error) === 'may-not-open') {
      const url = compareUrl(github, branch, base.branch, text.title)
      const note = `This token may not open pull requests; the change waits on branch ${branch}, open it by hand: ${url}. ${remedyOf(error)}`
      return { commit, pull: { operation: 'branch-only', number: null, url }, note }
    }
    // Base took the same change since we looked.
    if (error instanceof GitHubError && /no commits between/i.test(error.said)) return 'moved'
    throw error
  }
}

const remedyOf = (error: unknown) => (error instanceof AuditError ? error.remedy : undefined) ?? ''

function untouched(pull: Pull | null): Proposed['pull'] {
  return { operation: 'none', number: pull?.number ?? null, url: pull?.url ?? null }
}

/** Base holds it all: the pull request is closed, and its branch removed unless it holds what is not ours. */
async function withdraw(
  github: GitHub,
  { branch, warn }: ProposeOptions,
  { repositoryId, base, tip, history }: Scene,
  pull: Pull,
): Promise<Done> {
  await closePull(github, pull)
  const kept = `Branch ${branch} is kept, because it holds commits that are not this action's.`
  let note: string | null = history?.ours ? null : kept
  if (tip !== null && history?.ours) {
    try {
      const gone = await moveBranches(github, repositoryId, [{ branch, from: tip, to: null }])
      if (!gone) note = kept
    } catch (error) {
      note = `Branch ${branch} could not be removed: ${describeError(error)}`
    }
  }
  const why = `The limits are again what \`${base.branch}\` holds, so there is nothing left to review.`
  await comment(github, pull, `${why}${note ? ` ${note}` : ''}`).catch((error: unknown) =>
    warn(`Pull request #${pull.number} is closed without a comment: ${describeError(error)}`),
  )
  return { commit: null, pull: { operation: 'closed', number: pull.number, url: pull.url }, note }
}

function rehearsed({ branch }: ProposeOptions, { base, proposal, pull }: Scene, step: Step): Proposed {
  const into = `the pull request from ${branch} into ${base.branch}`
  const update = pull ? `updated ${into} (#${pull.number})` : `opened ${into}`
  const would: Record<Step, string> = {
    nothing: `changed nothing: ${base.branch} holds these limits`,
    withdraw: `closed ${into} (#${pull?.number}): ${base.branch} holds these limits`,
    sweep: `removed branch ${branch}: ${base.branch} holds these limits`,
    keep: `left branch ${branch} as it is, and ${update}`,
    rebuild: `committed "${proposal?.headline}" to ${branch} and ${update}`,
    append: `committed "${proposal?.headline}" on top of what others have on ${branch}, and ${update}`,
  }
  return { commit: null, pull: untouched(pull), note: `Dry run: it would have ${would[step]}.`, before: base.files }
}

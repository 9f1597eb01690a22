import type { GitHub } from '../../collect/github/github-client.ts'
import { GitHubError, refusalOf } from '../../collect/github/github-refusals.ts'
import { AuditError, describeError } from '../../errors.ts'
import type { MadeCommit, PullRequestOutcome } from '../../vocabulary/snapshot-outcome.ts'
import { moveBranches, rebuildBranch } from './branch.ts'
import {
  commitOnBranch,
  findCommit,
  type Made,
  MOST_TRIES,
  type Plan,
  type Proposal,
  pause,
  tooManyRaces,
  type Unsettled,
} from './commit.ts'
import { addPeople, type People } from './people.ts'
import { keyOf, missingIn, newBody, updatedText, withMissing } from './pull-text.ts'
import { closePull, comment, compareUrl, openPull, type Pull, updatePull } from './pulls.ts'
import { type Decision, decide, look, type Scene } from './scene.ts'

export type ProposeOptions = {
  /** Null: the default branch. */
  base: string | null
  /** The pull request's head: one fixed branch. */
  branch: string
  paths: readonly string[]
  plan: Plan
  people: People
  dryRun: boolean
  warn: (message: string) => void
}

/** What became of the pull request, and the commit of this run, where it made one. */
export type Proposed = {
  made: Made | null
  pull: PullRequestOutcome
  note: string | null
}

/** What this run has committed so far, over all its tries. */
type Progress = { commit: MadeCommit | null; unsettled: Unsettled | null }

/**
 * Brings the pull request to what base should become: opened, updated in place, or closed with its branch removed where base
 * holds it all. The branch is rewritten only while every commit on it is ours, and only if it still is where we saw it; a
 * person's commit is built upon. Where something moves in between, all is read and decided again, at most 5 times.
 * Throws AuditError; a refusal by a rule or a permission ends it at once.
 */
export async function proposeFiles(github: GitHub, options: ProposeOptions): Promise<Proposed> {
  const progress: Progress = { commit: null, unsettled: null }
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const scene = await look(github, options)
    const decision = await decide(github, options.paths, scene)
    if (options.dryRun) return rehearsed(options, scene, decision)
    const done = await carryOut(github, options, scene, decision, progress)
    if (done !== 'moved') return done
    await pause(github, tries)
  }
  throw tooManyRaces(github, options.branch)
}

async function carryOut(
  github: GitHub,
  options: ProposeOptions,
  scene: Scene,
  decision: Decision,
  progress: Progress,
): Promise<Proposed | 'moved'> {
  switch (decision.kind) {
    case 'nothing':
      return { made: null, pull: untouched(scene.pull), note: null }
    case 'sweep': {
      const removal = { branch: options.branch, from: decision.tip, to: null }
      const gone = await moveBranches(github, scene.repositoryId, [removal])
      return gone ? { made: null, pull: untouched(scene.pull), note: null } : 'moved'
    }
    case 'withdraw':
      return withdraw(github, options, scene, decision)
    case 'keep':
    case 'rebuild':
    case 'append': {
      const commit = await makeCommit(decision, github, options, scene, progress)
      if (commit === 'moved') return 'moved'
      progress.commit = commit
      const { proposal } = decision
      const shown = await showPull(github, options, scene, proposal, commit !== null)
      if (shown === 'moved') return 'moved'
      return { ...shown, made: commit && { commit, proposal, before: scene.base.files } }
    }
  }
}

/** The commit that this run has made for the decision, null where none was needed. */
async function makeCommit(
  decision: Extract<Decision, { proposal: Proposal }>,
  github: GitHub,
  { branch }: ProposeOptions,
  { repositoryId, base }: Scene,
  progress: Progress,
): Promise<MadeCommit | null | 'moved'> {
  switch (decision.kind) {
    case 'keep':
      return progress.commit ?? (progress.unsettled && findCommit(github, progress.unsettled, decision.tip))
    case 'append': {
      const { tip, change } = decision
      const made = await commitOnBranch(github, branch, tip, change)
      if (made === 'unknown') progress.unsettled = { head: tip, change }
      return typeof made === 'object' ? made : 'moved'
    }
    case 'rebuild': {
      const place = { branch, tip: decision.tip, base: base.head }
      return (await rebuildBranch(github, repositoryId, place, decision.change)) ?? 'moved'
    }
  }
}

type Shown = Pick<Proposed, 'pull' | 'note'>

/** Opens the pull request for the branch as it is now, or brings its text up to date. */
async function showPull(
  github: GitHub,
  { branch, people, warn }: ProposeOptions,
  { base, pull }: Scene,
  proposal: Proposal,
  hasCommit: boolean,
): Promise<Shown | 'moved'> {
  const { pullRequest: text } = proposal
  const key = keyOf(proposal, base.files)
  if (pull) return refreshPull(github, { people, warn, branch }, pull, proposal, { key, hasCommit })
  try {
    const opened = await openPull(github, branch, base.branch, { title: text.title, body: newBody(text, key) })
    await greet(github, opened, people, warn)
    return { pull: { operation: 'created', number: opened.number, url: opened.url }, note: null }
  } catch (error) {
    // Base took the same change since we looked.
    if (error instanceof GitHubError && /no commits between/i.test(error.said)) return 'moved'
    const url = compareUrl(github, branch, base.branch, text.title)
    const mayNot = refusalOf(error) === 'may-not-open'
    const why = mayNot ? 'This token may not open pull requests' : 'The pull request could not be opened'
    const note = `${why}; the change waits on branch ${branch}, open it by hand: ${url}. ${remedyOf(error)}`.trim()
    return { pull: { operation: 'branch-only', number: null, url, error: mayNot ? null : describeError(error) }, note }
  }
}

/** Brings an open pull request up to date. What is pushed is reported as pushed, whatever becomes of the text. */
async function refreshPull(
  github: GitHub,
  { people, warn, branch }: Pick<ProposeOptions, 'people' | 'warn' | 'branch'>,
  pull: Pull,
  proposal: Proposal,
  { key, hasCommit }: { key: string; hasCommit: boolean },
): Promise<Shown> {
  const { number, url } = pull
  if (!pull.ours) {
    const note = `Pull request #${number} was opened by somebody else from ${branch}: its text is left alone.`
    return { pull: { operation: hasCommit ? 'updated' : 'none', number, url }, note }
  }
  const changed = updatedText(pull, proposal.pullRequest, key)
  const left = await addPeople(github, number, missingIn(pull.body, people), warn)
  const { title, body } = changed ?? pull
  const wanted = { title, body: withMissing(body, left) }
  let note: string | null = null
  if (changed || wanted.body !== body)
    try {
      await updatePull(github, pull, wanted)
    } catch (error) {
      if (!hasCommit) throw error
      note = `The change is pushed to branch ${branch}, but the text of pull request #${number} could not be brought up to date: ${describeError(error)}`
      warn(note)
    }
  return { pull: { operation: changed || hasCommit ? 'updated' : 'none', number, url }, note }
}

/** Labels and people for a new pull request; whom GitHub does not take is remembered in it. Throws nothing. */
async function greet(github: GitHub, pull: Pull, people: People, warn: (message: string) => void): Promise<void> {
  const body = withMissing(pull.body, await addPeople(github, pull.number, people, warn))
  if (body === pull.body) return
  await updatePull(github, pull, { title: pull.title, body }).catch((error: unknown) =>
    warn(`Pull request #${pull.number} does not remember what it is without: ${describeError(error)}`),
  )
}

const remedyOf = (error: unknown) => (error instanceof AuditError ? error.remedy : undefined) ?? ''

function untouched(pull: Pull | null): PullRequestOutcome {
  return pull
    ? { operation: 'none', number: pull.number, url: pull.url }
    : { operation: 'none', number: null, url: null }
}

/** Base holds it all: the pull request is closed, and its branch removed unless it holds what is not ours. */
async function withdraw(
  github: GitHub,
  { branch: name, warn }: ProposeOptions,
  { repositoryId, base }: Scene,
  { pull, branch }: Extract<Decision, { kind: 'withdraw' }>,
): Promise<Proposed> {
  await closePull(github, pull)
  const kept = `Branch ${name} is kept, because it holds commits that are not this action's.`
  let note: string | null = branch?.history.kind === 'theirs' ? kept : null
  if (branch?.history.kind === 'ours') {
    try {
      const gone = await moveBranches(github, repositoryId, [{ branch: name, from: branch.tip, to: null }])
      if (!gone) note = kept
    } catch (error) {
      note = `Branch ${name} could not be removed: ${describeError(error)}`
    }
  }
  const why = `The limits are again what \`${base.branch}\` holds, so there is nothing left to review.`
  await comment(github, pull, `${why}${note ? ` ${note}` : ''}`).catch((error: unknown) =>
    warn(`Pull request #${pull.number} is closed without a comment: ${describeError(error)}`),
  )
  return { made: null, pull: { operation: 'closed', number: pull.number, url: pull.url }, note }
}

function rehearsed({ branch }: ProposeOptions, { base, pull }: Scene, decision: Decision): Proposed {
  return {
    made: null,
    pull: untouched(pull),
    note: `Dry run: it would have ${wouldHave(decision, { base: base.branch, branch, pull })}.`,
  }
}

function wouldHave(decision: Decision, { base, branch, pull }: { base: string; branch: string; pull: Pull | null }) {
  const into = `the pull request from ${branch} into ${base}`
  const update = pull ? `updated ${into} (#${pull.number})` : `opened ${into}`
  switch (decision.kind) {
    case 'nothing':
      return `changed nothing: ${base} holds these limits`
    case 'withdraw':
      return `closed ${into} (#${decision.pull.number}): ${base} holds these limits`
    case 'sweep':
      return `removed branch ${branch}: ${base} holds these limits`
    case 'keep':
      return `left branch ${branch} as it is, and ${update}`
    case 'rebuild':
      return `committed "${decision.change.message.headline}" to ${branch} and ${update}`
    case 'append':
      return `committed "${decision.change.message.headline}" on top of what others have on ${branch}, and ${update}`
  }
}

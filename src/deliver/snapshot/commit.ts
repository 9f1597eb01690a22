import * as z from 'zod'
import type { GitHub } from '../../collect/github/github-client.ts'
import { isInDoubt, type Refusal, refusalOf } from '../../collect/github/github-refusals.ts'
import { type Files, readFiles } from '../../collect/github/read.ts'
import { AuditError } from '../../errors.ts'
import type { PullRequestText } from '../../tell/pull-request/pull-request.ts'
import type { MadeCommit } from '../../vocabulary/snapshot-outcome.ts'

/** What one commit brings: whole files, and its message. */
export type Change = {
  files: readonly { path: string; text: string }[]
  message: { headline: string; body: string }
}

/** A change, and the pull request that would propose it. */
export type Proposal = Change & { pullRequest: PullRequestText }

/**
 * From what the branch holds to what it should hold; null where that is the same. Pure: it is asked again after a race.
 * `proposed`: the files on the branch of a pull request that is open already.
 */
export type Plan = (files: Files, proposed?: Files) => Proposal | null

/** `moved`: the branch has another tip, nothing was committed. `unknown`: GitHub gave no usable answer. Both: read again. */
export type Attempt = MadeCommit | 'moved' | 'unknown'

/** A try without an answer: which commit it would have become. */
export type Unsettled = { head: string; change: Change }

export const messageText = ({ headline, body }: Change['message']): string => `${headline}\n\n${body}`

/** A run gives up when the branch has moved under its hands so many times. */
export const MOST_TRIES = 5

/** The branch has another tip, or is gone. */
const MOVED: ReadonlySet<Refusal | undefined> = new Set(['stale', 'not-found'])

const COMMIT = `mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid url signature { isValid } } }
}`
const commitSchema = z.object({
  data: z.object({
    createCommitOnBranch: z.object({
      commit: z.object({
        oid: z.string(),
        url: z.string(),
        signature: z.object({ isValid: z.boolean() }).nullable(),
      }),
    }),
  }),
})
const comparisonSchema = z.object({
  commits: z.array(
    z.object({
      sha: z.string(),
      html_url: z.string(),
      parents: z.array(z.object({ sha: z.string() })),
      commit: z.object({ message: z.string(), verification: z.object({ verified: z.boolean() }).optional() }),
    }),
  ),
})

/**
 * Commits a proposal on top of `head`, which must be the branch's tip: GitHub refuses any other and signs what it takes.
 * Throws GitHubError for every refusal.
 */
export async function commitOnBranch(
  github: GitHub,
  branch: string,
  head: string,
  { files, message }: Change,
): Promise<Attempt> {
  const input = {
    branch: { repositoryNameWithOwner: `${github.owner}/${github.repo}`, branchName: branch },
    expectedHeadOid: head,
    message,
    fileChanges: {
      additions: files.map(({ path, text }) => ({ path, contents: Buffer.from(text).toString('base64') })),
    },
  }
  try {
    const { data } = await github.mutate('createCommitOnBranch', COMMIT, input, commitSchema)
    const { oid, url, signature } = data.createCommitOnBranch.commit
    return { sha: oid, url, verified: signature?.isValid ?? false }
  } catch (error) {
    if (MOVED.has(refusalOf(error))) return 'moved'
    if (isInDoubt(error)) return 'unknown'
    throw error
  }
}

/**
 * What became of a try without an answer: its commit, if that is between its head and `tip`. It is known by its words and
 * by standing on that very head, alone: the same words elsewhere are another's commit. Throws GitHubError.
 */
export async function findCommit(github: GitHub, { head, change }: Unsettled, tip: string): Promise<MadeCommit | null> {
  if (head === tip) return null
  const { commits } = await github.rest(
    'GET',
    '/compare/{basehead}',
    { basehead: `${head}...${tip}` },
    comparisonSchema,
  )
  const wanted = words(messageText(change.message))
  const found = commits.find(
    ({ parents, commit }) => parents.length === 1 && parents[0]?.sha === head && words(commit.message) === wanted,
  )
  return found ? { sha: found.sha, url: found.html_url, verified: found.commit.verification?.verified ?? false } : null
}

/** A commit of this run: what it brought, and the files it was planned from. */
export type Made = { commit: MadeCommit; proposal: Proposal; before: Files }

/** A message as far as it matters: git and GitHub may trim it. */
export const words = (message: string): string => message.replace(/\s+/g, ' ').trim()

/** Full jitter below a bound that doubles, in milliseconds: two runs that race must not stay in step. */
export const pause = ({ sleep, random }: GitHub, tries: number): Promise<void> => sleep(random() * 500 * 2 ** tries)

/**
 * Commits what `plan` makes of the branch's files straight to the branch (null: the default one). Head and files are read
 * together; where the branch moves in between, everything is read and planned again, at most 5 times.
 * Null where the branch holds it all already. Throws AuditError; a refusal by a rule or a permission ends it at once.
 */
export async function commitFiles(
  github: GitHub,
  { branch: wanted, paths, plan }: { branch: string | null; paths: readonly string[]; plan: Plan },
): Promise<Made | null> {
  let unsettled: (Unsettled & Omit<Made, 'commit'>) | null = null
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const { branch, head, files } = await readFiles(github, wanted, paths)
    const proposal = plan(files)
    if (proposal === null) {
      const commit = unsettled && (await findCommit(github, unsettled, head))
      return unsettled && commit ? { commit, proposal: unsettled.proposal, before: unsettled.before } : null
    }
    const made = await commitOnBranch(github, branch, head, proposal)
    if (typeof made === 'object') return { commit: made, proposal, before: files }
    if (made === 'unknown') unsettled = { head, change: proposal, proposal, before: files }
    await pause(github, tries)
  }
  throw tooManyRaces(github, wanted ?? 'the default branch')
}

export function tooManyRaces(github: GitHub, branch: string): AuditError {
  const inDoubt = github.lastInDoubt()
  return new AuditError(
    inDoubt
      ? `${branch} could not be committed to in ${MOST_TRIES} tries. ${inDoubt.message}`
      : `${branch} could not be committed to in ${MOST_TRIES} tries: it moved each time.`,
    {
      remedy:
        inDoubt?.remedy ??
        'Run the job again, at a time when less is pushed; a `concurrency` group keeps two runs apart.',
      cause: inDoubt,
    },
  )
}

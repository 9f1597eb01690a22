import * as z from 'zod'
import type { GitHub } from '../../collect/github/github-client.ts'
import { isInDoubt, refusalOf } from '../../collect/github/github-refusals.ts'
import { readHead } from '../../collect/github/read.ts'
import type { MadeCommit } from '../../vocabulary/snapshot-outcome.ts'
import { type Change, commitOnBranch, findCommit, MOST_TRIES, pause, type Unsettled } from './commit.ts'
import { hasTrailer, isSealed, sealChange } from './trailer.ts'

/** More commits than this on the pull request's branch are not ours: we keep it at one. */
const MOST_OF_OURS = 5
const NO_REF = '0'.repeat(40)

const comparisonSchema = z.object({
  ahead_by: z.int(),
  merge_base_commit: z.object({ sha: z.string() }),
  commits: z.array(z.object({ sha: z.string(), commit: z.object({ message: z.string() }) })),
})
const commitSchema = z.object({
  parents: z.array(z.object({ sha: z.string() })),
  commit: z.object({ message: z.string() }),
  files: z.array(z.object({ filename: z.string(), sha: z.string().nullable(), status: z.string() })).optional(),
})
const UPDATE_REFS = 'mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }'
const updateSchema = z.object({ data: z.object({ updateRefs: z.unknown() }) })

/**
 * What a branch has that base has not. `ours`: every such commit is one we made, so that nothing of anybody's is lost with
 * it. `theirs`: one is not, or the branch has nothing in common with base.
 */
export type History = { kind: 'ours'; commits: number; mergeBase: string } | { kind: 'theirs' }

/** Compares a tip with a commit of base. Throws GitHubError. */
export async function readHistory(github: GitHub, base: string, tip: string): Promise<History> {
  let compared: z.infer<typeof comparisonSchema>
  try {
    compared = await github.rest('GET', '/compare/{basehead}', { basehead: `${base}...${tip}` }, comparisonSchema)
  } catch (error) {
    // No common ancestor: someone put something else there.
    if (refusalOf(error) === 'not-found') return { kind: 'theirs' }
    throw error
  }
  const { ahead_by: ahead, merge_base_commit, commits } = compared
  const claimed =
    ahead <= MOST_OF_OURS && commits.length === ahead && commits.every(({ commit }) => hasTrailer(commit.message))
  if (!claimed) return { kind: 'theirs' }
  const sealed = await Promise.all(commits.map(({ sha }) => isOurs(github, sha)))
  return sealed.every(Boolean) ? { kind: 'ours', commits: ahead, mergeBase: merge_base_commit.sha } : { kind: 'theirs' }
}

async function isOurs(github: GitHub, sha: string): Promise<boolean> {
  const { parents, commit, files = [] } = await github.rest('GET', '/commits/{ref}', { ref: sha }, commitSchema)
  const [parent, ...more] = parents
  if (parent === undefined || more.length > 0) return false
  const blobs = files.map((file) => ({ path: file.filename, oid: file.sha ?? '' }))
  return isSealed({ parent: parent.sha, message: commit.message, blobs })
}

/** Where a branch is to be moved from and to; null is "no such branch". */
type Move = { branch: string; from: string | null; to: string | null }

/**
 * Moves branches all or none, each only if it still is where we saw it: what somebody pushed in between is never lost.
 * False: one has moved. Throws GitHubError.
 */
export async function moveBranches(github: GitHub, repositoryId: string, moves: readonly Move[]): Promise<boolean> {
  const refUpdates = moves.map(({ branch, from, to }) => ({
    name: `refs/heads/${branch}`,
    beforeOid: from ?? NO_REF,
    afterOid: to ?? NO_REF,
    force: true,
  }))
  for (let tries = 1; ; tries++) {
    try {
      await github.mutate('updateRefs', UPDATE_REFS, { repositoryId, refUpdates }, updateSchema)
      return true
    } catch (error) {
      // GitHub does not document what it says of a value that is not the expected one, so the branches are asked.
      const tips = await Promise.all(moves.map(({ branch }) => readHead(github, branch)))
      if (tips.every((tip, at) => tip === moves[at]?.to)) return true
      if (tips.some((tip, at) => tip !== moves[at]?.from)) return false
      // Nothing has moved: it may be asked again, for it moves only what is where we saw it.
      if (!isInDoubt(error) || tries === MOST_TRIES) throw error
    }
    await pause(github, tries)
  }
}

/**
 * Puts one commit of ours on top of `base` and the branch onto it, whatever it held (`tip`, null where it is new).
 * The commit is made on a scratch branch: GitHub closes a pull request whose branch equals base, if only for a moment.
 * Null: something moved; look again. Throws AuditError.
 */
export async function rebuildBranch(
  github: GitHub,
  repositoryId: string,
  { branch, tip, base }: { branch: string; tip: string | null; base: string },
  change: Change,
): Promise<MadeCommit | null> {
  const beside = scratchName(github, branch)
  if (!(await moveBranches(github, repositoryId, [{ branch: beside, from: null, to: base }]))) return null
  let at: string | null = base
  try {
    const sealed = sealChange(change, base)
    const made = await commitOnBranch(github, beside, base, sealed)
    const commit = made === 'unknown' ? await landed(github, beside, { head: base, change: sealed }) : made
    if (commit === null || commit === 'moved') return null
    at = commit.sha
    const done = await moveBranches(github, repositoryId, [
      { branch, from: tip, to: commit.sha },
      { branch: beside, from: commit.sha, to: null },
    ])
    if (done) at = null
    return done ? commit : null
  } finally {
    // Only at the commit we made. Where this fails, what went wrong before matters more.
    if (at !== null) await moveBranches(github, repositoryId, [{ branch: beside, from: at, to: null }]).catch(() => {})
  }
}

/** A name that nobody has: a branch of a colleague's must never be taken for ours. */
function scratchName({ random }: GitHub, branch: string): string {
  return `${branch}-scratch-${Math.floor(random() * 36 ** 8)
    .toString(36)
    .padStart(8, '0')}`
}

async function landed(github: GitHub, branch: string, unsettled: Unsettled): Promise<MadeCommit | null> {
  const tip = await readHead(github, branch)
  return tip === null ? null : findCommit(github, unsettled, tip)
}

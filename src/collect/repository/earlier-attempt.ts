import * as z from 'zod'
import type { Deps } from '../../deps.ts'
import type { GitHub } from '../github/github-client.ts'
import { type BranchFiles, type Files, readFilesAt } from '../github/read.ts'

/**
 * A run that is run again, because its first attempt committed a change and could not report it: the second is to say what
 * the first would have said, and so compares with what was there before the first.
 */

type Env = Deps['env']

const commitSchema = z.object({
  parents: z.array(z.object({ sha: z.string() })),
  commit: z.object({ message: z.string() }),
})

/** The line by which a run knows a commit of its own, of whatever attempt; null where the runner gives no ID. */
export function runTrailer({ GITHUB_RUN_ID: id }: Env): string | null {
  return id ? `Audit-Run: ${id}` : null
}

/** Whether this is not the first attempt of its run ("Re-run jobs"). */
export function isRerun({ GITHUB_RUN_ATTEMPT: attempt }: Env): boolean {
  return Number(attempt) > 1
}

/**
 * The files as they were before this run: those of the branch, or where its tip is a commit of an earlier attempt, those
 * of that commit's parent. Null: there is no such commit. Throws GitHubError.
 */
export async function filesBefore(github: GitHub, env: Env, { head, files }: BranchFiles): Promise<Files | null> {
  const trailer = runTrailer(env)
  if (!isRerun(env) || trailer === null) return null
  const { parents, commit } = await github.rest('GET', '/commits/{ref}', { ref: head }, commitSchema)
  const [parent, ...more] = parents
  const isOwn = commit.message.split('\n').some((line) => line.trim() === trailer)
  if (!isOwn || parent === undefined || more.length > 0) return null
  return readFilesAt(github, parent.sha, Object.keys(files))
}

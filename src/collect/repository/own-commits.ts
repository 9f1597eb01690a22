import * as z from 'zod'
import type { Deps } from '../../deps.ts'
import type { GitHub } from '../github/github-client.ts'
import { type BranchFiles, readFilesAt } from '../github/read.ts'

/**
 * A run can commit a change and fail before it has reported it. The next attempt, or the next run, is to say what that one
 * would have said, and so compares with what was there before its commit.
 */

type Env = Deps['env']

const commitsSchema = z.array(
  z.object({
    parents: z.array(z.object({ sha: z.string() })),
    commit: z.object({ message: z.string() }),
  }),
)

const trailerOf = (runId: string): string => `Audit-Run: ${runId}`

/** The line by which a run knows a commit of its own, of whatever attempt; null where the runner gives no ID. */
export function runTrailer({ GITHUB_RUN_ID: id }: Env): string | null {
  return id ? trailerOf(id) : null
}

/** Whether this is not the first attempt of its run ("Re-run jobs"). */
export function isRerun({ GITHUB_RUN_ATTEMPT: attempt }: Env): boolean {
  return Number(attempt) > 1
}

/** As many commits of one file in a row are looked at: more runs do not fail unseen. */
const MOST_COMMITS = 30

/**
 * A file as it was before the runs with these IDs committed it, where the newest commits of it are theirs; its `text` is
 * null where there was none. Null: its newest commit is another's, or no run is named. Throws GitHubError.
 */
export async function textBefore(
  github: GitHub,
  { head }: Pick<BranchFiles, 'head'>,
  path: string,
  runIds: readonly string[],
): Promise<{ text: string | null } | null> {
  if (runIds.length === 0) return null
  const parameters = { sha: head, path, per_page: MOST_COMMITS }
  const commits = await github.rest('GET', '/commits', parameters, commitsSchema)
  const trailers = new Set(runIds.map(trailerOf))
  const isTheirs = ({ parents, commit }: (typeof commits)[number]) =>
    parents.length === 1 && commit.message.split('\n').some((line) => trailers.has(line.trim()))
  const firstOfOthers = commits.findIndex((commit) => !isTheirs(commit))
  const theirs = firstOfOthers < 0 ? commits : commits.slice(0, firstOfOthers)
  const parent = theirs.at(-1)?.parents[0]
  if (parent === undefined) return null
  const files = await readFilesAt(github, parent.sha, [path])
  return { text: files[path] ?? null }
}

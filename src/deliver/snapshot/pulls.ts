import * as z from 'zod'
import { type GitHub, WHATEVER } from '../../collect/github/github-client.ts'
import { GitHubError, isInDoubt, refusalOf } from '../../collect/github/github-refusals.ts'
import { PULL_REQUEST_MARKER as MARKER, type PullRequestText } from '../../tell/pull-request/pull-request.ts'
import { pause } from './commit.ts'
import { bodyToFill } from './pull-text.ts'

export type Pull = { number: number; url: string; title: string; body: string; ours: boolean }

const pullSchema = z.object({
  number: z.int(),
  html_url: z.string(),
  title: z.string(),
  body: z.string().nullable(),
  head: z.object({ ref: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
})

function toPull({ number, html_url: url, title, body }: z.infer<typeof pullSchema>): Pull {
  return { number, url, title, body: body ?? '', ours: body?.includes(MARKER) ?? false }
}

/**
 * The open pull request from `branch` of this very repository into `base`: ours (by its marker) if there is one, else
 * one that somebody else opened from our branch. A fork's branch of the same name is none. Throws GitHubError.
 */
export async function findPull(github: GitHub, branch: string, base: string): Promise<Pull | null> {
  const query = { state: 'open', head: `${github.owner}:${branch}`, base, per_page: 100 }
  const found = await github.rest('GET', '/pulls', query, z.array(pullSchema))
  const fullName = `${github.owner}/${github.repo}`.toLowerCase()
  const pulls = found
    .filter(({ head }) => head.ref === branch && head.repo?.full_name.toLowerCase() === fullName)
    .map(toPull)
  return pulls.find(({ ours }) => ours) ?? pulls[0] ?? null
}

/** GitHub may not know yet what was just pushed, or asks for patience. */
const NOT_YET = /head.*invalid|invalid.*head|submitted too quickly|not all refs are readable/i
const MOST_TRIES = 4

/**
 * Opens a pull request, with patience: just after a push GitHub has answered 404, 422 "head invalid", "submitted too
 * quickly" and 502. Where one may be there all the same, or another run was first, it is looked for. Throws GitHubError.
 */
export async function openPull(github: GitHub, branch: string, base: string, text: PullRequestText): Promise<Pull> {
  for (let tries = 1; ; tries++) {
    try {
      return toPull(await github.rest('POST', '/pulls', { ...text, head: branch, base }, pullSchema))
    } catch (error) {
      const mayBeThere = isInDoubt(error) || (error instanceof GitHubError && /already exists/i.test(error.said))
      const found = mayBeThere ? await findPull(github, branch, base) : null
      if (found) return found
      if (!isNotYet(error) || tries === MOST_TRIES) throw error
    }
    await pause(github, tries)
  }
}

function isNotYet(error: unknown): boolean {
  return (
    isInDoubt(error) || refusalOf(error) === 'not-found' || (error instanceof GitHubError && NOT_YET.test(error.said))
  )
}

/** Sets title and body. Throws GitHubError. */
export async function updatePull(github: GitHub, { number }: Pull, { title, body }: PullRequestText): Promise<void> {
  await github.rest('PATCH', '/pulls/{pull_number}', { pull_number: number, title, body }, WHATEVER)
}

/** Closes a pull request. Throws GitHubError. */
export async function closePull(github: GitHub, { number }: Pull): Promise<void> {
  await github.rest('PATCH', '/pulls/{pull_number}', { pull_number: number, state: 'closed' }, WHATEVER)
}

/** Says something under a pull request. Throws GitHubError. */
export async function comment(github: GitHub, { number }: Pull, body: string): Promise<void> {
  await github.rest('POST', '/issues/{issue_number}/comments', { issue_number: number, body }, WHATEVER)
}

/** A page on which a person opens the pull request by one click; the marker makes it ours from then on. */
export function compareUrl({ serverUrl, owner, repo }: GitHub, branch: string, base: string, title: string): string {
  const path = [base, branch].map((name) => encodeURIComponent(name).replaceAll('%2F', '/')).join('...')
  const query = new URLSearchParams({ quick_pull: '1', title, body: bodyToFill(title) })
  return `${serverUrl}/${owner}/${repo}/compare/${path}?${query}`
}

import * as z from 'zod'
import { type GitHub, WHATEVER } from '../../collect/github/github-client.ts'
import { isInDoubt } from '../../collect/github/github-refusals.ts'
import { type Marked, markOf } from './issue-region.ts'

/** An open issue of ours. */
export type Issue = { number: number; body: string } & Marked

const issueSchema = z.object({
  number: z.int(),
  body: z.string().nullish(),
  pull_request: z.object({}).nullish(),
})

const PER_PAGE = 100
/** Twenty thousand issues; a repository with more is none that keeps limits. */
const MOST_PAGES = 200

/** All issues of ours in a state, lowest number first: a pull request and an issue without our mark are none. Throws GitHubError. */
async function listIssues(github: GitHub, query: object, mostPages: number): Promise<Issue[]> {
  const found: Issue[] = []
  for (let page = 1; page <= mostPages; page++) {
    const issues = await github.rest('GET', '/issues', { ...query, per_page: PER_PAGE, page }, z.array(issueSchema))
    for (const { number, body, pull_request } of issues) {
      const mark = body && !pull_request ? markOf(body) : null
      if (body && mark) found.push({ number, body, ...mark })
    }
    if (issues.length < PER_PAGE) break
  }
  return found.sort((a, b) => a.number - b.number)
}

/** Throws GitHubError. */
export function openIssues(github: GitHub): Promise<Issue[]> {
  return listIssues(github, { state: 'open' }, MOST_PAGES)
}

/** Those that were closed last. Throws GitHubError. */
export function lastClosed(github: GitHub): Promise<Issue[]> {
  return listIssues(github, { state: 'closed', sort: 'updated', direction: 'desc' }, 1)
}

/**
 * Opens an issue, once: where GitHub's reply did not come, it is looked for, and where another run has opened one of the
 * same limit in the same moment, the younger one is closed again. Null: the other run's stands. Throws GitHubError.
 */
export async function openIssue(
  github: GitHub,
  text: { title: string; body: string },
  key: string,
): Promise<number | null> {
  let number: number | null = null
  try {
    number = (await github.rest('POST', '/issues', text, issueSchema)).number
  } catch (error) {
    if (!isInDoubt(error)) throw error
    number = (await openIssues(github)).find((issue) => issue.key === key)?.number ?? null
    if (number === null) throw error
  }
  const [first] = (await openIssues(github)).filter((issue) => issue.key === key)
  if (!first || first.number === number) return number
  await closeIssue(github, number, 'not_planned')
  return null
}

/** An issue that no rule of ours is about; its number. Throws GitHubError. */
export async function openUnmarkedIssue(github: GitHub, text: { title: string; body: string }): Promise<number> {
  return (await github.rest('POST', '/issues', text, issueSchema)).number
}

/** Throws GitHubError. */
export async function setBody(github: GitHub, number: number, body: string): Promise<void> {
  await github.rest('PATCH', '/issues/{issue_number}', { issue_number: number, body }, WHATEVER)
}

/** Closes an issue, as done or as one too many. Throws GitHubError. */
export async function closeIssue(
  github: GitHub,
  number: number,
  reason: 'completed' | 'not_planned',
  body?: string,
): Promise<void> {
  const changes = { state: 'closed', state_reason: reason, ...(body !== undefined && { body }) }
  await github.rest('PATCH', '/issues/{issue_number}', { issue_number: number, ...changes }, WHATEVER)
}

/** Throws GitHubError. */
export async function commentOn(github: GitHub, number: number, body: string): Promise<void> {
  await github.rest('POST', '/issues/{issue_number}/comments', { issue_number: number, body }, WHATEVER)
}

import * as z from 'zod'
import { type GitHub, WHATEVER } from '../../collect/github/github-client.ts'
import { GitHubError } from '../../collect/github/github-refusals.ts'
import { describeError } from '../../errors.ts'

export type People = { labels: readonly string[]; reviewers: readonly string[]; assignees: readonly string[] }

const MOST_TRIES = 3
const TEAM = 'team:'

const issueSchema = z.object({ assignees: z.array(z.object({ login: z.string() })) })

/**
 * Puts labels, reviewers (`team:NAME` for a team) and assignees on a new pull request, one by one: the one GitHub does not
 * take costs a warning, and none of the others. Throws nothing.
 */
export async function addPeople(
  github: GitHub,
  number: number,
  { labels, reviewers, assignees }: People,
  warn: (message: string) => void,
): Promise<void> {
  const steps = [
    ...labels.map((label) => ({ what: `label "${label}"`, act: () => addLabel(github, number, label) })),
    ...reviewers.map((name) => ({ what: `reviewer "${name}"`, act: () => askReviewer(github, number, name) })),
    ...assignees.map((name) => ({ what: `assignee "${name}"`, act: () => assign(github, number, name) })),
  ]
  for (const { what, act } of steps) {
    try {
      await patiently(github, act)
    } catch (error) {
      warn(`Pull request #${number} is without ${what}: ${describeError(error)}`)
    }
  }
}

async function addLabel(github: GitHub, number: number, label: string): Promise<void> {
  await github.rest('POST', '/issues/{issue_number}/labels', { issue_number: number, labels: [label] }, WHATEVER)
}

async function askReviewer(github: GitHub, number: number, name: string): Promise<void> {
  // GitHub wants a team's slug; people write it with its organization, as in a mention.
  const who = name.startsWith(TEAM)
    ? { team_reviewers: [name.slice(TEAM.length).split('/').at(-1)] }
    : { reviewers: [name] }
  await github.rest('POST', '/pulls/{pull_number}/requested_reviewers', { pull_number: number, ...who }, WHATEVER)
}

async function assign(github: GitHub, number: number, name: string): Promise<void> {
  const path = '/issues/{issue_number}/assignees'
  const issue = await github.rest('POST', path, { issue_number: number, assignees: [name] }, issueSchema)
  // GitHub leaves out who cannot be assigned, and answers 201.
  if (!issue.assignees.some(({ login }) => login.toLowerCase() === name.toLowerCase()))
    throw new Error('GitHub did not assign them; an assignee needs access to the repository.')
}

/**
 * GitHub may not find for a moment what it has just created (404 or 422, "Could not resolve to a node"). It says the same
 * for good of a team that the token may not see: the GITHUB_TOKEN of a workflow sees none.
 */
async function patiently(github: GitHub, act: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await act()
    } catch (error) {
      const unresolved = error instanceof GitHubError && /could not resolve to a node/i.test(error.said)
      if (!unresolved || tries === MOST_TRIES) throw error
    }
    await github.sleep(1000 * 2 ** tries * github.random())
  }
}

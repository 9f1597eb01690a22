import * as z from 'zod'
import { type GitHub, WHATEVER } from '../../collect/github/github-client.ts'
import { GitHubError } from '../../collect/github/github-refusals.ts'
import { describeError } from '../../errors.ts'

export type People = { labels: readonly string[]; reviewers: readonly string[]; assignees: readonly string[] }

const MOST_TRIES = 3
const TEAM = 'team:'

const issueSchema = z.object({ assignees: z.array(z.object({ login: z.string() })) })

/** Nobody, and no label. */
export const NOBODY: People = { labels: [], reviewers: [], assignees: [] }

const LABEL =
  'A label that does not exist is made only with `permissions: issues: write`: make it once under Issues → Labels, or grant that to the job.'
const TEAM_REVIEWER =
  'A team can be asked only by a token that sees it: that of a GitHub App with the permission "Members: read", or a personal one; the token of a workflow sees none.'
const REVIEWER = 'A reviewer has to have access to the repository, and cannot be who opened the pull request.'

/**
 * Puts labels, reviewers (`team:NAME` for a team) and assignees on a pull request, one by one: the one GitHub does not take
 * costs a warning, and none of the others. Gives back whom GitHub did not take, for the next run. Throws nothing.
 */
export async function addPeople(
  github: GitHub,
  number: number,
  { labels, reviewers, assignees }: People,
  warn: (message: string) => void,
): Promise<People> {
  const left = async (names: readonly string[], what: (name: string) => string, step: Step) => {
    const failed: string[] = []
    for (const name of names) {
      try {
        await patiently(github, () => step.act(github, number, name))
      } catch (error) {
        failed.push(name)
        const why = `${describeError(error)} ${step.remedy(name)}`.trim()
        warn(`Pull request #${number} is without ${what(name)}: ${why} The next run tries it again.`)
      }
    }
    return failed
  }
  return {
    labels: await left(labels, (name) => `label "${name}"`, { act: addLabel, remedy: () => LABEL }),
    reviewers: await left(reviewers, (name) => `reviewer "${name}"`, {
      act: askReviewer,
      remedy: (name) => (name.startsWith(TEAM) ? TEAM_REVIEWER : REVIEWER),
    }),
    assignees: await left(assignees, (name) => `assignee "${name}"`, { act: assign, remedy: () => '' }),
  }
}

type Step = {
  act: (github: GitHub, number: number, name: string) => Promise<void>
  remedy: (name: string) => string
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

import { type Answer, type Call, fail, noPermission, notFound, ok, type Routes, readOnly } from './answers.ts'
import { commentPayload, pullPayload, userPayload } from './payloads.ts'
import { commentOnIssue } from './rest-issues.ts'
import { BOT, fullName, type Pull, type World } from './world.ts'

/** GitHub's own limit for the body of a pull request. */
const LONGEST_BODY = 65_536

const invalid = (resource: string, field: string, message?: string) =>
  fail(422, 'Validation Failed', [
    { resource, field, code: message ? 'custom' : 'invalid', ...(message && { message }) },
  ])

/** Runs a write on one pull request, or says why not. */
function writing(act: (call: Call, pull: Pull) => Answer | Promise<Answer>) {
  return async (call: Call): Promise<Answer> => {
    const { world, path } = call
    if (world.settings.archived) return readOnly()
    if (world.settings.pullRequests !== 'write') return noPermission()
    const pull = world.pulls.find(({ number }) => String(number) === (path.pull_number ?? path.issue_number))
    return pull ? act(call, pull) : notFound()
  }
}

/** A number is of an issue or of a pull request. */
function orIssue(otherwise: (call: Call) => Promise<Answer>) {
  return async (call: Call) => commentOnIssue(call) ?? otherwise(call)
}

async function open({ world, body }: Call): Promise<Answer> {
  const { settings, repository, pulls } = world
  if (settings.archived) return readOnly()
  if (settings.pullRequests !== 'write') return noPermission()
  if (!settings.mayOpenPullRequests)
    return fail(403, 'GitHub Actions is not permitted to create or approve pull requests.')
  const head = String(body.head).replace(`${settings.owner}:`, '')
  const base = String(body.base)
  const [headOid, baseOid] = await Promise.all([repository.head(head), repository.head(base)])
  if (headOid === null) return invalid('PullRequest', 'head')
  if (baseOid === null) return invalid('PullRequest', 'base')
  const label = `${settings.owner}:${head}`
  const isSame = (other: Pull) => other.headRepository === fullName(world) && other.head === head
  if (pulls.some((other) => other.state === 'open' && isSame(other) && other.base === base))
    return invalid('PullRequest', 'base', `A pull request already exists for ${label}.`)
  if (await repository.isAncestor(headOid, baseOid))
    return invalid('PullRequest', 'base', `No commits between ${base} and ${head}`)
  const text = tooLong(body.body)
  if (text) return text
  const pull = addPull(world, { title: String(body.title), body: String(body.body ?? ''), head, headOid, base })
  return ok(await pullPayload(world, pull), 201)
}

function tooLong(body: unknown): Answer | null {
  if (String(body ?? '').length <= LONGEST_BODY) return null
  return invalid('PullRequest', 'body', `body is too long (maximum is ${LONGEST_BODY} characters)`)
}

export function addPull(
  world: World,
  given: Pick<Pull, 'title' | 'body' | 'head' | 'headOid' | 'base'> & Partial<Pull>,
): Pull {
  const pull: Pull = {
    number: world.pulls.length + 1,
    state: 'open',
    merged: false,
    author: BOT.name,
    headRepository: fullName(world),
    comments: [],
    labels: [],
    reviewers: [],
    teams: [],
    assignees: [],
    ...given,
  }
  world.pulls.push(pull)
  return pull
}

/** `head=OWNER:BRANCH` names the owner of the head's repository, which a fork in the same organization shares. */
const isFrom = (pull: Pull, label: string) => `${pull.headRepository.split('/')[0]}:${pull.head}` === label

const missing = (list: string[], wanted: unknown) =>
  [wanted]
    .flat()
    .map(String)
    .filter((name) => !list.includes(name))

export const pullRoutes: Routes = {
  'POST /pulls': open,

  'GET /pulls': async ({ world, query }) => {
    if (world.settings.pullRequests === 'none') return noPermission()
    const state = query.get('state') ?? 'open'
    const head = query.get('head')
    const base = query.get('base')
    const found = world.pulls
      .filter((pull) => state === 'all' || pull.state === state)
      .filter((pull) => head === null || isFrom(pull, head))
      .filter((pull) => base === null || pull.base === base)
    return ok(await Promise.all(found.toReversed().map((pull) => pullPayload(world, pull))))
  },

  'GET /pulls/{pull_number}': async ({ world, path }) => {
    if (world.settings.pullRequests === 'none') return noPermission()
    const pull = world.pulls.find(({ number }) => String(number) === path.pull_number)
    return pull ? ok(await pullPayload(world, pull)) : notFound()
  },

  'PATCH /pulls/{pull_number}': writing(async ({ world, body }, pull) => {
    const text = tooLong(body.body)
    if (text) return text
    if (body.title !== undefined) pull.title = String(body.title)
    if (body.body !== undefined) pull.body = String(body.body)
    if (body.state === 'closed') pull.state = 'closed'
    return ok(await pullPayload(world, pull))
  }),

  'POST /pulls/{pull_number}/requested_reviewers': writing(async ({ world, body }, pull) => {
    const reviewers = ((body.reviewers as string[] | undefined) ?? []).map(String)
    const teams = ((body.team_reviewers as string[] | undefined) ?? []).map(String)
    if (reviewers.includes(pull.author)) return fail(422, 'Review cannot be requested from pull request author.')
    if (missing(world.settings.collaborators, reviewers).length > 0)
      return fail(
        422,
        `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${fullName(world)} repository.`,
      )
    if (missing(world.settings.teams, teams).length > 0)
      return fail(422, "Could not resolve to a node with the global id of 'T_kwDOAAAAAA'.")
    pull.reviewers.push(...missing(pull.reviewers, reviewers))
    pull.teams.push(...missing(pull.teams, teams))
    return ok(await pullPayload(world, pull), 201)
  }),

  'POST /issues/{issue_number}/labels': writing(({ world, body }, pull) => {
    const unknown = missing(world.settings.labels, body.labels)
    // actions/labeler#867
    if (unknown.length > 0 && world.settings.issues !== 'write')
      return fail(403, 'You do not have permission to create labels on this repository.')
    world.settings.labels.push(...unknown)
    pull.labels.push(...missing(pull.labels, body.labels))
    return ok(pull.labels.map((name) => ({ name })))
  }),

  // Who cannot be assigned is left out without a word.
  'POST /issues/{issue_number}/assignees': writing(({ world, body }, pull) => {
    const known = missing(pull.assignees, body.assignees).filter((name) => world.settings.collaborators.includes(name))
    pull.assignees.push(...known)
    const assignees = pull.assignees.map((login) => userPayload(world, login))
    return ok({ number: pull.number, title: pull.title, state: pull.state, assignees }, 201)
  }),

  'GET /issues/{issue_number}/comments': async ({ world, path }) => {
    if (world.settings.pullRequests === 'none') return noPermission()
    const pull = world.pulls.find(({ number }) => String(number) === path.issue_number)
    return pull ? ok(pull.comments.map((comment) => commentPayload(world, pull, comment))) : notFound()
  },

  'POST /issues/{issue_number}/comments': orIssue(
    writing(({ world, body }, pull) => {
      const comment = { id: pull.comments.length + 1, author: BOT.name, body: String(body.body) }
      pull.comments.push(comment)
      return ok(commentPayload(world, pull, comment), 201)
    }),
  ),
}

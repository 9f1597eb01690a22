import { type Answer, type Call, fail, noPermission, notFound, ok, type Routes } from './answers.ts'
import { pullPayload, userPayload } from './payloads.ts'
import { BOT, fullName, type Issue, type World } from './world.ts'

const LONGEST_BODY = 65_536
const FIRST_NUMBER = 1001

function issuePayload(world: World, { number, state, reason, title, body, comments }: Issue): object {
  const { urls } = world
  return {
    id: number,
    node_id: `I_${number}`,
    number,
    url: `${urls.api}/repos/${fullName(world)}/issues/${number}`,
    html_url: `${urls.server}/${fullName(world)}/issues/${number}`,
    state,
    state_reason: reason,
    title,
    body,
    user: userPayload(world, BOT.name),
    labels: [],
    assignees: [],
    comments: comments.length,
  }
}

/** To this endpoint a pull request is an issue too. */
async function pullAsIssue(world: World, pull: World['pulls'][number]): Promise<object> {
  const { number, state, title, body } = pull
  const issue = { number, state, reason: null, title, body: body ?? '', comments: [] }
  const { url, html_url } = (await pullPayload(world, pull)) as { url: string; html_url: string }
  const pull_request = { url, html_url, diff_url: html_url, patch_url: html_url }
  return { ...issuePayload(world, issue), pull_request }
}

function tooLong(body: unknown): Answer | null {
  return String(body ?? '').length > LONGEST_BODY ? fail(422, 'Validation Failed') : null
}

const writable = ({ settings }: World) => settings.issues === 'write' && !settings.archived

export const issueRoutes: Routes = {
  'GET /issues': async ({ world, query }) => {
    if (world.settings.issues === 'none') return noPermission()
    const state = query.get('state') ?? 'open'
    const size = Number(query.get('per_page') ?? 30)
    const page = Number(query.get('page') ?? 1)
    const isAsked = (one: { state: string }) => state === 'all' || one.state === state
    const issues = world.issues.filter(isAsked).map((issue) => issuePayload(world, issue))
    const pulls = await Promise.all(world.pulls.filter(isAsked).map((pull) => pullAsIssue(world, pull)))
    // Newest first, as GitHub lists them.
    return ok([...pulls, ...issues].toReversed().slice((page - 1) * size, page * size))
  },

  'POST /issues': async ({ world, body }) => {
    if (!writable(world)) return noPermission()
    const refused = tooLong(body.body)
    if (refused) return refused
    const number = FIRST_NUMBER + world.issues.length
    const issue: Issue = {
      ...{ number, state: 'open', reason: null, comments: [] },
      ...{ title: String(body.title), body: String(body.body ?? '') },
    }
    world.issues.push(issue)
    return ok(issuePayload(world, issue), 201)
  },

  'PATCH /issues/{issue_number}': async ({ world, path, body }) => {
    if (!writable(world)) return noPermission()
    const issue = world.issues.find(({ number }) => String(number) === path.issue_number)
    if (!issue) return notFound()
    const refused = tooLong(body.body)
    if (refused) return refused
    if (body.title !== undefined) issue.title = String(body.title)
    if (body.body !== undefined) issue.body = String(body.body)
    if (body.state !== undefined) issue.state = body.state as Issue['state']
    if (body.state_reason !== undefined) issue.reason = String(body.state_reason)
    return ok(issuePayload(world, issue))
  },
}

/** Null where the number is of no issue. */
export function commentOnIssue({ world, path, body }: Call): Answer | null {
  const issue = world.issues.find(({ number }) => String(number) === path.issue_number)
  if (!issue) return null
  if (!writable(world)) return noPermission()
  issue.comments.push(String(body.body))
  const url = `${world.urls.api}/repos/${fullName(world)}/issues/${issue.number}`
  const time = new Date(0).toISOString()
  return ok(
    {
      ...{ id: issue.comments.length, node_id: 'IC_1', url: `${url}/comments/1`, html_url: url, issue_url: url },
      ...{ body: String(body.body), user: userPayload(world, BOT.name), created_at: time, updated_at: time },
    },
    201,
  )
}

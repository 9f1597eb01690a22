import type { Received, Reply } from '../exchange.ts'
import { json } from '../http.ts'
import { fail, notFound } from './answers.ts'
import { completeReply, type Route, requestProblems } from './openapi.ts'
import { actionsRoutes } from './rest-actions.ts'
import { issueRoutes } from './rest-issues.ts'
import { pullRoutes } from './rest-pulls.ts'
import { repositoryRoutes } from './rest-repository.ts'
import { fullName, type World } from './world.ts'

/** Parameters that stand for a path, a branch, two of them. */
const WITH_SLASHES = new Set(['path', 'ref', 'branch', 'basehead'])

const allRoutes = { ...repositoryRoutes, ...pullRoutes, ...issueRoutes, ...actionsRoutes }
const routes = Object.entries(allRoutes).map(([name, handler]) => {
  const [method = '', below = ''] = name.split(' ')
  const template = `/repos/{owner}/{repo}${below === '/' ? '' : below}`
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter ?? '')
  const pattern = template.replace(/\{(\w+)\}/g, (_, parameter) => (WITH_SLASHES.has(parameter) ? '(.+)' : '([^/]+)'))
  return { route: { method, template } satisfies Route, names, pattern: new RegExp(`^${pattern}$`), handler }
})

/** Answers a REST request whose path starts at `/repos`; request and reply are held against GitHub's schemas. */
export async function answerRest(world: World, request: Received, path: string): Promise<Reply> {
  for (const { route, names, pattern, handler } of routes) {
    const match = route.method === request.method ? pattern.exec(path) : null
    if (match === null) continue
    const values = Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? '')]))
    const body = request.body === '' ? undefined : JSON.parse(request.body)
    const found = requestProblems(route, values, request.query, body)
    world.violations.push(...found.map((problem) => `${request.method} ${path}: ${problem}`))
    const call = { world, path: values, query: request.query, body: body ?? {} }
    const answer = found.length > 0 ? invalid(found) : await (isHere(world, values) ? handler(call) : notFound())
    const value = completeReply(route, answer.status, answer.value)
    return value === undefined ? { status: answer.status, body: '' } : json(answer.status, value)
  }
  world.violations.push(`${request.method} ${path}: no such operation`)
  return json(404, notFound().value)
}

const invalid = (problems: readonly string[]) => fail(422, `Invalid request.\n\n${problems.join('\n')}`)
const isHere = (world: World, { owner, repo }: Record<string, string>) => `${owner}/${repo}` === fullName(world)

import type { Received, Reply } from '../exchange.ts'
import { json, type Server, startServer } from '../http.ts'
import type { Changes } from './git.ts'
import { answerGraphql } from './graphql.ts'
import { answerRest } from './rest.ts'
import { addPull } from './rest-pulls.ts'
import { commitTo, createWorld, fullName, type Pull, type Settings, settle } from './world.ts'

export type { Pull, Settings, WorkflowRun } from './world.ts'

/** Where the API lies: github.com gives it a host of its own, an Enterprise Server a path. */
export type Layout = 'github.com' | 'ghes'
const LAYOUTS = {
  'github.com': { rest: '', graphql: '/graphql' },
  ghes: { rest: '/api/v3', graphql: '/api/graphql' },
} as const

export const GITHUB_TOKEN = 'ghs_emulatedTokenOfAWorkflow'

/**
 * GitHub over real HTTP, for one repository that is a real bare git repository. Every request and reply is held against
 * GitHub's published schemas; what breaks them is in `violations`. `settings` may be changed at any time.
 */
export async function startGitHub(options: { layout?: Layout } & Partial<Settings> = {}) {
  const { layout = 'github.com', ...settings } = options
  const world = await createWorld(settings)
  const { repository, urls } = world
  const prefix = LAYOUTS[layout]

  async function handle(request: Received): Promise<Reply> {
    const hook = world.hooks.find(({ fits }) => fits(request))
    if (hook !== undefined) {
      world.hooks.splice(world.hooks.indexOf(hook), 1)
      await hook.act()
    }
    if (
      !/^(token|bearer) /i.test(request.headers.authorization ?? '') ||
      !request.headers.authorization?.endsWith(GITHUB_TOKEN)
    )
      return json(401, { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' })
    if (request.method === 'POST' && request.path === prefix.graphql) return answerGraphql(world, request)
    if (request.path.startsWith(`${prefix.rest}/repos/`))
      return answerRest(world, request, request.path.slice(prefix.rest.length))
    return json(404, { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' })
  }

  const server: Server = await startServer({
    handle,
    error: (status) => json(status, { message: `Emulated ${status}`, documentation_url: '', status: String(status) }),
  })
  urls.server = server.url
  urls.api = `${server.url}${prefix.rest}`
  urls.graphql = `${server.url}${prefix.graphql}`

  /** A commit a person pushes, on whatever the branch's tip is; a branch that is not there starts at the default one. */
  async function commitAs(person: string, branch: string, files: Changes, message = `${person} was here`) {
    const author = { name: person, email: `${person}@example.com` }
    const tip = await repository.head(branch)
    const start = tip ?? (await repository.head(world.settings.defaultBranch))
    if (tip === null && start !== null) await repository.swap(`refs/heads/${branch}`, start, '0'.repeat(40))
    const oid = await commitTo(world, branch, start, files, message, { author, committer: author })
    if (oid === null) throw new Error(`${branch} moved while ${person} was committing`)
    return oid
  }

  return {
    apiUrl: urls.api,
    graphqlUrl: urls.graphql,
    serverUrl: urls.server,
    token: GITHUB_TOKEN,
    /** `owner/name`, as in GITHUB_REPOSITORY. */
    repository: fullName(world),
    /** The variables a runner would set for this server. */
    env: {
      GITHUB_API_URL: urls.api,
      GITHUB_GRAPHQL_URL: urls.graphql,
      GITHUB_SERVER_URL: urls.server,
      GITHUB_REPOSITORY: fullName(world),
    },
    settings: world.settings,
    pulls: world.pulls,
    /** Runs of workflows, as a test has them. */
    runs: world.runs,
    issues: world.issues,
    violations: world.violations,
    requests: server.requests,
    faults: server.faults,
    server,
    git: repository.git,
    commitAs,
    /** A commit on the default branch: the first one, or on top. */
    seed: (files: Changes) => commitAs('founder', world.settings.defaultBranch, files, 'Seed'),
    /** Text of a file on a branch; null where there is none. */
    async read(branch: string, path: string): Promise<string | null> {
      const tip = await repository.head(branch)
      const entry = tip && (await repository.entries(tip, path))
      return entry && !Array.isArray(entry) ? ((await repository.blob(entry.oid))?.toString() ?? null) : null
    },
    /** Acts once, right before the next request is answered whose method, URL and body the pattern fits. */
    beforeNext(pattern: RegExp, act: () => Promise<unknown>): void {
      const fits = ({ method, url, body }: Received) => pattern.test(`${method} ${url} ${body}`)
      world.hooks.push({ fits, act })
    },
    /** A pull request someone else opened. */
    openPull: (pull: Parameters<typeof addPull>[1]): Pull => addPull(world, pull),
    /** Merges a pull request as a person would, by a squash (one commit on base) or a fast forward; the branch stays. */
    async merge(number: number, how: 'squash' | 'fast-forward' = 'squash'): Promise<void> {
      const pull = world.pulls.find((candidate) => candidate.number === number)
      const [base, head] = [pull && (await repository.head(pull.base)), pull && (await repository.head(pull.head))]
      if (!pull || !base || !head) throw new Error(`No pull request ${number} to merge`)
      if (how === 'fast-forward') await repository.swap(`refs/heads/${pull.base}`, head, base)
      else {
        const files = await repository.changed(await repository.mergeBase(base, head), head)
        const changes = await Promise.all(
          files.map(async ({ path, oid, status }) => [path, status === 'removed' ? null : await repository.blob(oid)]),
        )
        await commitAs('reviewer', pull.base, Object.fromEntries(changes), `${pull.title} (#${number})`)
      }
      pull.merged = true
      pull.state = 'closed'
    },
    /** Deletes a branch as a person would. */
    async deleteBranch(branch: string): Promise<void> {
      await repository.git('update-ref', '-d', `refs/heads/${branch}`)
      await settle(world, branch)
    },
    /** git's own check of the repository; its complaints, empty where all is well. */
    fsck: () => repository.git('fsck', '--strict', '--no-dangling', '--no-progress'),
    async stop(): Promise<void> {
      await server.stop()
      await repository.remove()
    },
  }
}

export type GitHubEmulator = Awaited<ReturnType<typeof startGitHub>>

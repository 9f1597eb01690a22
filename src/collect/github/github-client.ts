import * as z from 'zod'
import type { Deps } from '../../deps.ts'
import { AuditError } from '../../errors.ts'
import type { Run } from '../../run.ts'
import { parseRetryAfter } from '../../transport/retry-after.ts'
import { wholeReplies } from '../../transport/whole.ts'
import { lazy } from '../../vocabulary/lazy.ts'
import type { GitHubError } from './github-refusals.ts'
import { type GitHubReply, parse, parseMutation, understand } from './github-replies.ts'

export type GitHub = {
  owner: string
  repo: string
  /** Where people look at it, such as `https://github.com`. */
  serverUrl: string
  /**
   * One REST call on the repository and the part of its reply that `schema` describes. `below` is the path under
   * `/repos/{owner}/{repo}` as GitHub's documentation spells it, its parameters and the body in `parameters`.
   * A read (and a PATCH, which sets what it sets) is tried again on what may pass; any other write only where GitHub said
   * that it did nothing. Throws GitHubError, or AuditError once the time for GitHub is used up.
   */
  rest: <T>(method: Method, below: string, parameters: object, schema: z.ZodType<T>) => Promise<T>
  /** One GraphQL mutation with its input; never tried again unless GitHub was too busy to begin. Throws GitHubError. */
  mutate: <T>(name: string, document: string, input: object, schema: z.ZodType<T>) => Promise<T>
  /** The last request that got no usable reply: why a write that was tried again and again never came through. */
  lastInDoubt: () => GitHubError | null
  sleep: Deps['sleep']
  random: Deps['random']
}

/** `redact` takes out of GitHub's words what they may echo, before they are cut. */
export type GitHubDeps = Pick<Deps, 'fetch' | 'env' | 'now' | 'sleep' | 'random'> & { redact: (text: string) => string }

type Method = 'GET' | 'POST' | 'PATCH'

const MOST_TRIES = 4
const FIRST_WAIT = 500
/** A longer wait is not waited for: the run says so and ends. */
const LONGEST_WAIT = 120_000
/**
 * Milliseconds for all of it, waiting included. Reading the repository, the 24 minutes of the audit, writing and Slack
 * together stay within the 30 minutes a job has in the workflows to copy: a job that is cancelled tells nobody anything.
 */
const TIME_BUDGET = 180_000
const REQUEST_TIMEOUT = 30_000
/** The contents API answers with 1 MB of a file at most, the blobs API with up to 100; no snapshot is near that. */
const LARGEST_BODY = 16_000_000
/** What GitHub's documentation asks for where a secondary rate limit gives no time. */
const UNTOLD_WAIT = 60_000

/** The repository of the run; null where GITHUB_REPOSITORY names none. */
export function repositoryOf(env: Deps['env']): { owner: string; repo: string } | null {
  const [owner, repo] = (env.GITHUB_REPOSITORY ?? '').split('/')
  return owner && repo ? { owner, repo } : null
}

/** GitHub as a run reaches it: with its token, and without its secrets in any error. Throws what `createGitHub` throws. */
export function gitHubOf({ deps, inputs, secrets }: Run, timeBudget?: number): GitHub {
  return createGitHub({ ...deps, redact: secrets.redact }, inputs.githubToken, timeBudget)
}

/**
 * GitHub for the repository of the run (GITHUB_REPOSITORY) at GITHUB_API_URL and GITHUB_GRAPHQL_URL: github.com, ghe.com
 * or an Enterprise Server alike. `timeBudget` is for all requests together, in milliseconds. Throws AuditError where the token or the repository is missing.
 */
export function createGitHub(
  { fetch, env, now, sleep, random, redact }: GitHubDeps,
  token: string,
  timeBudget = TIME_BUDGET,
): GitHub {
  const repository = repositoryOf(env)
  if (repository === null)
    throw new AuditError(`GITHUB_REPOSITORY is "${env.GITHUB_REPOSITORY ?? ''}", which names no repository.`, {
      remedy: 'The runner sets it to OWNER/NAME; set it where the action is run by hand.',
    })
  if (token === '')
    throw new AuditError('There is no token to read and write the repository with: github-token is empty.', {
      remedy: 'Leave the input out to use the token of the workflow, or pass a secret that has a value.',
    })
  const { owner, repo } = repository
  const baseUrl = env.GITHUB_API_URL || 'https://api.github.com'
  const graphqlUrl = env.GITHUB_GRAPHQL_URL || 'https://api.github.com/graphql'
  const deadline = now() + timeBudget
  const bounded = wholeReplies(fetch, {
    timeout: () => Math.min(REQUEST_TIMEOUT, deadline - now()),
    maxBytes: LARGEST_BODY,
  })
  // Loaded where it is needed: it takes the toolkit's HTTP client with it, and Node's TLS, a tenth of the start.
  const connect = lazy(async () => {
    const { getOctokit } = await import('@actions/github')
    // The base URL is given because the toolkit takes its own from the process's environment when it is loaded.
    return getOctokit(token, { baseUrl, request: { fetch: bounded, redirect: 'manual' }, log: SILENT })
  })

  let inDoubt: GitHubError | null = null

  async function send<T>(
    name: string,
    { route, parameters, repeatable }: { route: string; parameters: object; repeatable: boolean },
    read: (reply: GitHubReply) => T,
  ): Promise<T> {
    const octokit = await connect()
    for (let tries = 1; ; tries++) {
      if (now() >= deadline)
        throw new AuditError(`${name} was not sent to GitHub: the ${timeBudget / 1000} seconds for it are used up.`, {
          remedy: 'Run the job again later; https://www.githubstatus.com tells of outages.',
        })
      let wait: number | null
      try {
        return read(await octokit.request(route, { headers: HEADERS, ...parameters }))
      } catch (thrown) {
        const { error, headers } = understand(name, thrown, redact)
        if (error.inDoubt) inDoubt = error
        wait = tries < MOST_TRIES ? waitFor(error, headers, repeatable, tries) : null
        if (wait === null || now() + wait >= deadline) throw error
      }
      await sleep(wait)
    }
  }

  /** Milliseconds before the next try, or null where another try would be wrong or of no use. */
  function waitFor(
    error: GitHubError,
    headers: GitHubReply['headers'],
    repeatable: boolean,
    tries: number,
  ): number | null {
    if (error.refusal === 'rate-limit') {
      const reset =
        headers['x-ratelimit-remaining'] === '0' ? Number(headers['x-ratelimit-reset']) * 1000 - now() : null
      const asked = parseRetryAfter(headers['retry-after'] === undefined ? null : String(headers['retry-after']), now())
      const wait = Math.max(0, asked ?? reset ?? UNTOLD_WAIT)
      return wait <= LONGEST_WAIT ? wait + random() * FIRST_WAIT : null
    }
    const isWorthIt = error.unsent ? !error.unsent.isLasting : repeatable && error.inDoubt
    return isWorthIt ? random() * FIRST_WAIT * 2 ** tries : null
  }

  return {
    owner,
    repo,
    serverUrl: env.GITHUB_SERVER_URL || 'https://github.com',
    lastInDoubt: () => inDoubt,
    sleep,
    random,
    rest: (method, below, parameters, schema) => {
      const route = `${method} /repos/{owner}/{repo}${below}`
      const name = `${method} ${below || '/'}${describe(parameters)}`
      return send(name, { route, parameters: { owner, repo, ...parameters }, repeatable: method !== 'POST' }, (reply) =>
        parse(name, reply, schema),
      )
    },
    mutate: (name, query, input, schema) =>
      send(
        name,
        { route: `POST ${graphqlUrl}`, parameters: { query, variables: { input } }, repeatable: false },
        (reply) => parseMutation(name, reply, schema),
      ),
  }
}

/** For a write whose reply says nothing we need; a page of HTML is still no reply of GitHub's. */
export const WHATEVER = z.union([z.object({}), z.array(z.unknown())])

const HEADERS = { 'x-github-api-version': '2022-11-28' }
const nothing = () => {}
/** Octokit would write notes of its own to the console, past our redaction. */
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing }

/** What a person needs to know of the parameters: which branch, path, commit or number. */
function describe(parameters: object): string {
  const told = Object.entries(parameters).filter(([name]) =>
    ['ref', 'path', 'basehead', 'pull_number', 'issue_number'].includes(name),
  )
  return told.length > 0 ? ` (${told.map(([name, value]) => `${name} ${value}`).join(', ')})` : ''
}

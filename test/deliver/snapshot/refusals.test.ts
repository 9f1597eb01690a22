import { describe, expect, it } from 'vitest'
import { createGitHub } from '../../../src/collect/github/github-client.ts'
import type { GitHubError } from '../../../src/collect/github/github-refusals.ts'
import type { Settings } from '../../emulator/github/world.ts'
import { BRANCH, bench, branches, limits, PATH, writes } from './support.ts'

type Case = {
  name: string
  settings: Partial<Settings>
  mode: 'commit' | 'pull-request'
  base?: string
  message: RegExp
  remedy: RegExp
}

const PERMISSION = /"Resource not accessible by integration"/

const CASES: Case[] = [
  {
    name: 'a token that may not read',
    settings: { contents: 'none' },
    mode: 'commit',
    message: /GitHub refused GET \/git\/ref.*heads\/main.*"Resource not accessible by integration" \(403/,
    remedy: /permissions: contents: read/,
  },
  {
    name: 'a token that may not commit',
    settings: { contents: 'read' },
    mode: 'commit',
    message: PERMISSION,
    remedy: /permissions: contents: write/,
  },
  {
    name: 'a token that may not make the branch',
    settings: { contents: 'read' },
    mode: 'pull-request',
    message: PERMISSION,
    remedy: /permissions: contents: write/,
  },
  {
    name: 'a token that may not even see pull requests',
    settings: { pullRequests: 'none' },
    mode: 'pull-request',
    message: /GET \/pulls: "Resource not accessible/,
    remedy: /permissions: pull-requests: write/,
  },
  {
    name: 'a protected branch',
    settings: { protections: { main: 'classic' } },
    mode: 'commit',
    message: /"GH006: Protected branch update failed for refs\/heads\/main.*BRANCH_PROTECTION_RULE_VIOLATION/,
    remedy: /snapshot-mode: pull-request/,
  },
  {
    name: 'a ruleset',
    settings: { protections: { main: 'ruleset' } },
    mode: 'commit',
    message: /"Repository rule violations found Changes must be made through a pull request\."/,
    remedy: /GITHUB_TOKEN of a workflow cannot be put on a bypass list/,
  },
  {
    name: 'a ruleset on the branch of the pull request',
    settings: { protections: { [BRANCH]: 'ruleset' } },
    mode: 'pull-request',
    message: /updateRefs: "Repository rule violations found/,
    remedy: /let the ruleset leave out the branches of this action/,
  },
  {
    name: 'an archived repository, straight to base',
    settings: { archived: true },
    mode: 'commit',
    message: /"Repository was archived so is read-only\."/,
    remedy: /Unarchive the repository/,
  },
  {
    name: 'an archived repository, by a pull request',
    settings: { archived: true },
    mode: 'pull-request',
    message: /"Repository was archived so is read-only\."/,
    remedy: /Unarchive the repository/,
  },
  {
    name: 'a base branch that is not there',
    settings: {},
    mode: 'commit',
    base: 'realese',
    message: /Branch "realese" does not exist in acme\/limits/,
    remedy: /set base to a branch that exists/,
  },
  {
    name: 'a base branch that is not there, for a pull request',
    settings: {},
    mode: 'pull-request',
    base: 'realese',
    message: /Branch "realese" does not exist in acme\/limits/,
    remedy: /set base to a branch that exists/,
  },
]

describe('a ruleset', () => {
  it.each([
    [
      'Commit message must match a given regular expression: ^[A-Z]+-\\d+',
      /set commit-message to a first line that fits/,
    ],
    ['Commit author email must match a given pattern: @acme.com', /e-mail address, which GitHub sets by the token/],
    ['File path is restricted: .github/**', /set snapshot-path .*to one that it allows/],
    ['Commits must have verified signatures.', /wants signed commits/],
    ['Required status check "build" is expected.', /checks to pass first/],
    ['Changes must be made through a pull request.', /^A ruleset forbids this\. Set snapshot-mode: pull-request/],
    ['Something that is new', /^A ruleset forbids this\. Set snapshot-mode: pull-request/],
  ])('is told with what helps for its rule: %s', async (rule, remedy) => {
    await using run = await bench({ protections: { main: { rule } } })
    await run.github.seed({ [PATH]: limits(4) })

    await expect(run.deliver(limits(3))).rejects.toMatchObject({ remedy: expect.stringMatching(remedy) })
  })
})

describe('a refusal', () => {
  it.each(CASES)(
    'is told with its remedy, at once and for good: $name',
    async ({ settings, mode, base = null, ...expected }) => {
      await using run = await bench(settings)
      const { github, slept } = run
      const head = await github.seed({ [PATH]: limits(4) })
      const error = await run.deliver(limits(3), { mode, base }).catch((thrown: GitHubError) => thrown)

      expect(error).toMatchObject({
        message: expect.stringMatching(expected.message),
        remedy: expect.stringMatching(expected.remedy),
      })
      expect(slept).toEqual([])
      expect(await github.git('rev-parse', 'main')).toBe(head)
      expect(await github.git('for-each-ref', `refs/heads/${BRANCH}-*`)).toBe('')
    },
  )

  it.each(['commit', 'pull-request'] as const)(
    'of an empty repository says to push a first commit, with %s',
    async (mode) => {
      await using run = await bench()

      await expect(run.deliver(limits(3), { mode })).rejects.toMatchObject({
        message: expect.stringContaining('"Git Repository is empty."'),
        remedy: expect.stringContaining('Push a first commit'),
      })
      expect(writes(run.github)).toEqual([])
      expect(run.slept).toEqual([])
    },
  )

  it('of a wrong token says so, and never shows it', async () => {
    await using run = await bench()
    await run.github.seed({ a: '1' })
    run.github.token = 'ghs_somebodyElsesToken'

    const error = await run.deliver(limits(3)).catch((thrown: GitHubError) => thrown)
    expect(error).toMatchObject({ status: 401, remedy: expect.stringContaining('github-token is not valid') })
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('somebodyElses')
  })

  it('of a repository the token may not see is told apart from a branch that is missing', async () => {
    await using run = await bench()
    await run.github.seed({ a: '1' })
    const deps = { ...run.deps, env: { ...run.deps.env, GITHUB_REPOSITORY: 'acme/secret' } }

    await expect(run.deliver(limits(3), { base: 'main' }, deps)).rejects.toMatchObject({
      message: expect.stringContaining('GitHub refused GET /: "Not Found" (404)'),
      remedy: expect.stringContaining('check that it has access to the repository'),
    })
  })
})

describe('a token that may not write pull requests', () => {
  it('leaves the branch it pushed, which is told as pushed, with the permission that is missing', async () => {
    await using run = await bench({ pullRequests: 'read' })
    await run.github.seed({ [PATH]: limits(4) })
    expect(await run.deliver(limits(3), { mode: 'pull-request' })).toMatchObject({
      operation: 'updated',
      commit: { sha: await run.github.git('rev-parse', BRANCH) },
      pullRequest: {
        operation: 'branch-only',
        error: expect.stringMatching(/POST \/pulls: "Resource not accessible.*permissions: pull-requests: write/),
      },
      note: expect.stringContaining('permissions: pull-requests: write'),
    })
    expect(run.slept).toEqual([])
  })
})

describe('"GitHub Actions is not permitted to create or approve pull requests"', () => {
  it('keeps the branch and gives a link by which a person opens the pull request, which is ours from then on', async () => {
    await using run = await bench({ mayOpenPullRequests: false })
    const { github } = run
    await github.seed({ [PATH]: limits(4) })
    const outcome = await run.deliver(limits(3), { mode: 'pull-request' })
    const url = new URL(outcome.pullRequest?.url ?? '')

    expect(outcome).toMatchObject({
      operation: 'updated',
      commit: { verified: true },
      pullRequest: { operation: 'branch-only', number: null },
      note: expect.stringContaining('Allow GitHub Actions to create and approve pull requests'),
    })
    expect(outcome.note).toContain(url.href)
    expect(url.href).toContain(`${github.serverUrl}/acme/limits/compare/main...${BRANCH}?quick_pull=1`)
    expect(await branches(github)).toBe(`${BRANCH}\nmain`)
    expect((await run.deliver(limits(2), { mode: 'pull-request' })).pullRequest?.operation).toBe('branch-only')

    const [title = '', body = ''] = [url.searchParams.get('title') ?? '', url.searchParams.get('body') ?? '']
    const headOid = await github.git('rev-parse', BRANCH)
    github.openPull({ title, body, head: BRANCH, headOid, base: 'main', author: 'ada' })
    expect((await run.deliver(limits(1), { mode: 'pull-request' })).pullRequest).toMatchObject({
      operation: 'updated',
      number: 1,
    })
  })
})

describe('a GitHub that cannot be used', () => {
  it('is told before any request where the token or the repository is missing', () => {
    const deps = { fetch, now: () => 0, random: () => 0, sleep: async () => {}, redact: (text: string) => text }

    expect(() => createGitHub({ ...deps, env: {} }, 'token')).toThrow(
      /GITHUB_REPOSITORY is "", which names no repository/,
    )
    expect(() => createGitHub({ ...deps, env: { GITHUB_REPOSITORY: 'acme/limits' } }, '')).toThrow(
      /github-token is empty/,
    )
  })

  it.each([
    [
      'another schema',
      { kind: 'body', body: '{"object":{"sha":7}}' } as const,
      /not what GitHub documents: object\.sha/,
    ],
    [
      'a page of HTML',
      { kind: 'body', body: '<html>', contentType: 'text/html' } as const,
      /not what GitHub documents/,
    ],
    ['half a reply', { kind: 'truncate' } as const, /not what GitHub documents/],
    ['no reply', { kind: 'drop', where: 'before' } as const, /no usable reply to GET \/git\/ref/],
    ['an outage', { kind: 'status', status: 503 } as const, /503/],
  ])('fails the run with a clear error after four tries: %s', async (_, effect, message) => {
    await using run = await bench()
    await run.github.seed({ a: '1' })
    run.github.faults.push({ path: /git\/ref/, effect })

    await expect(run.deliver(limits(3))).rejects.toMatchObject({
      message: expect.stringMatching(message),
      remedy: expect.stringContaining('githubstatus.com'),
    })
    expect(run.slept).toHaveLength(3)
    expect(writes(run.github)).toEqual([])
  })

  it('fails at once where it is redirected, and says what redirects', async () => {
    await using run = await bench()
    await run.github.seed({ a: '1' })
    run.github.faults.push({ path: /git\/ref/, effect: { kind: 'redirect', status: 301, to: 'http://127.0.0.1:9/' } })

    await expect(run.deliver(limits(3))).rejects.toMatchObject({
      message: expect.stringMatching(/GitHub refused GET .*a redirect, which is not followed.*301/),
      remedy: expect.stringContaining('renamed or moved'),
    })
    expect(run.slept).toEqual([])
  })

  it.each([
    ['ENOTFOUND', 3, /could not be reached for/, /name was not found.*Nothing was sent/],
    ['ECONNREFUSED', 3, /could not be reached for/, /HTTPS_PROXY.*Nothing was sent/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 0, /could not be reached for/, /NODE_EXTRA_CA_CERTS/],
  ])('that no connection reaches is told as what it is: %s', async (code, waits, message, remedy) => {
    await using run = await bench()
    const cause = Object.assign(new Error(`${code} api.github.com`), { code })
    const deps = { ...run.deps, fetch: () => Promise.reject(new TypeError('fetch failed', { cause })) }

    await expect(run.deliver(limits(3), {}, deps)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    })
    expect(run.slept).toHaveLength(waits)
  })

  it.each([
    ['docs', /docs at .* is a folder, not a file/],
    ['image.png', /image\.png at .* is not UTF-8 text/],
  ])('or a snapshot path that holds no text, is an error and never "no file": %s', async (path, message) => {
    await using run = await bench()
    await run.github.seed({ 'docs/a.md': 'a', 'image.png': Buffer.from([0xff, 0xfe, 0x80]) })

    await expect(run.deliver(limits(3), { path })).rejects.toThrow(message)
  })
})

import { expect } from 'vitest'
import { deliverSnapshot, type SnapshotDelivery } from '../../../src/deliver/snapshot/deliver-snapshot.ts'
import { type GitHubEmulator, startGitHub } from '../../emulator/github/github.ts'

export const PATH = '.github/claude-rate-limits.json'
export const BRANCH = 'claude-rate-limit-audit'

/** Limits as the tests write them: one number is enough to see which run wrote a file. */
export const limits = (requests: number) => `{\n  "requests_per_minute": ${requests}\n}\n`

type Files = Parameters<SnapshotDelivery['plan']>[0]
type Wanted = { files: { path: string; text: string }[]; headline: string; body: string }

/** What a test wants otherwise; a plan and the pull request's text apart, as most tests want only one of them. */
export type Wishes = Partial<Omit<SnapshotDelivery, 'plan'>> & {
  plan?: (files: Files) => Wanted | null
  render?: (wanted: Wanted) => { title: string; body: string }
}

export type Bench = {
  github: GitHubEmulator
  warnings: string[]
  /** Milliseconds slept, one by one. Nothing really sleeps. */
  slept: number[]
  deps: Parameters<typeof deliverSnapshot>[0]
  /** One run that wants the file at PATH to be `text`. */
  deliver: (text: string, over?: Wishes, deps?: Bench['deps']) => ReturnType<typeof deliverSnapshot>
  [Symbol.asyncDispose]: () => Promise<void>
}

/** A GitHub and what a run needs of it; at the end the schemas must have been kept and the repository be sound. */
export async function bench(options: Parameters<typeof startGitHub>[0] = {}): Promise<Bench> {
  const github = await startGitHub(options)
  const warnings: string[] = []
  const slept: number[] = []
  const deps: Bench['deps'] = {
    fetch,
    redact: (text) => text,
    env: github.env,
    now: () => 0,
    random: () => 0.5,
    sleep: async (milliseconds) => void slept.push(milliseconds),
  }
  return {
    github,
    warnings,
    slept,
    deps,
    deliver: (text, { plan = planFor(text), render = renderFor(text), ...over } = {}, otherDeps = deps) =>
      deliverSnapshot(otherDeps, github.token, {
        mode: 'commit',
        dryRun: false,
        path: PATH,
        base: null,
        branch: BRANCH,
        labels: [],
        reviewers: [],
        assignees: [],
        plan: (files) => {
          const wanted = plan(files)
          if (wanted === null) return null
          const { headline, body } = wanted
          return { files: wanted.files, message: { headline, body }, pullRequest: render(wanted) }
        },
        warn: (message) => warnings.push(message),
        ...over,
      }),
    [Symbol.asyncDispose]: async () => {
      const complaints = await github.fsck()
      await github.stop()
      expect(github.violations).toEqual([])
      expect(complaints).toBe('')
    },
  }
}

function planFor(text: string): NonNullable<Wishes['plan']> {
  return (files) =>
    files[PATH] === text
      ? null
      : {
          files: [{ path: PATH, text }],
          headline: 'chore: update Claude rate limits',
          body: `From ${files[PATH]}`,
        }
}

function renderFor(text: string): NonNullable<Wishes['render']> {
  return ({ headline, body }) => ({
    title: headline,
    body: `<!-- claude-rate-limit-audit -->\n\n${body} to ${text}`,
  })
}

/** Subjects of a branch, newest first. */
export async function subjects(github: GitHubEmulator, branch: string): Promise<string[]> {
  return (await github.git('log', '--format=%s', branch)).split('\n')
}

export const branches = (github: GitHubEmulator) =>
  github.git('for-each-ref', '--format=%(refname:short)', 'refs/heads')

/** The requests that change something, as "METHOD path" or the mutation's name. */
export function writes(github: GitHubEmulator): string[] {
  return github.requests
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path, body }) => {
      const [, mutation] = /\{\s*(\w+)/.exec(JSON.parse(body).query ?? '') ?? []
      return mutation ?? `${method} ${path.replace(/^.*\/repos\/[^/]+\/[^/]+/, '')}`
    })
}

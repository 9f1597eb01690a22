import type { Received } from '../exchange.ts'
import { type Changes, createRepository, type Identity, type Repository } from './git.ts'

/** What a test may set, before and in the middle of a run. */
export type Settings = {
  owner: string
  repo: string
  defaultBranch: string
  /** What the token's `permissions:` allow. */
  contents: 'write' | 'read' | 'none'
  pullRequests: 'write' | 'read' | 'none'
  /** What `issues:` allows: labels that the repository does not have are made with `write` alone. */
  issues: 'write' | 'read' | 'none'
  /** What `actions:` allows: runs are listed for who may read them. */
  actions: 'read' | 'none'
  /** "Allow GitHub Actions to create and approve pull requests". */
  mayOpenPullRequests: boolean
  archived: boolean
  /** Branches nobody pushes to directly, and what says so. */
  protections: Record<string, 'classic' | 'ruleset' | { rule: string }>
  /** Whether GitHub signs what is committed through its API; some Enterprise Servers do not. */
  signsCommits: boolean
  collaborators: string[]
  /** Labels the repository has; another is made only by who may write issues. */
  labels: string[]
  /** Teams this token can see: the token of a workflow sees none. */
  teams: string[]
}

export type Pull = {
  number: number
  state: 'open' | 'closed'
  merged: boolean
  title: string
  body: string | null
  author: string
  /** `owner/name` of the repository the head lies in: a fork's is another. */
  headRepository: string
  head: string
  /** Tip of the head when it was last seen. */
  headOid: string
  base: string
  comments: { id: number; author: string; body: string }[]
  labels: string[]
  reviewers: string[]
  teams: string[]
  assignees: string[]
}

/** A run of a workflow. */
export type WorkflowRun = {
  id: number
  /** Its file under `.github/workflows`. */
  workflow: string
  number: number
  event: string
  branch: string
  /** Null while it runs. */
  conclusion: string | null
  /** When it was created, RFC 3339. */
  createdAt: string
}

export type Issue = {
  number: number
  state: 'open' | 'closed'
  reason: string | null
  title: string
  body: string
  comments: string[]
}

export const BOT: Identity = {
  name: 'github-actions[bot]',
  email: '41898282+github-actions[bot]@users.noreply.github.com',
}
const GITHUB: Identity = { name: 'GitHub', email: 'noreply@github.com' }

/** GitHub's refusal of a change to a branch. */
export type Refusal = { type: string; message: string }

export type World = {
  settings: Settings
  repository: Repository
  pulls: Pull[]
  runs: WorkflowRun[]
  /** Numbered from 1001 on, apart from pull requests. */
  issues: Issue[]
  /** Commits GitHub has signed. */
  signed: Set<string>
  /** Addresses as clients see them. */
  urls: { server: string; api: string; graphql: string }
  /** Acts once, before the next request that fits is answered. */
  hooks: { fits: (request: Received) => boolean; act: () => Promise<unknown> }[]
  /** Where requests broke GitHub's published schemas. */
  violations: string[]
}

export async function createWorld(given: Partial<Settings>): Promise<World> {
  const settings: Settings = {
    owner: 'acme',
    repo: 'limits',
    defaultBranch: 'main',
    contents: 'write',
    pullRequests: 'write',
    issues: 'write',
    actions: 'none',
    mayOpenPullRequests: true,
    archived: false,
    protections: {},
    signsCommits: true,
    collaborators: ['octocat', 'hubot'],
    labels: [],
    teams: [],
    ...given,
  }
  const repository = await createRepository(settings.defaultBranch)
  const urls = { server: '', api: '', graphql: '' }
  return {
    settings,
    repository,
    ...{ pulls: [], runs: [], issues: [] },
    ...{ signed: new Set(), urls, hooks: [], violations: [] },
  }
}

export const fullName = ({ settings }: World) => `${settings.owner}/${settings.repo}`

/** Why this branch may not change; null where it may. The texts are GitHub's own. */
export function refusal({ settings }: World, branch: string): Refusal | null {
  if (settings.archived) return { type: 'FORBIDDEN', message: 'Repository was archived so is read-only.' }
  if (settings.contents !== 'write') return { type: 'FORBIDDEN', message: 'Resource not accessible by integration' }
  const protection = settings.protections[branch]
  const rule = 'Changes must be made through a pull request.'
  if (protection === 'classic') {
    const message = `GH006: Protected branch update failed for refs/heads/${branch}.\n\n- ${rule}`
    return { type: 'BRANCH_PROTECTION_RULE_VIOLATION', message }
  }
  // Rulesets come with a type of their own that GitHub does not document; only the message tells.
  if (protection !== undefined) {
    const said = protection === 'ruleset' ? rule : protection.rule
    return { type: 'UNPROCESSABLE', message: `Repository rule violations found\n\n${said}\n\n` }
  }
  return null
}

/** Commits to a branch if its tip is `expected`; null where it is not. */
export async function commitTo(
  world: World,
  branch: string,
  expected: string | null,
  changes: Changes,
  message: string,
  by: { author: Identity; committer: Identity },
): Promise<string | null> {
  if ((await world.repository.head(branch)) !== expected) return null
  const oid = await world.repository.commit(branch, expected, changes, message, by)
  if (oid !== null) await settle(world, branch)
  return oid
}

/** Commits as GitHub does for a bot that uses its API: GitHub commits, and signs. */
export async function commitByApi(world: World, branch: string, expected: string, changes: Changes, message: string) {
  const oid = await commitTo(world, branch, expected, changes, message, { author: BOT, committer: GITHUB })
  if (oid !== null && world.settings.signsCommits) world.signed.add(oid)
  return oid
}

/** What GitHub does to open pull requests when a branch changed: no branch or nothing to merge closes them. */
export async function settle(world: World, branch: string): Promise<void> {
  const tip = await world.repository.head(branch)
  for (const pull of world.pulls) {
    if (pull.state !== 'open' || pull.headRepository !== fullName(world) || pull.head !== branch) continue
    const base = await world.repository.head(pull.base)
    if (tip === null || (base !== null && (await world.repository.isAncestor(tip, base)))) pull.state = 'closed'
    pull.headOid = tip ?? pull.headOid
  }
}

import { AuditError } from '../../errors.ts'
import type { NetworkFault } from '../../transport/network-fault.ts'
import { adviceFor } from './ruleset-advice.ts'

/**
 * What stands between us and the repository, where it is told apart. `stale` and `may-not-open` are dealt with;
 * every other refusal ends the delivery at once: it is no race that another try would win.
 */
export type Refusal =
  | 'stale'
  | 'may-not-open'
  | 'permission'
  | 'protected'
  | 'ruleset'
  | 'empty'
  | 'archived'
  | 'credentials'
  | 'rate-limit'
  | 'not-found'
  | 'redirect'

/** A request to GitHub that failed. `message` and `remedy` are for a person, the rest is for the code. */
export class GitHubError extends AuditError {
  override readonly name = 'GitHubError'
  /** GitHub's own words, or the network's. */
  readonly said: string
  readonly refusal: Refusal | undefined
  /** The request may have been carried out all the same: no reply, a broken one, or a 5xx. */
  readonly inDoubt: boolean
  /** Why there was no connection to send it through, or null where there was. */
  readonly unsent: NetworkFault | null

  constructor(
    request: string,
    reply: {
      said: string
      status?: number | undefined
      type?: string | undefined
      requestId?: string | undefined
      inDoubt?: boolean
      unsent?: NetworkFault | null
      cause?: unknown
    },
  ) {
    const { said, status, type, requestId, inDoubt = false, unsent = null, cause } = reply
    const known = REFUSALS.find((rule) => rule.fits(said, status, type))
    const code = [status, type, requestId && `request ${requestId}`].filter(Boolean).join(', ')
    super(`${verdict(inDoubt, unsent)} ${request}: ${quoted(said)}${code ? ` (${code})` : ''}.`, {
      remedy: unsent?.remedy ?? known?.remedy(request, said) ?? (inDoubt ? OUTAGE : undefined),
      status,
      requestId,
      cause,
    })
    this.said = said
    this.refusal = known?.refusal
    this.inDoubt = inDoubt
    this.unsent = unsent
  }
}

/** The error's refusal, or undefined for any other error. */
export function refusalOf(error: unknown): Refusal | undefined {
  return error instanceof GitHubError ? error.refusal : undefined
}

export const isInDoubt = (error: unknown): boolean => error instanceof GitHubError && error.inDoubt

function verdict(inDoubt: boolean, unsent: NetworkFault | null): string {
  if (unsent) return 'GitHub could not be reached for'
  return inDoubt ? 'GitHub gave no usable reply to' : 'GitHub refused'
}

const OUTAGE = 'Run the job again later; https://www.githubstatus.com tells of outages.'

/** Recognised by GitHub's own words first: rulesets come with a GraphQL type that is not documented, protections with one that is. */
const REFUSALS: readonly {
  refusal: Refusal
  fits: (said: string, status: number | undefined, type: string | undefined) => boolean
  remedy: (request: string, said: string) => string
}[] = [
  {
    refusal: 'stale',
    fits: (said, _, type) => type === 'STALE_DATA' || /Expected branch to point to/i.test(said),
    remedy: () => 'The branch moved in the meantime; run the job again.',
  },
  {
    refusal: 'may-not-open',
    fits: (said) => /not permitted to create or approve pull requests/i.test(said),
    remedy: () =>
      'Tick "Allow GitHub Actions to create and approve pull requests" under Settings → Actions → General of the repository (its organization may have to allow it first), or pass the token of a GitHub App as github-token.',
  },
  {
    refusal: 'archived',
    fits: (said) => /was archived/i.test(said),
    remedy: () => 'Unarchive the repository, or set snapshot-mode: none.',
  },
  {
    refusal: 'ruleset',
    fits: (said) => /GH013|rule violations/i.test(said),
    remedy: (_, said) => `A ruleset forbids this. ${adviceFor(said)}`,
  },
  {
    refusal: 'protected',
    fits: (said, _, type) => type === 'BRANCH_PROTECTION_RULE_VIOLATION' || /GH006|protected branch/i.test(said),
    remedy: () =>
      `The branch is protected. Set snapshot-mode: pull-request, or let a GitHub App push to it and pass its token as github-token.`,
  },
  {
    refusal: 'empty',
    fits: (said) => /repository is empty/i.test(said),
    remedy: () => 'Push a first commit: an empty repository has no branch to commit to.',
  },
  {
    refusal: 'rate-limit',
    fits: (said, status, type) => status === 429 || type === 'RATE_LIMITED' || /(api|secondary) rate limit/i.test(said),
    remedy: () => 'The token has used up what GitHub allows it in an hour, or too much at once; run the job later.',
  },
  {
    refusal: 'credentials',
    fits: (_, status) => status === 401,
    remedy: () => 'The token in github-token is not valid or has expired; its default is the token of the workflow.',
  },
  {
    refusal: 'permission',
    fits: (said) => /not accessible by|must have (push|admin|write) (access|rights)/i.test(said),
    remedy: permissionFor,
  },
  {
    refusal: 'redirect',
    fits: (_, status) => status !== undefined && status >= 300 && status < 400,
    remedy: () =>
      'The repository was renamed or moved since this run began, or something between the runner and GitHub redirects, such as the sign-in page of a proxy. Run the workflow anew; if it stays, look at GITHUB_API_URL and the proxy.',
  },
  {
    refusal: 'not-found',
    fits: (_, status, type) => status === 404 || type === 'NOT_FOUND',
    remedy: () => 'GitHub also says this of what the token may not see: check that it has access to the repository.',
  },
]

function permissionFor(request: string): string {
  if (/^\w+ \/(pulls|issues)\b/.test(request))
    return 'Give the job `permissions: pull-requests: write` (a fine-grained or App token: "Pull requests: read and write").'
  if (/^GET \/actions\b/.test(request))
    return 'Give the job `permissions: actions: read` (a fine-grained or App token: "Actions: read").'
  if (/^GET /.test(request))
    return 'Give the job `permissions: contents: read`, or `write` for it to commit (a fine-grained or App token: "Contents").'
  return 'Give the job `permissions: contents: write` (a fine-grained or App token: "Contents: read and write").'
}

/** One line, cut, in quotes: the words are not ours. */
function quoted(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return `"${line.length > 400 ? `${line.slice(0, 400)}…` : line}"`
}

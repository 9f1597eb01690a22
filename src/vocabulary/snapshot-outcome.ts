/** What became of the snapshot: decided by delivery, shown by the summary and Slack, written to the outputs. */

/** A commit of this run; `verified` is GitHub's own word on its signature. */
export type MadeCommit = { sha: string; url: string; verified: boolean }

/** `none` with a number: it is open and was left as it is; without: there is no pull request, and none is needed. */
export type PullRequestOutcome =
  | { operation: 'created' | 'updated' | 'closed'; number: number; url: string }
  | { operation: 'none'; number: number; url: string }
  | { operation: 'none'; number: null; url: null }
  /** The branch is pushed and the pull request could not be opened; a person can, at `url`. With an error it failed; without, this token may not. */
  | { operation: 'branch-only'; number: null; url: string; error: string | null }

/**
 * `not-wanted`: snapshot-mode is none. `unread`: what is committed could not be read, or this job may not read it; what
 * has changed is not known then. `partial`: not all limits could be read. `failed`: it could not be written, or not all
 * of it.
 */
type Skipped =
  | { because: 'not-wanted' | 'unread' | 'partial'; pullRequest: null }
  | { because: 'dry-run'; pullRequest: PullRequestOutcome | null }
  | { because: 'failed'; error: string; pullRequest: null }

export type SnapshotOutcome = {
  path: string
  /** One sentence where something needs saying: why it was skipped, what a dry run would have done, a compare link. */
  note: string | null
} & (
  | { operation: 'created' | 'updated'; commit: MadeCommit; pullRequest: PullRequestOutcome | null }
  /** A commit here is one of the gateway file alone. */
  | { operation: 'unchanged'; commit: MadeCommit | null; pullRequest: PullRequestOutcome | null }
  | { operation: 'written'; commit: null; pullRequest: null }
  | ({ operation: 'skipped'; commit: null } & Skipped)
)

/** What a commit holds: the snapshot, the gateway file with it, or the gateway file alone. */
export type FilesInCommit = 'snapshot' | 'both' | 'gateway'

/** A group or a workspace that only goes by another name. */
export type Rename = { what: 'group' | 'workspace'; from: string; to: string }

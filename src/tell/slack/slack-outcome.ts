import type { SlackMessage } from './slack-limits.ts'

/** What became of a message. `unknown`: Slack may have posted it all the same, so it is not sent a second time. */
export type Posting = { kind: 'delivered' } | { kind: 'not-delivered' | 'unknown'; error: string }

/**
 * What became of Slack in a run. `not-set-up`: there is no webhook; `not-wanted`: `notify` had nothing to post; `rehearsed`:
 * a dry run, which would have posted this.
 */
export type SlackOutcome =
  | Posting
  | { kind: 'not-set-up' }
  | { kind: 'not-wanted' }
  | { kind: 'rehearsed'; message: SlackMessage }

import type { ContextBlock, KnownBlock, SectionBlock } from '@slack/types'
import type { PullRequestOutcome } from '../../vocabulary/snapshot-outcome.ts'
import { oneLine } from '../words/escape.ts'
import type { Links } from '../words/links.ts'
import type { SlackMessage } from './slack-limits.ts'

/** The few blocks of Block Kit the messages are made of. Text is already escaped. */

/** Characters a header takes. */
export const LONGEST_HEADER = 150

/** Links to where a reader goes next; to the pull request first, where one waits. */
export function buttons(links: Links, pullRequest: PullRequestOutcome | null = null): KnownBlock[] {
  const isOpen = pullRequest !== null && pullRequest.operation !== 'closed'
  const targets = [
    [
      'review',
      pullRequest?.operation === 'branch-only' ? 'Open pull request' : 'Review pull request',
      isOpen ? pullRequest.url : null,
    ],
    ['run', 'Open run', links.run],
    ['usage', 'Usage in Console', links.usage],
    ['limits', 'Limits in Console', links.limits],
    ['runbook', 'Runbook', links.runbook],
  ] as const
  const elements = targets.flatMap(([action, text, url]) =>
    url === null
      ? []
      : [
          {
            type: 'button' as const,
            action_id: action,
            text: { type: 'plain_text' as const, text, emoji: false },
            url,
          },
        ],
  )
  return [{ type: 'actions', elements }]
}

/** A message in which Slack unfurls nothing; `text` is what a notification shows. */
export function message(text: string, messageBlocks: KnownBlock[]): SlackMessage {
  return { text, blocks: messageBlocks, unfurl_links: false, unfurl_media: false }
}

export function header(text: string): KnownBlock {
  return { type: 'header', text: { type: 'plain_text', text: oneLine(text, LONGEST_HEADER), emoji: false } }
}

/** `verbatim`: Slack links nothing that is not marked as a link. */
export function section(text: string): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }
}

export function context(text: string): ContextBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] }
}

/** Lines packed into as few sections as hold them; a single line is always shorter than a section. */
export function sections(lines: readonly string[]): SectionBlock[] {
  const texts: string[] = []
  for (const line of lines) {
    const last = texts.at(-1)
    if (last !== undefined && last.length + line.length + 1 <= 3_000) texts[texts.length - 1] = `${last}\n${line}`
    else texts.push(line)
  }
  return texts.map(section)
}

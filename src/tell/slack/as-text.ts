import type { KnownBlock } from '@slack/types'
import type { SlackMessage } from './slack-limits.ts'

/** A message as plain text for a terminal: what a person would read in Slack, links with their target. */
export function slackAsText(message: SlackMessage): string {
  return `${message.blocks.map(blockText).filter(Boolean).join('\n\n')}\n`
}

function blockText(block: KnownBlock): string {
  switch (block.type) {
    case 'header':
      return `${block.text.text}\n${'='.repeat(Math.min(80, block.text.text.length))}`
    case 'section':
      return block.text ? readable(block.text) : ''
    case 'context':
      return block.elements.map((element) => ('text' in element ? readable(element) : '')).join('  ')
    case 'actions':
      return block.elements
        .map((element) => (element.type === 'button' ? `[${element.text.text}] ${element.url ?? ''}` : ''))
        .join('\n')
    default:
      return ''
  }
}

function readable({ type, text }: { type: 'plain_text' | 'mrkdwn'; text: string }): string {
  return type === 'mrkdwn' ? mrkdwnAsText(text) : text
}

/** Inline code (taken as it is), a date (as it reads in UTC), a link with its text, a bare link, a mention, and bold, italic or struck text. */
const MARKS =
  /`([^`\n]+)`|<!date\^\d+\^[^|>\n]+\|([^>\n]+)>|<(https?:[^|>\n]+)\|([^>\n]*)>|<(https?:[^>\n]+)>|<([!@#][^>\n]*)>|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\7(?![\p{L}\p{N}])/gu

/** mrkdwn without its marks and entities. A mention is shown as such, for it would be one in Slack. */
export function mrkdwnAsText(text: string): string {
  return withoutMarks(text).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

function withoutMarks(text: string): string {
  return text.replace(MARKS, (_all, code, date, url, label, bare, mention, _mark, inner) => {
    if (url !== undefined) return `${label} (${url})`
    if (mention !== undefined) return `[mention ${mention}]`
    return code ?? date ?? bare ?? withoutMarks(inner)
  })
}

import type { KnownBlock } from '@slack/types'
import { markdownLink } from '../words/escape.ts'
import type { SlackMessage } from './slack-limits.ts'

/**
 * The one message of a run as Markdown, for Teams, Discord and e-mail: made from the message to Slack, so that all say the
 * same. Markdown as all of them read it: bold, lists, code and links. Teams knows no headings, and none takes HTML.
 */
export function slackAsMarkdown(message: SlackMessage): string {
  return `${message.blocks.map(blockText).filter(Boolean).join('\n\n')}\n`
}

function blockText(block: KnownBlock): string {
  switch (block.type) {
    case 'header':
      return `**${escaped(block.text.text)}**`
    case 'section':
      return block.text ? lines(block.text.text) : ''
    case 'context':
      return block.elements.map((element) => ('text' in element ? markdown(element.text) : '')).join(' ')
    case 'actions':
      return block.elements
        .map((element) =>
          element.type === 'button' ? markdownLink(escaped(element.text.text), element.url ?? '') : '',
        )
        .join(' · ')
    default:
      return ''
  }
}

/** A heading as a paragraph of its own, and what it is about as a list: a single line break means something else to each reader. */
function lines(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      if (line.startsWith('*')) return `${markdown(line)}\n`
      return /^\d+\. /.test(line) ? markdown(line) : `- ${markdown(line.replace(/^• /, ''))}`
    })
    .join('\n')
    .trim()
}

/** Inline code, a link with its text, a moment with what it reads as elsewhere, and bold text: the marks that our messages are made of. */
const MARKS =
  /`([^`\n]+)`|<(https?:[^|>\n]+)\|([^>\n]*)>|<!date\^[^|>\n]*\|([^>\n]*)>|(?<![\p{L}\p{N}])\*(?=\S)([^\n]*?\S)\*(?![\p{L}\p{N}])/gu

function markdown(text: string): string {
  let rest = 0
  const parts: string[] = []
  for (const match of text.matchAll(MARKS)) {
    const [whole, code, url, label, date, bold] = match
    parts.push(escaped(decoded(text.slice(rest, match.index))))
    if (code !== undefined) parts.push(`\`${decoded(code)}\``)
    else if (url !== undefined) parts.push(markdownLink(escaped(decoded(label ?? '')), decoded(url)))
    else if (date !== undefined) parts.push(escaped(decoded(date)))
    else parts.push(`**${markdown(bold ?? '')}**`)
    rest = match.index + whole.length
  }
  return [...parts, escaped(decoded(text.slice(rest)))].join('')
}

/** mrkdwn's three entities as their characters. */
function decoded(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** What could mean something is preceded by a backslash; mentions, references and addresses are broken by a space without width. */
function escaped(text: string): string {
  return text
    .replace(/[\\`*_[\]<>|~$]|&(?=#?\w+;)/g, '\\$&')
    .replace(/[@#]|:(?=\/\/)/g, '$&\u200b')
    .replace(/\bwww(?=\.)|\bgh-(?=\d)/gi, '$&\u200b')
}

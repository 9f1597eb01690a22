/**
 * Text that others wrote (workspace, group, model and key names, error bodies) is made safe here, at the edge where it
 * is shown: it appears as just its characters and can neither mention, link, format nor break the layout.
 * Every function takes raw text: applied twice, it escapes its own marks.
 */

/** How a rendering escapes what others wrote: one of `slackText`, `markdownText`, `gitText`, `logText`. */
export type Escape = (text: string, length?: number) => string

const ZERO_WIDTH_SPACE = '\u200b'

/** Longer names tell a reader nothing more and would push the figures out of sight. */
const NAME_LENGTH = 100
/** For whole sentences, such as an error's. */
export const SENTENCE_LENGTH = 500

/**
 * One line of well-formed text, at most `length` UTF-16 units and never half a character. Line breaks become a visible
 * mark; control and direction-changing characters, which could reorder or hide what stands beside them, become U+FFFD.
 */
export function oneLine(text: string, length = NAME_LENGTH): string {
  const line = text
    .toWellFormed()
    .replace(/[\r\n\u0085\u2028\u2029]+/gu, '↵')
    .replace(/\t/gu, ' ')
    .replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '\ufffd')
    .trim()
  if (line.length <= length) return line
  let cut = ''
  for (const character of line) {
    if (cut.length + character.length >= length) break
    cut += character
  }
  return `${cut}…`
}

/**
 * For Slack's mrkdwn: `&`, `<` and `>` as entities (docs.slack.dev, "Escaping text"), which rules out mentions and links.
 * mrkdwn has no escape for its own marks, so text that holds one is shown as inline code, where Slack formats nothing.
 */
export function slackText(text: string, length?: number): string {
  const line = oneLine(text, length)
  const escaped = line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  // A backtick cannot stand inside inline code; its look-alike (modifier letter grave) can.
  return SLACK_MARKS.test(line) ? `\`${escaped.replaceAll('`', 'ˋ')}\`` : escaped
}

/** `*`, `~` and backticks anywhere, `_` at the edge of a word (inside one it is harmless), `:emoji:`, a quote. */
const SLACK_MARKS = /[*~`]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|:[^\s:]+:|^>/u

/**
 * For GitHub's Markdown, in running text, a table cell or inside an HTML element: whatever could mean something to
 * Markdown or HTML is written as a numeric entity, which CommonMark never reads as markup.
 */
export function markdownText(text: string, length?: number): string {
  return withoutReferences(oneLine(text, length))
    .replace(/[\\`*_{}[\]<>#+!|&~=@$"':]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll(ZERO_WIDTH_SPACE, '&#8203;')
}

/** For a commit message or a pull request's title: plain text in which GitHub still sees `@team`, `#1` and URLs. */
export function gitText(text: string, length?: number): string {
  return withoutReferences(oneLine(text, length))
}

/** For a line of the log: `##[` and a leading `::` are commands to GitHub's runner. */
export function logText(text: string, length?: number): string {
  return oneLine(text, length).replaceAll('##[', `#${ZERO_WIDTH_SPACE}#[`).replace(/^::/, `:${ZERO_WIDTH_SPACE}:`)
}

/**
 * GitHub looks for mentions, issue numbers, emoji, formulas and URLs in the finished text, after entities have been
 * decoded: only a character between the sign and what follows keeps it from finding them. Renovate and Dependabot do the same.
 */
function withoutReferences(line: string): string {
  return line
    .replace(/[@#$]|:(?=\S)/g, `$&${ZERO_WIDTH_SPACE}`)
    .replace(/\bwww(?=\.)/gi, `$&${ZERO_WIDTH_SPACE}`)
    .replace(/\bgh-(?=\d)/gi, `$&${ZERO_WIDTH_SPACE}`)
}

/** How a rendering writes a link; `text` is already escaped. */
export type Link = (text: string, url: string) => string

/** A link in Markdown: what could end its target early is percent-encoded. */
export const markdownLink: Link = (text, url) => `[${text}](${encoded(url, /[\s()<>|`\\"]/g)})`

/** A link in mrkdwn. */
export const slackLink: Link = (text, url) => `<${encoded(url, /[\s<>|]/g).replaceAll('&', '&amp;')}|${text}>`

/** A sentence of ours that may hold URLs: those become links, all else is escaped. */
export function sentenceWithLinks(sentence: string, safe: Escape, link: Link): string {
  return sentence
    .split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:)])/)
    .map((part, index) => (index % 2 === 1 ? link(safe(part), part) : spaced(part, safe)))
    .join('')
}

/** Escaping trims, and the blanks beside a link have to stay. */
function spaced(part: string, safe: Escape): string {
  return `${/^\s/.test(part) ? ' ' : ''}${safe(part, SENTENCE_LENGTH)}${/\S\s+$/.test(part) ? ' ' : ''}`
}

function encoded(url: string, unsafe: RegExp): string {
  return url.replace(unsafe, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

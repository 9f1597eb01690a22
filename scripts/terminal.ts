import { columns, paragraph } from '../src/tell/terminal/layout.ts'
import type { Screen } from '../src/tell/terminal/style.ts'

/** How the demonstration shows what the product writes for other places: Slack's text, Markdown, a diff. */

export const SCREEN: Screen = { columns: 80, colour: false }

export function title(text: string): string {
  const line = '─'.repeat(SCREEN.columns)
  return `\n${line}\n${paragraph(text, SCREEN)}\n${line}\n`
}

/** The same lines, those that are too long on several. */
export function fitted(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const indent = /^ */.exec(line)?.[0] ?? ''
      return line.length <= SCREEN.columns ? line : paragraph(line.trim(), SCREEN, indent.slice(1))
    })
    .join('\n')
}

/** A page of Markdown, tables aligned. */
export function markdownAsText(markdown: string): string {
  return plain(markdown)
    .split('\n\n')
    .map((part) => (part.trimStart().startsWith('|') ? aligned(part) : fitted(part)))
    .join('\n\n')
}

function plain(markdown: string): string {
  return markdown
    .replaceAll('&nbsp;', ' ')
    .replace(/\*\*|`|<\/?sub>/g, '')
    .replace(/\[([^\]]*)\]\((\S+?)\)/g, '$1 ($2)')
    .replace(/^#+ /gm, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
}

function aligned(table: string): string {
  const rows = table
    .trim()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  const [heads = [], marks = [], ...lines] = rows
  const widths = heads.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)))
  const widest = Math.max(...widths)
  const isWide = widths.reduce((sum, width) => sum + width + 2, -widest) > SCREEN.columns / 2
  if (isWide) return lines.map((line) => paragraph(line.join(': '), SCREEN, '-')).join('\n')
  const named = heads.map((head, index) => (marks[index]?.endsWith(':') ? { head, align: 'right' as const } : { head }))
  return columns(named, lines, widths.indexOf(widest), SCREEN)
}

/** The job summary's head for a terminal: the same words as on GitHub, tables aligned, folded parts left folded. */

const PEAKS = '\n### Peaks'

/** The part of the summary above the peaks, as plain text. */
export function scorecardForTerminal(summary: string): string {
  const end = summary.indexOf(PEAKS)
  const head = (end < 0 ? summary : summary.slice(0, end)).replace(
    /<details>\s*<summary>(.*?)<\/summary>[\s\S]*?<\/details>/g,
    '[+] $1',
  )
  return plain(head)
    .split('\n\n')
    .map((part) => (part.trimStart().startsWith('|') ? aligned(part) : part))
    .join('\n\n')
}

export function title(text: string): string {
  return `\n${'─'.repeat(100)}\n${text}\n${'─'.repeat(100)}\n`
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
  const isRight = (rows[1] ?? []).map((cell) => cell.endsWith(':'))
  const cells = rows.filter((_, index) => index !== 1)
  const widths = isRight.map((_, column) => Math.max(...cells.map((row) => width(row[column] ?? ''))))
  const pad = (cell: string, column: number) => {
    const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell)))
    return isRight[column] ? space + cell : cell + space
  }
  return cells.map((row) => row.map(pad).join('  ').trimEnd()).join('\n')
}

/** Columns a terminal gives to a text: band marks are two wide. */
function width(text: string): number {
  return [...text].reduce((sum, character) => sum + (/\p{Emoji_Presentation}/u.test(character) ? 2 : 1), 0)
}

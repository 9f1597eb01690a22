import Table from 'cli-table3'
import stringWidth from 'string-width'
import { painted, type Screen } from './style.ts'

/** Rows and paragraphs that fit the screen: what is too long for its column goes on in the line below. */

const GAP = 2
/** A terminal that is narrower, or does not say, gets lines of this width: it breaks them by itself. */
const NARROWEST = 30

export type Column = { head: string; align?: 'right' }

/** A table in which the column number `flexible` takes the width that the others leave. Cells hold no line break of others. */
export function columns(
  heads: readonly Column[],
  rows: readonly (readonly string[])[],
  flexible: number,
  screen: Screen,
): string {
  const lines = [heads.map(({ head }) => painted('gray', head, screen)), ...rows]
  const widths = heads.map((_, index) => Math.max(...lines.map((line) => widthOf(line[index] ?? ''))))
  const fixed = widths.reduce((sum, width, index) => sum + (index === flexible ? 0 : width + GAP), 0)
  const room = Math.max(NARROWEST / 2, screen.columns - fixed)
  return drawn(
    lines,
    widths.map((width, index) => (index === flexible ? Math.min(width, room) : width)),
    heads.map(({ align }) => align ?? 'left'),
  )
}

/** A paragraph, each of its lines after `mark` and in the same column. */
export function paragraph(text: string, screen: Screen, mark = ''): string {
  const width = Math.max(NARROWEST, screen.columns) - (mark === '' ? 0 : widthOf(mark) + 1)
  return mark === ''
    ? drawn([[text]], [width], ['left'])
    : drawn([[mark, text]], [widthOf(mark), width], ['left', 'left'], 1)
}

function widthOf(cell: string): number {
  return Math.max(...cell.split('\n').map((line) => stringWidth(line)))
}

/** Nothing but the text: no lines between the cells, and no colour that was not asked for. */
const BARE = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle'].flatMap((place) =>
    ['', '-mid', '-left', '-right'].map((end) => [`${place}${end}`, '']),
  ),
)

function drawn(
  lines: readonly (readonly string[])[],
  widths: readonly number[],
  aligns: readonly ('left' | 'right')[],
  gap = GAP,
): string {
  const table = new Table({
    chars: BARE,
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [], compact: true },
    colWidths: widths.map((width) => width + gap),
    colAligns: [...aligns],
    wordWrap: true,
  })
  for (const line of lines) table.push(line.map((cell, index) => broken(cell, widths[index] ?? 0)))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

/** A word that is wider than its column goes on in the next line: the library would cut it off. */
function broken(cell: string, width: number): string {
  return (
    cell
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one, and takes no room.
      .split(/(\u001b\[[\d;]*m|\s+)/)
      .map((part) => (stringWidth(part) > width ? pieces(part, width).join('\n') : part))
      .join('')
  )
}

function pieces(word: string, width: number): string[] {
  const lines = ['']
  for (const character of word) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && stringWidth(line + character) > width) lines.push(character)
    else lines[lines.length - 1] = line + character
  }
  return lines
}

import { markdownLink } from './escape.ts'
import type { Links } from './links.ts'

/** The few shapes of Markdown the renderings are made of. Cells and titles are already escaped. */

export type Column = { head: string; align?: 'right' }

/** A table of more rows than this has its quiet ones folded away, or is folded as a whole. */
export const READ_AS_A_WHOLE = 12

/** A table; empty where it would have no rows. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    row(columns.map(({ head }) => head)),
    row(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map(row),
  ].join('\n')
}

/** A part that opens on a click; the blank lines make GitHub read Markdown inside it. */
export function details(title: string, body: string): string {
  return body === '' ? '' : `<details>\n<summary>${title}</summary>\n\n${body}\n\n</details>`
}

export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

/** Where the order says which comes first. */
export function numbered(items: readonly string[]): string {
  return items.map((item, index) => `${index + 1}. ${item}`).join('\n')
}

/** Parts one below the other, without the empty ones. */
export function stack(...parts: readonly (string | null | undefined | false)[]): string {
  return parts.filter(Boolean).join('\n\n')
}

/** A part under its heading, in which no figure is torn from its percent sign; empty where the part is. */
export function under(heading: string, body: string): string {
  return body === '' ? '' : `${unbroken(heading)}\n\n${body}`
}

/** Text as it is. The fence is longer than any row of backticks in it. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}`
}

/** Keeps a figure and its percent sign on one line, in a narrow cell or a heading on a phone. */
export function unbroken(cell: string): string {
  return cell.replace(/([\d≥≤−+]) (?=[\d%])/g, '$1&nbsp;')
}

const CELLS = 10

/** `████████░░`: full at the limit and beyond it; less than a tenth is shown as a half-filled cell, nothing as none. */
export function bar(ratio: number): string {
  const full = Math.min(CELLS, Math.floor(ratio * CELLS + 1e-9))
  const cells = full === 0 && ratio > 0 ? '▒' : '█'.repeat(full)
  return `\`${cells}${'░'.repeat(CELLS - cells.length)}\``
}

/** Links to where a reader goes next; `own` is the text of the link to the run. */
export function seeAlso({ run, usage, limits, runbook }: Links, own = 'This run'): string {
  const entries = [
    run && markdownLink(own, run),
    markdownLink('Usage in the Console', usage),
    markdownLink('Limits in the Console', limits),
    runbook && markdownLink('Runbook', runbook),
  ]
  return entries.filter(Boolean).join(' · ')
}

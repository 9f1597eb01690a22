import { createHash } from 'node:crypto'
import { PULL_REQUEST_MARKER as MARKER, type PullRequestText } from '../../tell/pull-request/pull-request.ts'
import type { Change } from './commit.ts'

/**
 * What is ours of an open pull request: a region of its body between two marks, and its title as long as nobody has
 * changed it. Checklists, notes and ticket numbers that people add are theirs.
 */

const END = '<!-- /claude-rate-limit-audit -->'
/** GitHub takes no longer body; the renderer keeps below, this is the last guard. */
const LONGEST_BODY = 65_536
/** The last line of a body as releases before 0.2 wrote it, which owned it all and had no second mark. */
const LAST_LINE = /^.*\]\(https:\/\/platform\.claude\.com\/usage\/limits\).*$/m

/** `title`: as we set it last. `key`: of the files that were proposed then. */
type Memory = { title: string; key: string }
const MEMORY = /<!-- audit-state (\{.*\}) -->/

/** The same for the same files: a pull request is touched only where it differs. */
export function keyOf({ files }: Pick<Change, 'files'>): string {
  return createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16)
}

/** The body of a new pull request. */
export function newBody(text: PullRequestText, key: string): string {
  return region(text, key, LONGEST_BODY)
}

/** What to change in an open one; null where it shows these files already. */
export function updatedText(open: PullRequestText, text: PullRequestText, key: string): PullRequestText | null {
  const memory = memoryOf(open.body)
  if (memory?.key === key) return null
  const body = open.body.replace(/\r\n/g, '\n')
  const { before, after } = around(body)
  const isTheirs = memory !== null && open.title !== memory.title
  const title = isTheirs ? open.title : text.title
  const others = before.length + after.length
  return { title, body: `${before}${region(text, key, LONGEST_BODY - others)}${after}` }
}

function region({ title, body }: PullRequestText, key: string, room: number): string {
  const memory: Memory = { title, key }
  // A title may hold what would end a comment.
  const state = `<!-- audit-state ${JSON.stringify(memory).replaceAll('>', '\\u003e').replaceAll('--', '-\\u002d')} -->`
  const [start, end] = [`${MARKER}\n${state}\n\n`, `\n\n${END}`]
  const own = body.replace(MARKER, '').trim()
  const left = room - start.length - end.length
  if (own.length <= left) return `${start}${own}${end}`
  const notice = '\n\n… cut: GitHub takes no longer text.'
  return `${start}${own.slice(0, Math.max(0, left - notice.length))}${notice}${end}`
}

/** What stands before and after our region; of a body without a second mark, what we did not write. */
function around(body: string): { before: string; after: string } {
  const from = body.indexOf(MARKER)
  if (from < 0) return { before: `${body}\n\n`, after: '' }
  const end = body.indexOf(END, from)
  if (end >= 0) return { before: body.slice(0, from), after: body.slice(end + END.length) }
  const last = LAST_LINE.exec(body.slice(from))
  const length = last ? last.index + last[0].length : MARKER.length
  return { before: body.slice(0, from), after: body.slice(from + length) }
}

function memoryOf(body: string): Memory | null {
  const [, json] = MEMORY.exec(body) ?? []
  if (json === undefined) return null
  try {
    const { title, key } = JSON.parse(json) as Partial<Memory>
    return typeof title === 'string' && typeof key === 'string' ? { title, key } : null
  } catch {
    // A person has edited what they could not see; then it says nothing.
    return null
  }
}

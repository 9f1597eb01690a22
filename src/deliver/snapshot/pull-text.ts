import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { Files } from '../../collect/github/read.ts'
import { PULL_REQUEST_MARKER as MARKER, type PullRequestText } from '../../tell/pull-request/pull-request.ts'
import type { Change } from './commit.ts'
import { NOBODY, type People } from './people.ts'

/**
 * What is ours of an open pull request: a region of its body between two marks, and its title as long as nobody has
 * changed it. Checklists, notes and ticket numbers that people add are theirs.
 */

const END = '<!-- /claude-rate-limit-audit -->'
/** GitHub takes no longer body; the renderer keeps below, this is the last guard. */
const LONGEST_BODY = 65_536
/** The last line of a body as releases before 0.2 wrote it, which owned it all and had no second mark. */
const LAST_LINE = /^.*\]\(https:\/\/platform\.claude\.com\/usage\/limits\).*$/m

/** `title`: as we set it last. `key`: of what was proposed then. `missing`: whom GitHub has not taken yet. */
type Memory = { title: string; key: string; missing?: People | undefined }
const names = z.array(z.string())
const memorySchema: z.ZodType<Memory> = z.object({
  title: z.string(),
  key: z.string(),
  missing: z.object({ labels: names, reviewers: names, assignees: names }).optional(),
})
const MEMORY = /<!-- audit-state (\{.*\}) -->/

/** The same for the same change, from the same files to the same files: a pull request is touched only where it differs. */
export function keyOf({ files }: Pick<Change, 'files'>, before: Files): string {
  const change = files.map(({ path, text }) => [path, before[path] ?? null, text])
  return createHash('sha256').update(JSON.stringify(change)).digest('hex').slice(0, 16)
}

/** The body of a new pull request. */
export function newBody(text: PullRequestText, key: string): string {
  return region(text, key, LONGEST_BODY)
}

/** The body of one that a person opens by a link: the marks alone, which the next run fills. */
export function bodyToFill(title: string): string {
  return region({ title, body: '' }, '', LONGEST_BODY)
}

/** Whom GitHub has not taken so far, of those who are still wanted. */
export function missingIn(body: string, wanted: People): People {
  const missing = memoryOf(body)?.missing ?? NOBODY
  const still = (kind: keyof People) => missing[kind].filter((name) => wanted[kind].includes(name))
  return { labels: still('labels'), reviewers: still('reviewers'), assignees: still('assignees') }
}

/** The body that remembers whom GitHub has not taken; one that remembers nothing stays as it is. */
export function withMissing(body: string, missing: People): string {
  const memory = memoryOf(body)
  if (memory === null) return body
  const { title, key } = memory
  const isNone = Object.values(missing).every(({ length }) => length === 0)
  return body.replace(MEMORY, () => stateOf(isNone ? { title, key } : { title, key, missing }))
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
  const [start, end] = [`${MARKER}\n${stateOf({ title, key })}\n\n`, `\n\n${END}`]
  const own = body.replace(MARKER, '').trim()
  const left = room - start.length - end.length
  if (own.length <= left) return `${start}${own}${end}`
  const notice = '\n\n… cut: GitHub takes no longer text.'
  return `${start}${own.slice(0, Math.max(0, left - notice.length))}${notice}${end}`
}

/** A title may hold what would end a comment. */
function stateOf(memory: Memory): string {
  return `<!-- audit-state ${JSON.stringify(memory).replaceAll('>', '\\u003e').replaceAll('--', '-\\u002d')} -->`
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
    return memorySchema.parse(JSON.parse(json))
  } catch {
    // A person has edited what they could not see; then it says nothing.
    return null
  }
}

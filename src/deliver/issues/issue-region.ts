import { createHash } from 'node:crypto'
import type { IssueMemory } from '../../tell/issues/issue-rule.ts'
import { type LimitRef, limitKey } from '../../vocabulary/limits/limit-key.ts'

/**
 * What is ours of an issue's body: a region between two marks, of which the first says which limit it is of and what is
 * remembered of it. Everything before and after is people's.
 */

const START = /<!-- claude-rate-limit-issue (\{[^\n]*\}) -->/
const END = '<!-- /claude-rate-limit-issue -->'

/** Stands for one limit in the marker, whatever is in its name. */
export function issueKey(limit: LimitRef): string {
  return createHash('sha256').update(limitKey(limit)).digest('hex').slice(0, 16)
}

export type Marked = { key: string; memory: IssueMemory }

/** The limit that a body is of, and its memory; null for any other issue, or one whose mark somebody has broken. */
export function markOf(body: string): Marked | null {
  const [, json] = START.exec(body) ?? []
  if (json === undefined) return null
  try {
    const { key, limit, worst, calm } = JSON.parse(json) as Partial<IssueMemory & { key: string }>
    if (typeof key !== 'string' || typeof limit !== 'number' || typeof worst !== 'number') return null
    const known = typeof calm?.from === 'string' && typeof calm.to === 'string' ? calm : null
    return { key, memory: { limit, worst, calm: known } }
  } catch {
    return null
  }
}

/** The body with our region set to `own`; in a new one it is all there is. */
export function withRegion(body: string, { key, memory }: Marked, own: string): string {
  const region = `<!-- claude-rate-limit-issue ${JSON.stringify({ key, ...memory })} -->\n\n${own}\n\n${END}`
  const text = body.replace(/\r\n/g, '\n')
  const from = START.exec(text)?.index ?? -1
  if (from < 0) return text === '' ? region : `${text}\n\n${region}`
  const end = text.indexOf(END, from)
  const after = end < 0 ? '' : text.slice(end + END.length)
  return `${text.slice(0, from)}${region}${after}`
}

import type { DriftRow } from '../../report/report.ts'
import { count } from '../../vocabulary/figures.ts'
import { orderDrift } from '../words/drift-figures.ts'
import { driftHeadline } from '../words/drift-text.ts'
import { markdownText } from '../words/escape.ts'
import { list } from '../words/list.ts'
import { bullets } from '../words/markdown.ts'

/** The part of an open pull request that tells a reviewer who has read it what is new. */

const OPENING = '<!-- since-update -->'
const CLOSING = '<!-- /since-update -->'
const MOST_CHANGES = 10
/** Ours is shorter; what is longer was put there by somebody. */
const LONGEST = 5_000

/** `drift`: from what the pull request proposed until now to what it proposes from now on. */
export function sinceUpdate(drift: readonly DriftRow[], day: string): string {
  if (drift.length === 0) return ''
  const lines = list(
    orderDrift(drift),
    MOST_CHANGES,
    (item) => driftHeadline(item, markdownText),
    (more) => `and ${count(more)} more, in the diff`,
  )
  return [OPENING, `### New with the update after ${day}`, '', bullets(lines), CLOSING].join('\n')
}

/** The same part as it stands in a pull request's text, to be kept until something is new again; empty where there is none. */
export function keptSinceUpdate(body: string): string {
  const text = body.replaceAll('\r\n', '\n')
  const [from, to] = [text.indexOf(OPENING), text.indexOf(CLOSING)]
  return from < 0 || to < from || to - from > LONGEST ? '' : text.slice(from, to + CLOSING.length)
}

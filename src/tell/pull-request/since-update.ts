import type { DriftRow } from '../../report/report.ts'
import { count } from '../../vocabulary/figures.ts'
import { orderDrift } from '../drift/drift-figures.ts'
import { driftHeadline } from '../drift/drift-text.ts'
import { markdownText } from '../words/escape.ts'
import { list } from '../words/list.ts'
import { bullets, under } from '../words/markdown.ts'

const MOST_CHANGES = 10

/**
 * What is new for a reviewer who has read an open pull request. `drift`: from what it proposed until now to what it proposes
 * from now on; `day`: the audited one.
 */
export function sinceUpdate(drift: readonly DriftRow[], day: string): string {
  const lines = list(
    orderDrift(drift),
    MOST_CHANGES,
    (item) => driftHeadline(item, markdownText),
    (more) => `and ${count(more)} more, in the diff`,
  )
  return under(`### New with the update after ${day}`, bullets(lines))
}

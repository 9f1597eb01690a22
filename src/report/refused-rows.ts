import type { Tally } from '../collect/headers-log/tally.ts'
import { isoTime } from '../vocabulary/use/window.ts'
import type { RefusalsByKind, Refused, RefusedVerdict } from '../vocabulary/verdict.ts'
import type { RefusalRow, RefusedRow, Report } from './report.ts'

/** What only a log of responses shows, as parts of the report file. */

/** What was refused, without its hours. */
export function refusedPart(refused: Refused): RefusedRow['refused'] {
  const { requests, first, last, worst, retryAfter } = refused
  return {
    requests,
    ...byKind(refused),
    first: isoTime(first),
    last: isoTime(last),
    worst_minute: { at: isoTime(worst.at), requests: worst.requests },
    retry_after: retryAfter,
  }
}

/** The same by the hour. */
export function refusalRow({ scope, group, refused }: RefusedVerdict): RefusalRow {
  const hours = refused.hours.map(({ at, ...counts }) => ({ at: isoTime(at), ...byKind(counts) }))
  return { scope, model: group.name, ...refusedPart(refused), by_hour: hours }
}

function byKind({ rateLimit, acceleration, spendCap, notTold }: RefusalsByKind) {
  return { rate_limit: rateLimit, acceleration, spend_cap: spendCap, not_told: notTold }
}

export function logPart(tally: Tally): NonNullable<Report['log']> {
  return {
    files: tally.files,
    lines: tally.lines,
    responses: tally.responses,
    in_window: tally.inWindow,
    without_headers: tally.withoutLimits,
    not_understood: tally.notUnderstood,
    unusable_headers: tally.unusable,
    first_problem: tally.firstProblem ?? tally.firstUnusable,
    links_to_nothing: [...tally.dangling],
  }
}

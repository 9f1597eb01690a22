import { AuditError } from '../../errors.ts'
import { count, listing, plural } from '../../vocabulary/figures.ts'
import { isoTime } from '../../vocabulary/use/window.ts'
import type { Reading } from './window-reading.ts'

/** How much of a log was of use: every line is in one of these figures. */
export type Tally = {
  files: number
  /** Names of links that lead nowhere. */
  dangling: readonly string[]
  /** Lines that are not empty: the responses, and those not understood. */
  lines: number
  responses: number
  /** Of the responses, those in the window; the others only say which limit is the latest. */
  inWindow: number
  /** Of those in the window, how many name no limit. */
  withoutLimits: number
  notUnderstood: number
  /** The first line that was not understood, and why: `logs/a.jsonl line 7: not JSON: …`. */
  firstProblem: string | null
  /** Responses with a rate-limit header that could not be used; what else they say was read. */
  unusable: number
  firstUnusable: string | null
  /** The headers of the first response that names no limit: what was seen instead. */
  seen: readonly string[]
}

/** One sentence, always said: `Read 200 lines in 1 file: 190 responses in the window, 8 outside it, 2 lines not understood.` */
export function tallyText(tally: Tally): string {
  const { lines, files, dangling, inWindow, responses, withoutLimits, notUnderstood, unusable } = tally
  const parts = [
    `${plural(inWindow, 'response')} in the window`,
    `${count(responses - inWindow)} outside it`,
    `${plural(notUnderstood, 'line')} not understood`,
    `${plural(withoutLimits, 'response')} in the window without rate-limit headers`,
    unusable > 0 && `${plural(unusable, 'response')} with a header that could not be used`,
    dangling.length > 0 && `${plural(dangling.length, 'link')} to nothing left out`,
  ]
  return `Read ${plural(lines, 'line')} in ${plural(files, 'file')}: ${parts.filter(Boolean).join(', ')}.`
}

/** Throws AuditError where next to nothing of a log was understood. */
export function refuseOtherFiles(
  {
    lines,
    responses,
    notUnderstood,
    firstProblem,
  }: Pick<Tally, 'lines' | 'responses' | 'notUnderstood' | 'firstProblem'>,
  pattern: string,
): void {
  if (lines === 0) throw new AuditError(`headers-log: the files of ${pattern} are empty.`)
  if (notUnderstood > responses)
    throw new AuditError(
      `headers-log: ${notUnderstood} of ${plural(lines, 'line')} of ${pattern} are no entries of a headers log; the first is ${firstProblem}.`,
      { remedy: 'docs/headers-log.md shows what a line holds.' },
    )
}

/** Why nothing was measured, as a sentence with what to do; null where something was. */
export function blindness(
  { limiters, responses }: Reading,
  tally: Tally,
  window: { start: number; end: number },
  span: { first: number; last: number },
): string | null {
  if (limiters.some(({ use }) => use !== null)) return null
  const read = tallyText(tally)
  if (responses === 0)
    return `No response of the log lies in the window, ${isoTime(window.start)} to ${isoTime(window.end)}: the log goes from ${isoTime(span.first)} to ${isoTime(span.last)}. ${read} Give the log of that time, or the date of this log.`
  if (tally.withoutLimits === responses)
    return `No response in the window carries the headers anthropic-ratelimit-*; ${seenInstead(tally)}. ${read} Log the headers of Anthropic's own response: docs/headers-log.md shows how.`
  return `No response in the window says what was left of a limit (headers anthropic-ratelimit-*-remaining). ${read} Log these headers too.`
}

const MOST_NAMES = 10

function seenInstead({ seen }: Tally): string {
  if (seen.length === 0) return 'there are no headers in it at all'
  return `seen instead: ${listing(
    seen.map((name) => name.slice(0, 60)),
    MOST_NAMES,
  )}`
}

import { type Tally, tallyText } from '../../collect/headers-log/tally.ts'
import type { LimiterReading } from '../../collect/headers-log/window-reading.ts'
import { count, listing } from '../../vocabulary/figures.ts'
import type { Finding } from '../../vocabulary/finding.ts'
import { MODEL_GROUP } from '../../vocabulary/limits/groups.ts'
import { limiterLabel } from '../../vocabulary/limits/limiters.ts'
import type { Scope } from '../../vocabulary/scope.ts'
import { isoTime } from '../../vocabulary/use/window.ts'
import { hasMoved, isMixed } from './seen-limits.ts'

const NAMED = 6

/** What a log has to say beside the verdicts: how much of it was of use, and limits that were not one and the same. */
export function logFindings(
  tally: Tally,
  readings: readonly LimiterReading[],
  scopeOf: (reading: LimiterReading) => Scope,
): Finding[] {
  const problems = [tally.firstProblem, tally.firstUnusable].filter((problem) => problem !== null)
  const first = problems.length > 0 ? ` The first that could not be read: ${problems.join('; ')}.` : ''
  const lost = problems.length > 0 ? ' No recovery is reported.' : ''
  const links = tally.dangling.length > 0 ? ` Links that lead nowhere: ${listing(tally.dangling, NAMED)}.` : ''
  return [
    { kind: 'headers-log', message: `${tallyText(tally)}${first}${lost}${links} What was not logged is in no figure.` },
    ...readings.filter(isMixed).map((reading) => mixed(reading, scopeOf(reading))),
    ...readings.filter(hasMoved).map((reading) => moved(reading, scopeOf(reading))),
  ]
}

function mixed(reading: LimiterReading, scope: Scope): Finding {
  const limits = listing(reading.limits.map(({ limit }) => count(limit)).toSorted(byLength), NAMED)
  const why =
    scope.type === 'workspace'
      ? 'a limit that moved and came back'
      : 'limits of several workspaces (log the header anthropic-workspace-id to tell them apart), or a limit that moved and came back'
  return {
    kind: 'mixed-limits',
    message: `${nameOf(reading, scope)}: responses name several limits side by side, ${limits}: ${why}. Each response is judged by the limit it names; the snapshot takes none of them.`,
  }
}

/** Digits in the order of the numbers they write. */
const byLength = (a: string, b: string) => a.length - b.length || (a < b ? -1 : 1)

function moved(reading: LimiterReading, scope: Scope): Finding {
  const [first, ...later] = reading.limits
  const moves = later.map(({ limit, first: at }) => `${count(limit)} from ${minuteOf(at)} on`)
  return {
    kind: 'limits-moved',
    message: `${nameOf(reading, scope)}: the limit moved within the window, ${count(first?.limit ?? 0)} at first, ${listing(moves, NAMED)}. Each response is judged by the limit it names.`,
  }
}

const minuteOf = (at: number) => `${isoTime(at).slice(0, 16).replace('T', ' ')} UTC`

function nameOf({ model, limiter }: LimiterReading, scope: Scope): string {
  const where = scope.type === 'workspace' ? ` in workspace ${scope.name}` : ''
  return `${model}, ${limiterLabel(MODEL_GROUP, limiter)}${where}`
}

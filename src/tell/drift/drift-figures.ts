import type { ConsequenceRow, DriftRow, Report, VerdictRow } from '../../report/report.ts'
import { sameGroup } from '../../vocabulary/limits/groups.ts'
import { limitKey, sameLimit } from '../../vocabulary/limits/limit-key.ts'
import { sameScope } from '../../vocabulary/scope.ts'
import { thresholdsOf } from '../words/select.ts'

/** What of a report a drift is told by: the thresholds, what binds now, the other changes, and the window that the peaks are of. */
export type Judged = Pick<Report, 'thresholds' | 'verdicts' | 'window' | 'drift'>

type Figures = NonNullable<ConsequenceRow['before']>

/**
 * A consequence of which a side is known. `origin`: the limit that this use counted toward before, where that was another
 * one; `isPart`: in the minute of that limit's peak, to the full.
 */
export type Effect = {
  consequence: ConsequenceRow
  before: Figures | null
  after: Figures | null
  origin: (Figures & { isPart: boolean }) | null
}

/**
 * What a drift does to limits whose use is known, as far as it does anything: to those of its own group first, then the
 * highest utilization after it.
 */
export function effectsOf(drift: DriftRow): Effect[] {
  return drift.consequences
    .map((consequence): Effect => {
      const { before, after } = consequence
      return { consequence, before, after, origin: before === null ? originOf(consequence, drift) : null }
    })
    .filter(({ before, after }) => before !== null || after !== null)
    .filter(({ before, after }) => before?.peak !== after?.peak || before?.limit !== after?.limit)
    .sort(
      (a, b) =>
        Number(isOwn(b.consequence, drift)) - Number(isOwn(a.consequence, drift)) ||
        (b.after?.utilization ?? -1) - (a.after?.utilization ?? -1),
    )
}

/** Whether a limit is of the very group that a drift is about. */
export function isOwn({ scope, group }: ConsequenceRow, drift: DriftRow): boolean {
  return drift.group !== null && sameGroup(group, drift.group) && sameScope(scope, drift.scope)
}

/** The one limit, by the same limiter, that the use of a new group counted toward before; null where there was none, or several. */
function originOf(consequence: ConsequenceRow, drift: DriftRow): Effect['origin'] {
  const origins = drift.consequences.filter(
    ({ scope, group, limiter, before }) =>
      before !== null &&
      limiter === consequence.limiter &&
      sameScope(scope, consequence.scope) &&
      !sameGroup(group, consequence.group),
  )
  const [origin, ...more] = origins
  if (!origin?.before || more.length > 0) return null
  // Peaks of two parts add up to that of the whole only where all three are of one minute.
  const isPart = origin.before.peak === (origin.after?.peak ?? 0) + (consequence.after?.peak ?? 0)
  return { ...origin.before, isPart }
}

/** The consequence for the very limit that a drift is about; none for groups, models and workspaces. */
export function ownConsequence(drift: DriftRow): ConsequenceRow | undefined {
  const { scope, group, limiter } = drift
  if (group === null || limiter === null) return undefined
  return drift.consequences.find((consequence) => sameLimit(consequence, { scope, group, limiter }))
}

/** The lines that a limit is judged by. */
export function linesOf(limit: Pick<VerdictRow, 'scope' | 'group' | 'limiter'>, report: Judged): Report['thresholds'] {
  return thresholdsOf(report.verdicts.find((verdict) => sameLimit(verdict, limit)) ?? {}, report)
}

/** Whether a drift by itself lifts a peak over the alert line of its limit, by a lower limit or by the use that moves there. */
export function crossesAlertLine(drift: DriftRow, report: Judged): boolean {
  return effectsOf(drift).some((effect) => isCrossing(effect, report))
}

function isCrossing({ consequence, before, after }: Effect, report: Judged): boolean {
  const { alert } = linesOf(consequence, report)
  return after !== null && after.utilization >= alert && (before?.utilization ?? 0) < alert
}

/** How many limits the changes of a report lift over their alert line. */
export function limitsOverAlertLine(report: Judged): number {
  const over = report.drift.flatMap(effectsOf).filter((effect) => isCrossing(effect, report))
  return new Set(over.map(({ consequence }) => limitKey(consequence))).size
}

/**
 * Whether a drift leaves less room: a peak is a larger share of what binds or, where there is no peak, a limit is lower or
 * new.
 */
export function isCut(drift: DriftRow): boolean {
  const own = ownConsequence(drift)
  if (own?.before && own.after && own.after.peak > 0) return own.after.utilization > own.before.utilization
  if (drift.limiter === null) return effectsOf(drift).some(isPressed)
  if (drift.class === 'limiter-added' || drift.class === 'override-added') return true
  return drift.before !== null && drift.after !== null && drift.after < drift.before
}

function isPressed({ before, after, origin }: Effect): boolean {
  const then = before ?? origin
  return after !== null && then !== null && after.utilization > then.utilization
}

/** What a reader should not pass over: less room than before, or a peak that is now over the alert line. */
export function isSerious(drift: DriftRow, report: Judged): boolean {
  return isCut(drift) || crossesAlertLine(drift, report)
}

/**
 * What leaves less room first, then the highest utilization after the change; of several with the same, those of a single
 * limit first; otherwise in the report's order.
 */
export function orderDrift(drift: readonly DriftRow[]): DriftRow[] {
  const highest = (item: DriftRow) => Math.max(-1, ...effectsOf(item).map(({ after }) => after?.utilization ?? -1))
  const ofLimit = ({ limiter }: DriftRow) => Number(limiter !== null)
  return drift.toSorted(
    (a, b) => Number(isCut(b)) - Number(isCut(a)) || highest(b) - highest(a) || ofLimit(b) - ofLimit(a),
  )
}

/** The limits, once each, of whose use a change makes a larger share; the most serious change first. */
export function pressedLimits(drift: readonly DriftRow[]): ConsequenceRow[] {
  const pressed = orderDrift(drift)
    .flatMap(effectsOf)
    .filter(
      (effect) => isPressed(effect) || (effect.before === null && effect.origin === null && effect.after !== null),
    )
  return [...new Map(pressed.map(({ consequence }) => [limitKey(consequence), consequence])).values()]
}

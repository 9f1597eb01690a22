import type { DriftRow, Report, VerdictRow } from '../../report/report.ts'
import type { DriftClass } from '../../vocabulary/drift.ts'
import { count, listing, plural } from '../../vocabulary/figures.ts'
import { sameLimit } from '../../vocabulary/limit-key.ts'
import type { Escape } from './escape.ts'
import { percentOf, scopeName } from './format.ts'
import { isInert, thresholdsOf } from './select.ts'

/** What a drift does: to the peak of the audited window, and to limits that workspaces set themselves. */

/** What of a report this needs: the thresholds, what binds now, and the window that the peaks are of. */
export type Judged = Pick<Report, 'thresholds' | 'verdicts' | 'window'>

const NAMED = 5

/**
 * What the change does: `The day's peak 310,000 was 39 % and is now 78 %: over the alert line.`
 * Empty where the peak is not known or no limit has a value.
 */
export function driftConsequence(drift: DriftRow, report: Judged, safe: Escape): string {
  if (drift.limiter === null) return WITHOUT_LIMITER[drift.class] ?? ''
  return [ofPeak(drift, report), inert(drift, report, safe)].filter(Boolean).join(' ')
}

const WITHOUT_LIMITER: Partial<Record<DriftClass, string>> = {
  'group-added': 'Its limits are judged from this run on.',
  'group-retired': 'Use of its models is reported as unmatched, unless another group lists them.',
  'model-added': 'Its use counts toward this group from now on.',
  'model-removed': 'Its use is reported as unmatched, unless another group lists it.',
  'model-moved': 'Its use counts toward this group from now on.',
}

/** Whether a drift by itself lifts the window's peak over the alert line of its limit. */
export function crossesAlertLine(drift: DriftRow, report: Judged): boolean {
  const { alert } = thresholdsOf(verdictOn(drift, report) ?? {}, report)
  const after = drift.utilization_after
  return after !== null && after >= alert && (drift.utilization_before ?? 0) < alert
}

function ofPeak(drift: DriftRow, report: Judged): string {
  const { peak, utilization_before: before, utilization_after: after } = drift
  if (peak === null) return ''
  const thresholds = thresholdsOf(verdictOn(drift, report) ?? {}, report)
  const share = percentOf({ thresholds })
  const whose = report.window.days > 1 ? `The ${report.window.days} days' peak` : "The day's peak"
  // Where another limiter took over, each side counts its own peak, and only the ratios can be compared.
  const subject = drift.from === null ? `${whose} ${count(peak)}` : `${whose}, counted each way,`
  if (before !== null && after !== null) {
    const crossing = crossed(before, after, thresholds)
    return before === after
      ? `${subject} is ${share(after)} of what binds, as before.`
      : `${subject} was ${share(before)} and is now ${share(after)}${crossing && `: ${crossing}`}.`
  }
  if (after !== null) {
    const crossing = crossed(0, after, thresholds)
    return `${subject} is ${share(after)} of it${crossing && `: ${crossing}`}.`
  }
  return before === null ? '' : `${subject} was ${share(before)} of it.`
}

/** Which values that workspaces set bind nothing now: the one that drifted, or those that an organization's cut went below. */
function inert(drift: DriftRow, report: Judged, safe: Escape): string {
  if (drift.scope.type === 'workspace') {
    const verdict = verdictOn(drift, report)
    return verdict && isInert(verdict)
      ? `It is inert: the organization's ${count(verdict.limit ?? 0)} is lower and binds.`
      : ''
  }
  const { before, after } = drift
  if (after === null || (before !== null && after >= before)) return ''
  const wereBinding = report.verdicts.filter(
    (row) =>
      isInert(row) &&
      sameLimit({ ...row, scope: drift.scope }, limitOf(drift)) &&
      (row.configured ?? 0) <= (before ?? Number.POSITIVE_INFINITY),
  )
  if (wereBinding.length === 0) return ''
  const named = wereBinding.map((row) => `${scopeName(row.scope, safe)} (${count(row.configured ?? 0)})`)
  return `${plural(named.length, 'limit')} of workspaces ${named.length === 1 ? 'becomes' : 'become'} inert: ${listing(named, NAMED)}.`
}

/** The verdict on the limit that drifted; none where it is gone. */
function verdictOn(drift: DriftRow, { verdicts }: Judged): VerdictRow | undefined {
  return verdicts.find((verdict) => sameLimit(verdict, limitOf(drift)))
}

const limitOf = ({ scope, group, limiter }: DriftRow) => ({ scope, group, limiter: limiter ?? '' })

/** Which line the utilization is at or over now, or is back below. */
function crossed(before: number, after: number, { watch, alert }: Report['thresholds']): string {
  const lines = [
    { at: watch, name: 'the watch line' },
    { at: alert, name: 'the alert line' },
    { at: 1, name: 'the limit itself' },
  ]
  const over = lines.filter(({ at }) => after >= at)
  const highest = over.at(-1)
  const left = lines.filter(({ at }) => before >= at && after < at)
  if (left[0]) return `back below ${left[0].name}`
  if (!highest) return ''
  return `${after === highest.at ? 'at' : 'over'} ${highest.name}`
}

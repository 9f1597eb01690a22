import type { Report } from '../../report/report.ts'
import type { SnapshotOutcome } from '../../vocabulary/snapshot-outcome.ts'
import { isMeasured } from '../words/select.ts'

export type Notify = 'on-alert' | 'on-change' | 'always' | 'never'

/**
 * Whether this report is told in Slack. `on-alert`: any alert, any recovery since the day before, any drift.
 * `on-change`: only what is new, a new or worse alert, a recovery, drift. What could not be read, and a mute that has just
 * ended, is told under both; so is a window whose usage has not arrived at all.
 */
export function shouldNotify(notify: Notify, report: Report, snapshot: SnapshotOutcome | null): boolean {
  if (notify === 'never') return false
  if (notify === 'always' || report.failures.length > 0 || isBlind(report)) return true
  if (report.findings.some(({ kind }) => kind === 'mute-expired')) return true
  if (report.drift.length > 0 && !(notify === 'on-change' && isProposed(snapshot))) return true
  return report.verdicts.filter(isMeasured).some(({ band, transition, muted }) => {
    if (transition === 'recovered') return true
    return band === 'alert' && !muted && (notify === 'on-alert' || transition === 'new' || transition === 'worse')
  })
}

/** Nothing measured, because usage is missing: no health can be read from silence. */
function isBlind({ status, window }: Report): boolean {
  return status === null && !window.complete
}

/** Whether the drift waits in a pull request, or on its branch, since an earlier run: this one had nothing to add. */
function isProposed(snapshot: SnapshotOutcome | null): boolean {
  const operation = snapshot?.pullRequest?.operation
  return operation !== undefined && operation !== 'created' && !snapshot?.commit
}

/** Whether a run that could not read limits or usage at all is told: always, unless nothing ever is. */
export function shouldNotifyBlind(notify: Notify): boolean {
  return notify !== 'never'
}

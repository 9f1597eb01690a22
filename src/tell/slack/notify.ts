import type { Report } from '../../report/report.ts'
import type { SnapshotOutcome } from '../../vocabulary/snapshot-outcome.ts'
import { isMeasured, isNewlyUnclaimed, refusedRows } from '../words/select.ts'

export type Notify = 'on-alert' | 'on-change' | 'always' | 'never'

/**
 * Whether this report goes to Slack. `on-alert`: for any alert, any recovery since the day before, any drift.
 * `on-change`: only for what is new, which is a new or worse alert, a recovery, or drift; and for what still stands, on
 * Mondays and when a run is run again, because its first attempt may have told nobody. Both report requests that were
 * refused, what could not be read, use that no limit counts when it is new, a mute that has just ended, and a window whose
 * usage has not arrived at all.
 */
export function shouldNotify(
  notify: Notify,
  report: Report,
  snapshot: SnapshotOutcome | null,
  { isRerun }: { isRerun: boolean },
): boolean {
  if (notify === 'never') return false
  if (notify === 'always' || report.failures.length > 0 || (isBlind(report) && !report.live)) return true
  if (refusedRows(report).length > 0 || isNewlyUnclaimed(report)) return true
  if (report.findings.some(({ kind }) => kind === 'mute-expired')) return true
  const tellsAll = notify === 'on-alert' || isRerun || isMonday(report)
  if (report.drift.length > 0 && (tellsAll || !isProposed(snapshot))) return true
  return report.verdicts.filter(isMeasured).some(({ band, transition, muted }) => {
    if (transition === 'recovered') return true
    // Of a live window nobody knows what is new.
    const isNews = tellsAll || transition === 'new' || transition === 'worse' || report.live !== undefined
    return band === 'alert' && !muted && isNews
  })
}

/** Whether the window ends where a Monday begins (UTC), as that of a daily run on a Monday does. */
function isMonday({ window }: Report): boolean {
  return new Date(window.end).getUTCDay() === 1
}

/** Nothing was measured, because usage is missing: silence would look like health. */
function isBlind({ status, window }: Report): boolean {
  return status === null && !window.complete
}

/** Whether the drift waits in a pull request, or on its branch, since an earlier run: this one had nothing to add. */
function isProposed(snapshot: SnapshotOutcome | null): boolean {
  const operation = snapshot?.pullRequest?.operation
  return operation !== undefined && operation !== 'created' && !snapshot?.commit
}

/** Whether a run that could not read limits or usage at all is reported: always, unless nothing is. */
export function shouldNotifyBlind(notify: Notify): boolean {
  return notify !== 'never'
}

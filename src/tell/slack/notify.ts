import type { Report } from '../../report/report.ts'
import type { SnapshotOutcome } from '../../vocabulary/snapshot-outcome.ts'
import { DAY } from '../../vocabulary/use/window.ts'
import { isMeasured, isNewlyUnclaimed, type Measured, refusedRows } from '../words/select.ts'

export type Notify = 'on-alert' | 'on-change' | 'always' | 'never'

/**
 * Whether this report goes to Slack. `on-alert`: for any alert, a limit that newly enters watch, any recovery, any drift.
 * `on-change`: only for what is new, which is a limit newly in watch or alert, a worse alert, a recovery, or drift; and for
 * what still stands, on Mondays and with `isReminder`: when a run is run again, or the one before failed or is missing,
 * because what it found may not have been reported. Both report a first snapshot, requests that were refused, what could
 * not be read, use that no limit counts when it is new, a mute that has just ended, and a window whose usage has not
 * arrived, all of it or a part.
 */
export function shouldNotify(
  notify: Notify,
  report: Report,
  snapshot: SnapshotOutcome | null,
  given: { isReminder: boolean },
): boolean {
  if (notify === 'never') return false
  if (notify === 'always' || report.failures.length > 0 || (isUsageMissing(report) && !report.live)) return true
  if (refusedRows(report).length > 0 || isNewlyUnclaimed(report) || isFirstSnapshot(report, snapshot)) return true
  if (report.findings.some(({ kind }) => kind === 'mute-expired') || isSpendAlert(notify, report)) return true
  const isReminder = notify === 'on-change' && (given.isReminder || isOfMonday(report))
  if (report.drift.length > 0 && (notify === 'on-alert' || isReminder || !isProposed(snapshot))) return true
  return report.verdicts.filter(isMeasured).some((row) => {
    if (row.transition === 'recovered') return true
    if (row.muted || row.band === 'ok') return false
    // Of a live window nobody knows what is new.
    if (isReminder || isNews(row) || (report.live && row.band === 'alert')) return true
    return notify === 'on-alert' && row.band === 'alert'
  })
}

/** The spend cap is a reason under `on-alert` while it is an alert, under `on-change` when it becomes one. */
function isSpendAlert(notify: Notify, { spend }: Report): boolean {
  if (spend?.band !== 'alert') return false
  return notify === 'on-alert' || spend.transition === 'new' || spend.transition === 'worse'
}

const isNews = ({ transition }: Measured) => transition === 'new' || transition === 'worse'

/** Usage that is not there, all of it or a part: silence would look like health. */
function isUsageMissing({ status, window }: Report): boolean {
  return !window.complete && (status === null || window.missing_minutes > 0)
}

/** Whether this run recorded or proposed the first snapshot: what it says shows on the first day whether the webhook works. */
export function isFirstSnapshot({ first_snapshot }: Report, snapshot: SnapshotOutcome | null): boolean {
  return first_snapshot && (snapshot?.operation === 'created' || snapshot?.operation === 'written')
}

/** Whether the window ends where a Monday (UTC) begins: that is the run of Monday morning, and once a week is enough. */
function isOfMonday({ window }: Report): boolean {
  const end = Date.parse(window.end)
  return end % DAY === 0 && new Date(end).getUTCDay() === 1
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

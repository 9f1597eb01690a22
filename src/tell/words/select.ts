import type { MeasuredRow, RefusedRow, Report, UnmeasuredRow, VerdictRow } from '../../report/report.ts'
import { workspaceIdOf } from '../../vocabulary/scope.ts'
import { UNCLAIMED_LINE } from '../../vocabulary/use/accounting.ts'
import type { Band } from '../../vocabulary/verdict.ts'

/** Which rows of a report a rendering shows, and in which order. */

/** A verdict with figures: of any band but `unmeasured`, and not a model that was refused. */
export type Measured = MeasuredRow

export function isMeasured(verdict: VerdictRow): verdict is MeasuredRow {
  return verdict.band !== 'unmeasured' && !isRefused(verdict)
}

export function isRefused(verdict: VerdictRow): verdict is RefusedRow {
  return 'refused' in verdict
}

/** Models whose requests were refused and that nobody muted, those with most refusals first. */
export function refusedRows(report: Report): RefusedRow[] {
  return report.verdicts
    .filter(isRefused)
    .filter(({ muted: mute }) => !mute)
    .sort((a, b) => b.refused.requests - a.refused.requests)
}

/** Every alert that nobody muted, worst first: what was refused, then what came near its limit or over it. */
export function alerts(report: Report): (RefusedRow | MeasuredRow)[] {
  return [...refusedRows(report), ...ofBand(report, 'alert')]
}

/** Measured rows of one band that nobody muted, highest utilization first; rows of equal utilization keep the report's order. */
export function ofBand(report: Report, band: Exclude<Band, 'unmeasured'>): Measured[] {
  return measured(report).filter((verdict) => verdict.band === band && !verdict.muted)
}

/** Measured rows that the policy file mutes, highest utilization first. */
export function muted(report: Report): Measured[] {
  return measured(report).filter((verdict) => verdict.muted !== undefined)
}

/** All measured rows, highest utilization first. */
export function measured(report: Report): Measured[] {
  return report.verdicts.filter(isMeasured).sort((a, b) => b.utilization - a.utilization)
}

/** The row with the highest utilization among those that nobody muted; where all are muted, among all. */
export function highest(report: Report): Measured | undefined {
  const rows = measured(report)
  return rows.find((row) => !row.muted) ?? rows[0]
}

/** Rows without a figure of any kind. */
export function unmeasured(report: Report): UnmeasuredRow[] {
  return report.verdicts.filter((verdict) => verdict.band === 'unmeasured').filter(({ so_far }) => !so_far)
}

/** Of a live window, rows below their watch line as far as is known, the highest use first. */
export function soFar(report: Report): UnmeasuredRow[] {
  return report.verdicts
    .filter((verdict) => verdict.band === 'unmeasured')
    .filter(({ so_far }) => so_far)
    .sort((a, b) => (b.so_far?.utilization ?? 0) - (a.so_far?.utilization ?? 0))
}

/** Whether the limits of the row's workspace could not be read in this run. */
export function isUnread({ scope }: Pick<VerdictRow, 'scope'>, report: Report): boolean {
  return (report.unread_workspaces ?? []).some(({ id }) => id === workspaceIdOf(scope))
}

/** Rows that were over a line the day before and are back below it, those that were highest first. */
export function recovered(report: Report): Measured[] {
  return measured(report)
    .filter((verdict) => verdict.transition === 'recovered')
    .sort((a, b) => (b.previous?.utilization ?? 0) - (a.previous?.utilization ?? 0))
}

/** The lines a row is judged by: its own where the policy file moved them. */
export function thresholdsOf(
  row: Pick<VerdictRow, 'thresholds'>,
  report: Pick<Report, 'thresholds'>,
): Report['thresholds'] {
  return row.thresholds ?? report.thresholds
}

/** Whether a workspace's own value binds nothing, because the organization's is lower. */
export function isInert(verdict: VerdictRow): boolean {
  const { scope, limit_source, configured, limit } = verdict
  return (
    scope.type === 'workspace' &&
    limit_source === 'organization' &&
    configured !== null &&
    limit !== null &&
    configured > limit
  )
}

/** What the scope has now, where the limit that the peak is judged by has moved since; null elsewhere. Only a log shows it. */
export function movedTo({ scope, limit_source, configured, limit }: Measured): number | null {
  return scope.type === limit_source && configured !== limit ? configured : null
}

/** Whether so much use is unclaimed that the run cannot be called healthy. What the policy mutes is no part of it. */
export function hasUnclaimedUse({ accounting }: Pick<Report, 'accounting'>): boolean {
  return accounting !== undefined && accounting.unmuted_share >= UNCLAIMED_LINE
}

/** Whether it is unclaimed now and was not in the time before. */
export function isNewlyUnclaimed(report: Pick<Report, 'accounting'>): boolean {
  return hasUnclaimedUse(report) && (report.accounting?.newly_unclaimed.length ?? 0) > 0
}

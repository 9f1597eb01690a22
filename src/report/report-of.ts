import type { Audited } from '../judge/audited.ts'
import { compareText } from '../vocabulary/order.ts'
import { isoTime } from '../vocabulary/use/window.ts'
import { isMeasured, isRefused, type Verdict } from '../vocabulary/verdict.ts'
import { backTestPart } from './back-test-part.ts'
import { budgetsPart } from './budgets-part.ts'
import { livePart } from './live-part.ts'
import { planningPart } from './planning-part.ts'
import { logPart, refusalRow } from './refused-rows.ts'
import type { Report } from './report.ts'
import { accountingRow, driftRow, groupViewRow, verdictRow } from './rows.ts'
import { spendPart } from './spend-part.ts'
import { whatIfPart } from './what-if-part.ts'

/** The one value, in the report file's own spelling, of everything an audit found. Pure: the same findings give the same bytes. */
export function reportOf(audited: Audited): Report {
  const { window, coverage, thresholds, verdicts, log, live, planning } = audited
  const { earlier } = window
  return {
    version: 1,
    window: {
      start: isoTime(window.start),
      end: isoTime(window.end),
      days: window.days,
      complete: coverage.complete,
      missing_minutes: coverage.missingMinutes,
      data_refreshed_at: coverage.refreshedAt === null ? null : isoTime(coverage.refreshedAt),
      compared_with: earlier && { start: isoTime(earlier.start), end: isoTime(earlier.end) },
    },
    usage_source: audited.source,
    peak_window: audited.peakWindow,
    thresholds: { watch: thresholds.watch, alert: thresholds.alert },
    status: statusOf(verdicts),
    highest_utilization: highestUtilization(verdicts),
    verdicts: verdicts.map(verdictRow),
    groups: audited.views.map(groupViewRow),
    drift: audited.drift.map(driftRow),
    first_snapshot: audited.isFirstSnapshot,
    findings: [...audited.findings],
    ...(audited.accounting && { accounting: accountingRow(audited.accounting) }),
    ...(log && { refusals: verdicts.filter(isRefused).map(refusalRow), log: logPart(log) }),
    unmatched_models: audited.unmatchedModels.toSorted((a, b) => compareText(a.model, b.model)),
    ...(audited.unreadWorkspaces.length > 0 && { unread_workspaces: [...audited.unreadWorkspaces] }),
    failures: [...audited.failures],
    ...(live && { live: livePart(live) }),
    ...(planning && { planning: planningPart(planning) }),
    ...(planning && backTestPart(planning.backTests)),
    ...whatIfPart(audited.whatIf),
    ...budgetsPart(audited.budgets),
    ...spendPart(audited.spend),
  }
}

/** The worst measured band, a muted row counting as ok; null when nothing could be measured, which is not the same as ok. */
function statusOf(verdicts: readonly Verdict[]): Report['status'] {
  const bands = new Set(verdicts.map((verdict) => ('muted' in verdict && verdict.muted ? 'ok' : verdict.band)))
  return (['alert', 'watch', 'ok'] as const).find((band) => bands.has(band)) ?? null
}

/** Also of what is known so far of a live window: it is at least that. */
function highestUtilization(verdicts: readonly Verdict[]): number | null {
  const utilizations = verdicts.flatMap((verdict) => {
    if (isMeasured(verdict)) return [verdict.utilization]
    return 'soFar' in verdict && verdict.soFar ? [verdict.soFar.utilization] : []
  })
  return utilizations.length > 0 ? Math.max(...utilizations) : null
}

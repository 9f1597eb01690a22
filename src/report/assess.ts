import type { Freshness } from '../collect/usage/measure.ts'
import type { Thresholds } from '../judge/headroom/bands.ts'
import { groupViews } from '../judge/headroom/group-views.ts'
import type { Meters } from '../judge/usage/meters.ts'
import { compareText } from '../vocabulary/order.ts'
import { isoTime, MINUTE, type Window } from '../vocabulary/window.ts'
import type { Drift, Finding, Report, Verdict } from './report.ts'

type Assessment = {
  window: Window
  freshness: Freshness
  source: 'analytics' | 'legacy'
  peakWindow: 'minute' | 'hour'
  thresholds: Thresholds
  verdicts: readonly Verdict[]
  meters: Meters
  drift: readonly Drift[]
  isFirstSnapshot: boolean
  findings: readonly Finding[]
  failures: Report['failures']
}

/** Puts everything the audit found into the one Report. Pure: the same readings give the same bytes. */
export function assess(assessment: Assessment): Report {
  const { window, freshness, source, peakWindow, thresholds, verdicts, meters, drift, failures } = assessment
  const missing = Math.max(0, (window.end - Math.max(freshness.known, window.start)) / MINUTE)
  return {
    version: 1,
    window: {
      start: isoTime(window.start),
      end: isoTime(window.end),
      days: window.days,
      complete: missing === 0,
      missing_minutes: missing,
      data_refreshed_at: freshness.refreshedAt,
    },
    usage_source: source,
    peak_window: peakWindow,
    thresholds: { watch: thresholds.watch, alert: thresholds.alert },
    status: statusOf(verdicts),
    highest_utilization: highestUtilization(verdicts),
    verdicts: [...verdicts],
    groups: groupViews(verdicts, meters, window),
    drift: [...drift],
    first_snapshot: assessment.isFirstSnapshot,
    findings: [...assessment.findings, ...usageFindings(assessment, missing)],
    unmatched_models: [...meters.unmatched.values()].sort((a, b) => compareText(a.model, b.model)),
    failures: [...failures],
  }
}

/** The worst measured band, a muted row counting as ok; null when nothing could be measured, which is not the same as ok. */
export function statusOf(verdicts: readonly Verdict[]): Report['status'] {
  const bands = new Set(verdicts.map(({ band, muted }) => (muted ? 'ok' : band)))
  return (['alert', 'watch', 'ok'] as const).find((band) => bands.has(band)) ?? null
}

export function highestUtilization(verdicts: readonly Verdict[]): number | null {
  const measured = verdicts.flatMap(({ utilization }) => (utilization === null ? [] : [utilization]))
  return measured.length > 0 ? Math.max(...measured) : null
}

function usageFindings({ freshness, source, window, meters }: Assessment, missing: number): Finding[] {
  const findings: Finding[] = []
  if (source === 'legacy') {
    findings.push({
      kind: 'legacy-usage',
      message:
        'Usage comes from the legacy report: it has no request counts, so that requests per minute are unmeasured, and it does not say up to when it is complete: the audited days have ended and were taken as whole.',
    })
  } else if (freshness.refreshedAt === null) {
    findings.push({
      kind: 'freshness-unknown',
      message:
        'The usage API did not say up to when its data is complete; the audited days have ended and were taken as whole.',
    })
  }
  if (source === 'analytics' && meters.all.some(({ hasUnknownRequests }) => hasUnknownRequests)) {
    findings.push({
      kind: 'requests-unknown',
      message:
        'The usage API left out the request count of some rows; requests per minute are unmeasured where they count.',
    })
  }
  if (missing > 0) {
    const of = (window.end - window.start) / MINUTE
    findings.push({
      kind: 'data-incomplete',
      message: `Usage is complete only up to ${freshness.refreshedAt}: ${missing} of ${of} minutes are not known yet. Peaks are at least what is shown, and no recovery is reported.`,
    })
  }
  return findings
}

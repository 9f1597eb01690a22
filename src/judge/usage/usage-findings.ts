import type { Finding } from '../../vocabulary/finding.ts'
import { isoTime, MINUTE, type Window } from '../../vocabulary/use/window.ts'
import type { Meters } from './meters.ts'

type KnownUsage = {
  source: 'analytics' | 'legacy'
  /** Usage is complete up to here (UTC ms), and what the API itself said of it; null: nothing. */
  known: number
  refreshedAt: number | null
  window: Window
  meters: Pick<Meters, 'all'>
}

/** Minutes of the window that are not known yet. */
export function missingMinutes(window: { start: number; end: number }, known: number): number {
  return Math.max(0, (window.end - Math.max(known, window.start)) / MINUTE)
}

/** What the usage data does not say, or not yet. */
export function usageFindings({ source, known, refreshedAt, window, meters }: KnownUsage): Finding[] {
  const findings: Finding[] = []
  if (source === 'legacy') {
    findings.push({
      kind: 'legacy-usage',
      message:
        'Usage comes from the legacy report: it has no request counts, so that requests per minute are unmeasured, and it does not say up to when it is complete: the audited days have ended and were taken as whole.',
    })
  } else if (refreshedAt === null) {
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
  const missing = missingMinutes(window, known)
  if (missing > 0 && refreshedAt !== null) {
    const all = (window.end - window.start) / MINUTE
    findings.push({
      kind: 'data-incomplete',
      message: `Usage is complete only up to ${isoTime(refreshedAt)}: ${missing} of ${all} minutes are not known yet. Peaks are at least what is shown, and no recovery is reported.`,
    })
  }
  return findings
}

import type { Finding } from '../../vocabulary/finding.ts'
import { isoTime, type KnownUntil, MINUTE, type Span, type Window } from '../../vocabulary/use/window.ts'
import type { Meters } from './meters.ts'

type KnownUsage = {
  source: 'analytics' | 'legacy'
  known: KnownUntil
  /** What the API itself said of it, UTC ms; null: nothing. */
  refreshedAt: number | null
  window: Window
  meters: Pick<Meters, 'all'>
  /** Of a live window: its last minutes, known in tokens alone. */
  tail?: Span | null
}

/** Minutes of the window that are not known yet, for one limit or another. */
export function missingMinutes(window: Span, { tokens, requests }: KnownUntil): number {
  return missingOf(window, Math.min(tokens, requests))
}

/** Minutes of the window that begin at `known` (UTC ms) or later. */
export function missingOf(window: Span, known: number): number {
  return Math.max(0, (window.end - Math.max(known, window.start)) / MINUTE)
}

/** What the usage data does not say, or not yet. */
export function usageFindings(usage: KnownUsage): Finding[] {
  if (usage.window.isLive) return liveFindings(usage)
  const { source, known, refreshedAt, window, meters } = usage
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

/** Up to when a live window is known, and from what. */
function liveFindings({ source, known, refreshedAt, window, tail }: KnownUsage): Finding[] {
  const all = (window.end - window.start) / MINUTE
  const missing = (until: number) => `${missingOf(window, until)} of ${all} minutes missing`
  const extent =
    known.tokens === known.requests
      ? `up to ${isoTime(known.tokens)} (${missing(known.tokens)})`
      : `in tokens up to ${isoTime(known.tokens)} (${missing(known.tokens)}), in requests up to ${isoTime(known.requests)} (${missing(known.requests)})`
  const findings: Finding[] = [
    {
      kind: 'data-incomplete',
      message: `Live: use is known ${extent}. What comes after may be higher, and nothing is called ok before it is known.`,
    },
  ]
  if (source === 'legacy' || tail)
    findings.push({
      kind: 'legacy-usage',
      message: `Tokens ${tail ? `from ${isoTime(tail.start)} on ` : ''}are of the legacy report, which counts no requests. It does not say up to when it is complete: within five minutes, as a rule, and so it is taken here.`,
    })
  if (source === 'analytics' && refreshedAt === null)
    findings.push({
      kind: 'freshness-unknown',
      message: 'The usage API did not say up to when its data is complete, so that none of it was taken as known.',
    })
  return findings
}

import type { Deps } from '../deps.ts'
import type { Report, SnapshotOutcome } from '../report/report.ts'

/** Every output, as in action.yml (a test compares them). */
export const OUTPUTS = [
  'status',
  'highest-utilization',
  'alert-count',
  'alerts',
  'report-path',
  'evidence-path',
  'drift',
  'drift-count',
  'snapshot-path',
  'snapshot-operation',
  'commit-sha',
  'commit-verified',
  'pull-request-operation',
  'pull-request-number',
  'pull-request-url',
  'window-start',
  'window-end',
  'data-complete',
  'slack-delivered',
] as const

export type OutputName = (typeof OUTPUTS)[number]

const MOST_ALERTS = 50

/** What is known when the outputs are written; a part that a failed run did not reach is null, and its outputs stay empty. */
export type Outcome = {
  window: { start: string; end: string }
  report: Report | null
  /** Whether the committed snapshot could be read: without it nobody knows what has moved. */
  isDriftKnown: boolean
  reportPath: string | null
  evidencePath: string | null
  snapshot: SnapshotOutcome | null
  slackDelivered: boolean | null
}

/** The value of every output, as text. Empty means "nothing to say", never "fine". */
export function outputsOf({
  window,
  report,
  isDriftKnown,
  reportPath,
  evidencePath,
  snapshot,
  slackDelivered,
}: Outcome): Record<OutputName, string> {
  const alerts = (report?.verdicts ?? [])
    .filter((verdict) => verdict.band === 'alert' && !verdict.muted)
    .sort((a, b) => (b.utilization ?? 0) - (a.utilization ?? 0))
  const text = (value: string | number | boolean | null | undefined) =>
    value === null || value === undefined ? '' : String(value)
  return {
    status: text(report?.status),
    'highest-utilization': text(report?.highest_utilization),
    'alert-count': report ? text(alerts.length) : '',
    alerts: report ? JSON.stringify(alerts.slice(0, MOST_ALERTS)) : '',
    'report-path': text(reportPath),
    'evidence-path': text(evidencePath),
    drift: report && isDriftKnown ? text(report.drift.length > 0) : '',
    'drift-count': report && isDriftKnown ? text(report.drift.length) : '',
    'snapshot-path': text(snapshot?.path),
    'snapshot-operation': text(snapshot?.operation),
    'commit-sha': text(snapshot?.commit?.sha),
    'commit-verified': text(snapshot?.commit?.verified),
    'pull-request-operation': text(snapshot?.pullRequest?.operation),
    'pull-request-number': text(snapshot?.pullRequest?.number),
    'pull-request-url': text(snapshot?.pullRequest?.url),
    'window-start': window.start,
    'window-end': window.end,
    'data-complete': report ? text(report.window.complete) : 'false',
    'slack-delivered': text(slackDelivered),
  }
}

/** Writes every output once. */
export function writeOutputs(core: Pick<Deps['core'], 'setOutput'>, outcome: Outcome): void {
  for (const [name, value] of Object.entries(outputsOf(outcome))) core.setOutput(name, value)
}

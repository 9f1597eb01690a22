import type { Deps } from '../deps.ts'
import type { Log } from '../log.ts'
import type { Blind, Report } from '../report/report.ts'
import type { SlackOutcome } from '../tell/slack/slack-outcome.ts'
import { alerts } from '../tell/words/select.ts'
import type { SnapshotOutcome } from '../vocabulary/snapshot-outcome.ts'

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
  'unclaimed-share',
  'issues',
  'message-path',
  'metrics-path',
] as const

export type OutputName = (typeof OUTPUTS)[number]

const MOST_ALERTS = 50
/** Bytes. A step gets an output through its environment, where Linux takes no value above 128 KiB. */
const LARGEST_ALERTS = 64_000

/** How the run ended, as far as the outputs say it. */
export type Ending =
  | {
      kind: 'audited'
      report: Report
      /** Whether the committed snapshot could be read: without it nobody knows what has moved. */
      isDriftKnown: boolean
      files: RunFiles
      /** Issues opened, updated or closed; null: none are kept. */
      issues: readonly number[] | null
      snapshot: SnapshotOutcome
      slack: SlackOutcome
    }
  | { kind: 'blind'; window: Blind['window']; slack: SlackOutcome; messagePath: string | null }

/** Paths of what the run wrote; null where the file could not be written, or there was nothing to write. */
export type RunFiles = {
  reportPath: string | null
  evidencePath: string | null
  messagePath: string | null
  metricsPath: string | null
}

/** The value of every output, as text. Empty means "nothing to say", never "fine". */
function outputsOf(ending: Ending): Record<OutputName, string> {
  const empty = Object.fromEntries(OUTPUTS.map((name) => [name, ''])) as Record<OutputName, string>
  const slackDelivered = SLACK_DELIVERED[ending.slack.kind]
  if (ending.kind === 'blind') {
    return {
      ...empty,
      'window-start': text(ending.window?.start),
      'window-end': text(ending.window?.end),
      'data-complete': 'false',
      'slack-delivered': slackDelivered,
      'message-path': text(ending.messagePath),
    }
  }
  const { report, isDriftKnown, files, issues, snapshot } = ending
  const { commit, pullRequest } = snapshot
  return {
    status: text(report.status),
    'highest-utilization': text(report.highest_utilization),
    'alert-count': text(alerts(report).length),
    alerts: alertsOutput(report).text,
    'report-path': text(files.reportPath),
    'evidence-path': text(files.evidencePath),
    drift: isDriftKnown ? text(report.drift.length > 0) : '',
    'drift-count': isDriftKnown ? text(report.drift.length) : '',
    'snapshot-path': snapshot.path,
    'snapshot-operation': snapshot.operation,
    'commit-sha': text(commit?.sha),
    'commit-verified': text(commit?.verified),
    'pull-request-operation': text(pullRequest?.operation),
    'pull-request-number': text(pullRequest?.number),
    'pull-request-url': text(pullRequest?.url),
    'window-start': report.window.start,
    'window-end': report.window.end,
    'data-complete': text(report.window.complete),
    'slack-delivered': slackDelivered,
    'unclaimed-share': text(report.accounting?.unclaimed_share),
    issues: issues === null ? '' : JSON.stringify(issues),
    'message-path': text(files.messagePath),
    'metrics-path': text(files.metricsPath),
  }
}

const SLACK_DELIVERED = {
  delivered: 'true',
  'not-delivered': 'false',
  unknown: 'false',
  'not-set-up': '',
  'not-wanted': '',
  rehearsed: '',
} satisfies Record<SlackOutcome['kind'], string>

const text = (value: string | number | boolean | null | undefined) =>
  value === null || value === undefined ? '' : String(value)

/** The output `alerts`: rows without their hours, worst first, at most 50 and 64 kB of whole rows; how many were left out. */
export function alertsOutput(report: Report): { text: string; leftOut: number } {
  const all = alerts(report)
  const rows: string[] = []
  let size = '[]'.length
  for (const { hourly: _, ...row } of all.slice(0, MOST_ALERTS)) {
    const json = JSON.stringify(row)
    size += Buffer.byteLength(json) + ','.length
    if (size > LARGEST_ALERTS) break
    rows.push(json)
  }
  return { text: `[${rows.join(',')}]`, leftOut: all.length - rows.length }
}

/** Writes every output once, and logs what the output `alerts` had no room for. */
export function writeOutputs(core: Pick<Deps['core'], 'setOutput'>, log: Pick<Log, 'info'>, ending: Ending): void {
  const { leftOut } = ending.kind === 'audited' ? alertsOutput(ending.report) : { leftOut: 0 }
  if (leftOut > 0)
    log.info(
      `The output alerts holds the worst alerts, at most ${MOST_ALERTS} and 64 kB of them; ${leftOut} more ${leftOut === 1 ? 'is' : 'are'} in the report only (output report-path).`,
    )
  for (const [name, value] of Object.entries(outputsOf(ending))) core.setOutput(name, value)
}

import type { Committed } from '../collect/repository/committed.ts'
import type { Deps } from '../deps.ts'
import { describeError } from '../errors.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { Log } from '../log.ts'
import type { Blind, Report } from '../report/report.ts'
import { linksOf, type Run } from '../run.ts'
import { annotations, logLines } from '../tell/annotations.ts'
import { renderBlindSlack, renderBlindSummary, renderRefusedSummary } from '../tell/blind.ts'
import { evidencePage } from '../tell/evidence/page.ts'
import { shouldNotify, shouldNotifyBlind } from '../tell/slack/notify.ts'
import type { SlackMessage } from '../tell/slack/slack-limits.ts'
import { renderSlack } from '../tell/slack/slack-message.ts'
import { renderSummary } from '../tell/summary/summary.ts'
import type { Secrets } from '../transport/redaction.ts'
import { isoTime } from '../vocabulary/window.ts'
import { writeOutputs } from './outputs.ts'
import { writeEvidence, writeReport, writeSummary } from './run-files.ts'
import { deliverSlack } from './slack.ts'
import { type Found, keepSnapshot } from './snapshot/keep-snapshot.ts'

/**
 * Delivery. Every channel is tried, whatever became of the others; the worst outcome decides the exit code, once, at the end.
 * Order: the snapshot first, so that Slack and the summary can link to its commit or pull request; the summary last.
 */
export async function deliverAudit(run: Run, found: Found, committed: Committed): Promise<0 | 1> {
  const { deps, inputs, log } = run
  const links = linksOf(run)
  let report = redacted(run, found.report)
  const failed = (resource: string, error: string | null) => {
    if (error !== null)
      report = redacted(run, { ...report, failures: [...report.failures, { resource, message: error }] })
  }

  const snapshot = await log.group('Snapshot', () => keepSnapshot(run, report, committed, found, links))
  failed('snapshot', snapshot.error)
  const wanted = shouldNotify(inputs.notify, report, snapshot.outcome)
  const slack = await log.group('Slack', () =>
    tellSlack(run, wanted, () => renderSlack(report, links, snapshot.outcome)),
  )
  if (slack.error !== null && inputs.onNotifyFailure === 'warn') log.warning(slack.error, 'Slack')
  else failed('Slack', slack.error)

  await log.group('Scorecard', async () => logLines(report).forEach(log.info))
  for (const { level, title, message } of annotations(report, inputs.failOn)) log[level](message, title)
  const reportPath = await attemptFile(log, 'report', () => writeReport(deps.env, report))
  const evidence = evidencePage(report)
  const evidencePath = evidence && (await attemptFile(log, 'evidence page', () => writeEvidence(deps.env, evidence)))
  await attemptFile(log, 'job summary', () => writeSummary(deps.env, renderSummary(report, links, snapshot.outcome)))
  writeOutputs(deps.core, {
    window: report.window,
    report,
    isDriftKnown: committed.error === null,
    reportPath,
    evidencePath,
    snapshot: snapshot.outcome,
    slackDelivered: slack.delivered,
  })
  return exitCode(run, report)
}

/** Limits or usage could not be read: nothing is known, and that is told wherever a verdict would have been. */
export async function deliverBlind(run: Run, error: string): Promise<1> {
  const { deps, inputs, log, secrets } = run
  const links = linksOf(run)
  const window = { start: isoTime(inputs.window.start), end: isoTime(inputs.window.end) }
  const source = inputs.source.kind === 'headers-log' ? 'headers' : 'api'
  const blind: Blind = { window, source, error: secrets.redact(error) }
  const slack = await log.group('Slack', () =>
    tellSlack(run, shouldNotifyBlind(inputs.notify), () => renderBlindSlack(blind, links)),
  )
  await attemptFile(log, 'job summary', () => writeSummary(deps.env, renderBlindSummary(blind, links)))
  const nothing = { report: null, isDriftKnown: false, reportPath: null, evidencePath: null, snapshot: null }
  writeOutputs(deps.core, { window, ...nothing, slackDelivered: slack.delivered })
  log.fail(`The audit is blind: ${error}`)
  return 1
}

/** The inputs or the policy are not valid: nothing was asked of Anthropic, and nothing is delivered. */
export async function refuse({ env }: Pick<Deps, 'env'>, log: Log, secrets: Secrets, error: unknown): Promise<1> {
  // What was given is shown, and a key may have been given to the wrong input.
  const reason = secrets.redact(describeError(error))
  await attemptFile(log, 'job summary', () => writeSummary(env, renderRefusedSummary(reason)))
  log.fail(reason)
  return 1
}

type SlackOutcome = { delivered: boolean | null; error: string | null }

async function tellSlack(
  { deps, inputs, log }: Run,
  wanted: boolean,
  render: () => SlackMessage,
): Promise<SlackOutcome> {
  const nothing = (why: string): SlackOutcome => {
    log.info(why)
    return { delivered: null, error: null }
  }
  if (!inputs.slackWebhookUrl) return nothing('No slack-webhook-url: nothing is posted.')
  if (!wanted) return nothing(`Nothing to tell by notify: ${inputs.notify}.`)
  const message = render()
  if (inputs.dryRun) return nothing(`Dry run: would have posted to Slack: ${message.text}`)
  const delivery = await deliverSlack(deps, inputs.slackWebhookUrl, message)
  if (delivery.delivered) log.info('Posted to Slack.')
  else log.info(`Slack: ${delivery.error}`)
  return delivery.delivered ? { delivered: true, error: null } : { delivered: false, error: delivery.error }
}

/** What could not be read or delivered always fails the run; a verdict only where `fail-on` names it. */
function exitCode({ inputs, log }: Run, report: Report): 0 | 1 {
  const reasons = [
    ...(report.failures.length > 0 ? ['not everything could be read or delivered'] : []),
    ...failedOn(inputs.failOn, report),
  ]
  if (reasons.length === 0) return 0
  log.fail(`The run fails: ${reasons.join('; ')}.`)
  return 1
}

function failedOn(failOn: Inputs['failOn'], { status, drift }: Report): string[] {
  const isWatch = status === 'watch' || status === 'alert'
  return [
    ...(failOn.has('alert') && status === 'alert' ? ['a limit is over the alert line (fail-on: alert)'] : []),
    ...(failOn.has('watch') && isWatch ? ['a limit is over the watch line (fail-on: watch)'] : []),
    ...(failOn.has('drift') && drift.length > 0 ? ['limits have moved (fail-on: drift)'] : []),
  ]
}

/** A file on the runner that cannot be written is said, but is no reason to lose what comes after it. */
async function attemptFile<T>(log: Log, what: string, write: () => Promise<T>): Promise<T | null> {
  try {
    return await write()
  } catch (error) {
    log.warning(`The ${what} could not be written: ${describeError(error)}`)
    return null
  }
}

/** Every rendering is made of the report, so that what is taken out of it here appears in none of them. */
function redacted({ secrets }: Run, report: Report): Report {
  return JSON.parse(secrets.redact(JSON.stringify(report))) as Report
}

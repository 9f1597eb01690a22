import type { Committed } from '../collect/repository/committed.ts'
import { readLapse } from '../collect/repository/earlier-runs.ts'
import { isRerun } from '../collect/repository/own-commits.ts'
import type { Deps } from '../deps.ts'
import { describeError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Blind } from '../report/report.ts'
import type { Run } from '../run.ts'
import { annotations, logLines } from '../tell/annotations.ts'
import { renderBlindSlack, renderBlindSummary, renderRefusedSummary } from '../tell/blind.ts'
import { evidencePage } from '../tell/evidence/page.ts'
import { openMetrics } from '../tell/files/openmetrics.ts'
import { lapseText } from '../tell/slack/lapse-text.ts'
import { shouldNotify, shouldNotifyBlind } from '../tell/slack/notify.ts'
import { slackAsMarkdown } from '../tell/slack/slack-as-markdown.ts'
import type { SlackMessage } from '../tell/slack/slack-limits.ts'
import { renderSlack } from '../tell/slack/slack-message.ts'
import { renderSummary } from '../tell/summary/summary.ts'
import { linksOf } from '../tell/words/links.ts'
import type { Secrets } from '../transport/redaction.ts'
import { isoTime } from '../vocabulary/use/window.ts'
import { deliverDrill } from './deliver-drill.ts'
import { exitCode } from './exit-code.ts'
import { deliverIssues } from './issues/deliver-issues.ts'
import { notifySlack } from './notify-slack.ts'
import { writeOutputs } from './outputs.ts'
import { writeEvidence, writeMessage, writeMetrics, writeReport, writeSummary } from './run-files.ts'
import { type Found, keepSnapshot } from './snapshot/keep-snapshot.ts'

/**
 * Every delivery is tried, whatever became of the others; what went wrong decides the one exit code at the end.
 * Order: the snapshot first, so that Slack and the summary can link to its commit or pull request; the summary last.
 */
export async function deliverAudit(run: Run, found: Found, committed: Committed): Promise<0 | 1> {
  const { deps, inputs, log } = run
  const links = linksOf(deps.env, inputs.runbookUrl)
  const { redact: clean, redactAll } = run.secrets
  // Every rendering is made of the report, so that what is taken out of it here appears in none of them.
  let report = redactAll(found.report)
  const failed = (resource: string, message: string) => {
    report = redactAll({ ...report, failures: [...report.failures, { resource, message }] })
  }

  const snapshot = await log.group('Snapshot', () => keepSnapshot(run, report, committed, found, links))
  if (snapshot.operation === 'skipped' && snapshot.because === 'failed') failed('snapshot', snapshot.error)
  const { pullRequest } = snapshot
  if (pullRequest?.operation === 'branch-only' && pullRequest.error !== null) failed('pull request', pullRequest.error)

  const issues = await log.group('Issues', () => deliverIssues(run, report, links))
  if (issues.error !== null) failed('issues', issues.error)

  const isWanted = (isReminder: boolean) => shouldNotify(inputs.notify, report, snapshot, { isReminder })
  const before = committed.kind === 'read' ? committed.before : null
  const isUntold = !isWanted(isRerun(deps.env)) && isWanted(true)
  const untold = isUntold ? await (before ? before.lapse : readLapse(run)) : null
  const lapse = untold ?? (before?.isReported ? before.lapse : null)
  if (lapse) log.info(lapseText(lapse))
  const render = () => renderSlack(report, links, snapshot, { notify: inputs.notify, lapse })
  const wanted = isWanted(isRerun(deps.env) || untold !== null)
  const posted = await log.group('Slack', () => notifySlack(run, wanted, render))
  const drill = inputs.mode === 'drill' ? await deliverDrill(run, report, links) : null
  if (drill?.issueError) failed('issue of the drill', drill.issueError)
  for (const one of [posted, drill?.slack]) {
    if (!one || !('error' in one)) continue
    const isOpen = one.kind === 'unknown' ? 'If the message is not there' : 'Once that is mended'
    const error = `${one.error} ${isOpen}, run the job again to post it ("Re-run jobs"): it tells what this attempt found.`
    if (inputs.onNotifyFailure === 'warn') log.warning(error, 'Slack')
    else failed('Slack', error)
  }
  const slack = drill?.slack ?? posted

  await log.group('Scorecard', async () => logLines(report).forEach(log.info))
  for (const { level, title, message } of annotations(report, inputs.failOn)) log[level](message, title)
  const reportPath = await attemptFile(log, 'report', () => writeReport(deps.env, report))
  const evidence = evidencePage(report)
  const evidencePath =
    evidence && (await attemptFile(log, 'evidence page', () => writeEvidence(deps.env, clean(evidence))))
  const metricsPath = await attemptFile(log, 'metrics', () => writeMetrics(deps.env, clean(openMetrics(report))))
  const messagePath = await keepMessage(run, drill !== null || wanted, drill?.render ?? render)
  await attemptFile(log, 'job summary', () =>
    writeSummary(deps.env, clean(renderSummary(report, links, snapshot, { dryRun: inputs.dryRun, slack: posted }))),
  )
  if (drill) await attemptFile(log, 'job summary of the drill', () => writeSummary(deps.env, clean(drill.summary)))
  const isDriftKnown = committed.kind === 'read'
  const issueNumbers = inputs.issues === 'none' ? null : issues.numbers
  const files = { reportPath, evidencePath, messagePath, metricsPath }
  writeOutputs(deps.core, log, { kind: 'audited', report, isDriftKnown, files, issues: issueNumbers, snapshot, slack })
  return exitCode(report, inputs.failOn, log)
}

/** Limits, usage or the policy could not be read: nothing is known, and that is reported wherever a verdict would have been. */
export async function deliverBlind(run: Run, error: string): Promise<1> {
  const { deps, inputs, log, secrets } = run
  const links = linksOf(deps.env, inputs.runbookUrl)
  const { window: chosen } = inputs
  const window = chosen === 'log-span' ? null : { start: isoTime(chosen.start), end: isoTime(chosen.end) }
  const source = inputs.source.kind === 'headers-log' ? 'headers' : 'api'
  // A list of problems, such as those of a policy, becomes one line: Slack and the summary show it as a sentence.
  const blind: Blind = { window, source, error: secrets.redact(error).replaceAll('\n- ', ' · ') }
  const wanted = shouldNotifyBlind(inputs.notify)
  const slack = await log.group('Slack', () => notifySlack(run, wanted, () => renderBlindSlack(blind, links)))
  const messagePath = await keepMessage(run, wanted, () => renderBlindSlack(blind, links))
  await attemptFile(log, 'job summary', () =>
    writeSummary(deps.env, secrets.redact(renderBlindSummary(blind, links, { dryRun: inputs.dryRun, slack }))),
  )
  // First the reason: it is what matters, and the outputs may be what cannot be written.
  log.fail(`The audit is blind: ${error}`)
  writeOutputs(deps.core, log, { kind: 'blind', window, slack, messagePath })
  return 1
}

/** The inputs are not valid: nobody knows where to post to, so nothing is asked and nothing is delivered. */
export async function refuse({ env }: Pick<Deps, 'env'>, log: Log, secrets: Secrets, error: unknown): Promise<1> {
  // What was given is shown, and a key may have been given to the wrong input.
  const reason = secrets.redact(describeError(error))
  await attemptFile(log, 'job summary', () => writeSummary(env, secrets.redact(renderRefusedSummary(reason))))
  log.fail(reason)
  return 1
}

/** The message for other channels, exactly where Slack would get it: a step that posts the file needs no rule of its own. */
async function keepMessage(
  { deps, inputs, log, secrets }: Run,
  wanted: boolean,
  render: () => SlackMessage,
): Promise<string | null> {
  if (!wanted || inputs.dryRun) return null
  return attemptFile(log, 'message', () => writeMessage(deps.env, slackAsMarkdown(secrets.redactAll(render()))))
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

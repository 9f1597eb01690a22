import { createAnthropic } from './anthropic/client.ts'
import { createCredentials } from './anthropic/credentials.ts'
import { collectLimits, collectUsage, explainPeaks, type Limits, type Usage } from './collect.ts'
import { type Committed, readCommitted } from './committed.ts'
import { deliverAudit, deliverBlind, refuse } from './deliver.ts'
import type { Deps } from './deps.ts'
import { describeError } from './errors.ts'
import { assess } from './headroom/assess.ts'
import { withConsequences } from './headroom/consequences.ts'
import { limitFindings } from './headroom/findings.ts'
import { compareVerdicts, judge, unreadableVerdicts } from './headroom/verdicts.ts'
import { type Inputs, readInputs } from './inputs.ts'
import { createLog } from './log.ts'
import type { Report } from './report/report.ts'
import type { Run } from './run.ts'
import { createSecrets } from './transport/redaction.ts'

/** Longest time the reading may take, in milliseconds: a job that hangs tells nobody anything. */
const TIME_BUDGET = 20 * 60_000

/**
 * The run, top to bottom: inputs, limits, usage, verdicts, then every delivery, then one exit code.
 * Resolves to 0 or 1 and throws nothing: whatever goes wrong is told in the log, the summary and Slack.
 */
export async function audit(deps: Deps): Promise<0 | 1> {
  const secrets = createSecrets(deps.core)
  const log = createLog(deps.core, secrets.redact)
  let inputs: Inputs
  try {
    inputs = readInputs(deps, secrets.add)
  } catch (error) {
    return refuse(deps, log, error)
  }
  const run: Run = { deps, log, secrets, inputs }

  const stop = new AbortController()
  const deadline = deps.now() + TIME_BUDGET
  const connection = { baseUrl: inputs.anthropicBaseUrl, deadline, redact: secrets.redact, log: log.debug }
  const credentials = createCredentials({ ...deps, secrets, log: log.debug }, inputs.credentials, connection)
  const client = createAnthropic(deps, { ...connection, credentials, stop: stop.signal })

  let report: Report
  let committed: Committed
  let limits: Limits
  try {
    committed = await log.group('Committed snapshot', () => readCommitted(run))
    limits = await log.group('Limits', () => collectLimits(client, inputs, committed.snapshot, log))
    const usage = await log.group('Usage', () => collectUsage(client, inputs, limits, log))
    const explained = await explainPeaks(
      client,
      judgeAll(inputs, limits, usage),
      usage,
      limits.reading,
      inputs.peakWindow,
    )
    report = reportOf(inputs, committed, limits, usage, explained)
  } catch (error) {
    return deliverBlind(run, describeError(error))
  } finally {
    stop.abort()
  }
  return deliverAudit(run, report, committed, limits)
}

/** One verdict a limiter, measured or not, in the report's order. */
function judgeAll({ window, thresholds, peakWindow }: Inputs, limits: Limits, { meters, freshness, reader }: Usage) {
  const { judged, committed, current, reading } = limits
  const { known } = freshness
  const { source } = reader
  const verdicts = judge({ judged, committed, current, meters, window, known, source, thresholds, peakWindow })
  return [...verdicts, ...unreadableVerdicts(reading.unreadable, committed)].sort(compareVerdicts)
}

function reportOf(
  { window, thresholds, peakWindow }: Inputs,
  committed: Committed,
  limits: Limits,
  { meters, freshness, reader }: Usage,
  { verdicts, problem }: Awaited<ReturnType<typeof explainPeaks>>,
): Report {
  const { source } = reader
  const { reading, current, judged, drift } = limits
  const active = reading.allWorkspaces.filter(({ archived }) => !archived)
  const context = { after: current, meters, window, known: freshness.known, peakWindow, source }
  return assess({
    window,
    freshness,
    source,
    peakWindow,
    thresholds,
    verdicts,
    meters,
    drift: limits.committed ? withConsequences(drift, { ...context, before: limits.committed }) : [],
    isFirstSnapshot: limits.committed === null && committed.error === null,
    findings: [
      ...limitFindings(current, judged, active),
      ...(problem ? [{ kind: 'drivers-unknown' as const, message: problem }] : []),
    ],
    failures: [
      ...reading.unreadable.map(({ workspace, error }) => ({
        resource: `limits of workspace ${workspace.name}`,
        message: error,
      })),
      ...(committed.error === null ? [] : [{ resource: 'committed snapshot', message: committed.error }]),
    ],
  })
}

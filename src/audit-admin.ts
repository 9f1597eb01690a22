import { type AnthropicClient, createAnthropic } from './collect/anthropic/client.ts'
import { createCredentials } from './collect/anthropic/credentials.ts'
import { readUsageTier } from './collect/limits/usage-tier.ts'
import { type Committed, policyIn, snapshotIn, unreadFailures } from './collect/repository/committed.ts'
import type { Policy } from './collect/repository/policy-schema.ts'
import { collectLimits, collectUsage, explainPeaks, type Limits, type Usage } from './collect.ts'
import type { Found } from './deliver/snapshot/keep-snapshot.ts'
import { describeError } from './errors.ts'
import type { Inputs } from './inputs/inputs.ts'
import type { Credentials } from './inputs/source.ts'
import { withConsequences } from './judge/headroom/consequences.ts'
import { compareVerdicts, judge, unreadableVerdicts } from './judge/headroom/verdicts.ts'
import { judgedLimiters } from './judge/limits/effective.ts'
import { limitFindings } from './judge/limits/limit-findings.ts'
import { planningOf } from './judge/planning/planning.ts'
import { linesOf, withIntent, withMutes } from './judge/policy/apply.ts'
import { expectations } from './judge/policy/expected.ts'
import { policyFindings } from './judge/policy/policy-findings.ts'
import type { Log } from './log.ts'
import { assess } from './report/assess.ts'
import type { Report } from './report/report.ts'
import type { Run } from './run.ts'
import type { Tier } from './vocabulary/published-tiers.ts'
import { DAY } from './vocabulary/window.ts'

/** Longest time the reading may take, in milliseconds: a job that hangs tells nobody anything. */
const TIME_BUDGET = 20 * 60_000
/** The tier is a hint only: nothing waits longer for it. */
const TIER_BUDGET = 10_000

/** Limits and usage from the Admin API, judged. Throws AuditError: then nothing is known. */
export async function auditAdmin(run: Run, source: Credentials, committed: Committed): Promise<Found> {
  const { deps, log, secrets, inputs } = run
  const stop = new AbortController()
  const deadline = deps.now() + TIME_BUDGET
  const connection = { baseUrl: inputs.anthropicBaseUrl, deadline, redact: secrets.redact, log: log.debug }
  const credentials = createCredentials({ ...deps, secrets, log: log.debug }, source, connection)
  const clientUntil = (time: number) =>
    createAnthropic(deps, { ...connection, credentials, stop: stop.signal, deadline: time })
  const client = clientUntil(deadline)
  try {
    const limits = await log.group('Limits', () => collectLimits(client, inputs, snapshotIn(committed), log))
    const tier = readTier(clientUntil(Math.min(deps.now() + TIER_BUDGET, deadline)), log)
    const usage = await log.group('Usage', () => collectUsage(client, inputs, limits, run))
    const verdicts = judgeAll(inputs, policyIn(committed), limits, usage)
    const explained = await explainPeaks(client, verdicts, usage, limits.reading, inputs.peakWindow)
    const report = reportOf(inputs, committed, limits, usage, explained, await tier)
    const { reading, snapshotBeside } = limits
    return { report, snapshotBeside, workspaces: activeOf(limits), isPartial: reading.unreadable.length > 0 }
  } finally {
    stop.abort()
  }
}

/** The tier, where it can be read in good time: without it nothing is missing that matters. */
async function readTier(client: AnthropicClient, log: Log): Promise<Tier | null> {
  try {
    return await readUsageTier(client)
  } catch (error) {
    log.debug(`The usage tier could not be read: ${describeError(error)}`)
    return null
  }
}

const activeOf = ({ reading }: Limits) => reading.allWorkspaces.filter(({ archived }) => !archived)

/** One verdict a limiter, measured or not, in the report's order, by the lines and mutes of the policy. */
function judgeAll(
  { window, thresholds, peakWindow }: Inputs,
  policy: Policy,
  limits: Limits,
  { meters, freshness, reader }: Usage,
) {
  const { judged, committed, current, reading } = limits
  const { known } = freshness
  const { source } = reader
  const lines = { thresholds, linesOf: linesOf(policy, thresholds) }
  const verdicts = judge({ judged, committed, current, meters, window, known, source, peakWindow, ...lines })
  const all = [...verdicts, ...unreadableVerdicts(reading.unreadable, committed)].sort(compareVerdicts)
  return withMutes(all, policy, current.groups, window.end - DAY)
}

function reportOf(
  { window, thresholds, peakWindow }: Inputs,
  committed: Committed,
  limits: Limits,
  { meters, freshness, reader }: Usage,
  { verdicts, problem }: Awaited<ReturnType<typeof explainPeaks>>,
  tier: Tier | null,
): Report {
  const { source } = reader
  const { reading, current, judged, drift } = limits
  const policy = policyIn(committed)
  const active = activeOf(limits)
  const expected = expectations(policy, current, active)
  const context = { after: current, meters, window, known: freshness.known, peakWindow, source }
  const report = assess({
    window,
    freshness,
    source,
    peakWindow,
    thresholds,
    verdicts,
    meters,
    drift: limits.committed
      ? withIntent(withConsequences(drift, { ...context, before: limits.committed }), expected)
      : [],
    isFirstSnapshot: committed.kind === 'read' && committed.snapshot === null,
    findings: [
      ...limitFindings(
        current,
        judged,
        reading.workspaces.map(({ workspace }) => workspace),
      ),
      ...policyFindings(policy, judgedLimiters(current), expected, window.end - DAY),
      ...(problem ? [{ kind: 'drivers-unknown' as const, message: problem }] : []),
    ],
    failures: [
      ...reading.unreadable.map(({ workspace, error }) => ({
        resource: `limits of workspace ${workspace.name}`,
        message: error,
      })),
      ...unreadFailures(committed),
    ],
  })
  const groups = current.groups.filter(({ type, name }) =>
    judged.some(({ group }) => group.type === type && group.name === name),
  )
  return { ...report, planning: planningOf(report, groups, tier) }
}

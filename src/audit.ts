import { collectActivity } from './collect/activity/collect-activity.ts'
import { connect } from './collect/anthropic/connection.ts'
import { collectLog } from './collect/headers-log/collect-log.ts'
import { collectBelievable } from './collect/limits/believable-limits.ts'
import { readChecked } from './collect/repository/checked.ts'
import { type Committed, policyIn, snapshotIn } from './collect/repository/committed.ts'
import { collectSpend } from './collect/spend/collect-spend.ts'
import { explainPeaks } from './collect/usage/collect-drivers.ts'
import { collectCensus, collectUsage } from './collect/usage/usage.ts'
import type { UsageReader } from './collect/usage/usage-reader.ts'
import { collectUses } from './collect/usage-part/collect-uses.ts'
import { deliverCheck } from './deliver/deliver-check.ts'
import type { Found } from './deliver/snapshot/keep-snapshot.ts'
import type { Deps } from './deps.ts'
import { describeError } from './errors.ts'
import { type ApiInputs, areOfLog, type CheckInputs, type Inputs, type LogInputs, readInputs } from './inputs/inputs.ts'
import { secretsOf } from './inputs/variables.ts'
import { audited, type BudgetsLearnt, judgeAll, type Known } from './judge/by-api.ts'
import { judgeLog } from './judge/headers-log/log-judged.ts'
import { refuseBlindness } from './judge/headroom/blindness.ts'
import { peaksToExplain, withDrivers } from './judge/headroom/peaks-to-explain.ts'
import { isOfWorkspaceLimit } from './judge/limits/changed-by.ts'
import { contradictions } from './judge/limits/contradictions.ts'
import { limitsNow } from './judge/limits/limits-now.ts'
import { explainedMinutes, hotMinutes, minutesToExplain } from './judge/live/hot-minutes.ts'
import { createBudgets } from './judge/planning/budgets.ts'
import { createWhatIf, type WhatIf } from './judge/planning/what-if-minutes.ts'
import { inUse, scenarioOf } from './judge/planning/what-if-scenario.ts'
import { checkPolicy } from './judge/policy/check-policy.ts'
import { atomsOf } from './judge/usage/atoms.ts'
import { metersFor, toMeasure } from './judge/usage/meters-for.ts'
import { planReading } from './judge/usage/reading-plan.ts'
import { missingMinutes } from './judge/usage/usage-findings.ts'
import { createLog, type Log } from './log.ts'
import { reportOf } from './report/report-of.ts'
import type { Run } from './run.ts'
import type { Secrets } from './transport/redaction.ts'
import { dayOf } from './vocabulary/use/window.ts'
import type { Verdict } from './vocabulary/verdict.ts'

/** What differs between the runner and one's own desk: where the committed snapshot lies, and who gets to know what. */
export type Door<Code extends number> = {
  /** Budgets are wanted though nobody keeps a gateway file. */
  wantsBudgets: boolean
  /** Throws AuditError for a policy that is not valid. */
  readCommitted: (run: Run) => Promise<Committed>
  deliverAudit: (run: Run, found: Found, committed: Committed) => Promise<Code>
  /** Limits or usage could not be read, or the policy is not valid, and why. */
  deliverBlind: (run: Run, error: string) => Promise<Code>
  /** The inputs are not valid: nothing was asked of Anthropic. */
  refuse: (deps: Deps, log: Log, secrets: Secrets, error: unknown) => Promise<Code>
}

/**
 * One run. Resolves to the exit code that the door decides and throws nothing: whatever goes wrong is reported there, and
 * what goes wrong with that, in the log, with exit code 1.
 */
export async function audit<Code extends number>(effects: Deps, door: Door<Code>): Promise<Code | 0 | 1> {
  const secrets = secretsOf(effects)
  const { core } = effects
  // Whatever the log, the outputs and the annotations show goes through here, so that nothing goes around.
  const deps: Deps = {
    ...effects,
    core: { ...core, setOutput: (name, value) => core.setOutput(name, secrets.redact(String(value))) },
  }
  const log = createLog(deps.core, secrets.redact)
  try {
    return await runAudit(deps, door, log, secrets)
  } catch (error) {
    log.debug(error instanceof Error ? (error.stack ?? error.message) : String(error))
    log.fail(`The audit could not be reported in full: ${describeError(error)}`)
    return 1
  }
}

/** Top to bottom: inputs, what the repository holds, limits and usage and what they mean, every delivery, one exit code. */
async function runAudit<Code extends number>(
  deps: Deps,
  door: Door<Code>,
  log: Log,
  secrets: Secrets,
): Promise<Code | 0 | 1> {
  let inputs: Inputs
  try {
    const asked = readInputs(deps, secrets)
    if (asked.mode === 'check') return await check(deps, log, secrets, asked)
    inputs = asked
  } catch (error) {
    return door.refuse(deps, log, secrets, error)
  }

  const run: Run = { deps, log, secrets, inputs }
  let committed: Committed
  let found: Found
  try {
    committed = await log.group('Committed snapshot and policy', () => door.readCommitted(run))
    found = await (areOfLog(inputs)
      ? auditLog({ ...run, inputs }, committed)
      : auditByApi({ ...run, inputs }, committed, door))
  } catch (error) {
    return door.deliverBlind(run, describeError(error))
  }
  return door.deliverAudit(run, found, committed)
}

/** The files of a pull request, held against each other. Throws AuditError where there is nothing to check. */
async function check(deps: Deps, log: Log, secrets: Secrets, inputs: CheckInputs): Promise<0 | 1> {
  const checked = await readChecked(deps, inputs)
  const { policy, snapshot } = checked
  const rules =
    policy.kind === 'valid' && snapshot.kind === 'valid'
      ? checkPolicy(policy.value, snapshot.value, dayOf(deps.now()))
      : null
  return deliverCheck(deps, log, secrets, checked, rules)
}

/** Limits and usage from the Admin API, judged. Throws AuditError: then nothing is known. */
async function auditByApi(
  run: Run<ApiInputs>,
  committed: Committed,
  { wantsBudgets }: Pick<Door<number>, 'wantsBudgets'>,
): Promise<Found> {
  const { log, inputs } = run
  const { window, thresholds, peakWindow } = inputs
  const api = connect(run, inputs.source)
  try {
    const before = snapshotIn(committed)
    const { reading, confirmed } = await log.group('Limits', () => collectBelievable(api, run, before, contradictions))
    const limits = limitsNow(reading, before, inputs)
    const spending = collectSpend(api, { window, policyCap: policyIn(committed).spendCap }, log)
    const meters = metersFor(limits, window)
    const { grid } = meters
    const usage = await log.group('Usage', async () => {
      const counted = await collectCensus(api, run, { grid, allWorkspaces: reading.allWorkspaces })
      const { census, reader } = counted
      const measured = toMeasure(limits, meters)
      const atoms = atomsOf(limits.committed, limits.current)
      const plan = planReading({ measured, atoms, census, grid, source: reader.source })
      const folds = { organization: meters.foldOrganization, workspaces: meters.foldWorkspaces }
      return { reader, ...(await collectUsage(api, run, counted, plan, folds)) }
    })
    const { reader } = usage
    const { source } = reader
    const known = { limits, meters, usage, source, window, thresholds, peakWindow, policy: policyIn(committed) }
    const verdicts = judgeAll(known)
    refuseBlindness(verdicts)
    const hot = window.isLive ? hotMinutes(verdicts, meters, window, thresholds) : null
    const { peaks, leftOut } = peaksToExplain(verdicts, meters.find, peakWindow)
    const asked = [...peaks, ...(hot ? minutesToExplain(hot.minutes, meters.find) : [])]
    const { drivers, problem } = await explainPeaks(api.client, reader, { peaks: asked, leftOut }, reading, usage)
    const explained = { verdicts: withDrivers(verdicts, drivers), problem, hot: hot && explainedMinutes(hot, drivers) }
    const whatIf = await whatIfOf(run, { ...known, verdicts }, reader)
    const asksBudgets = wantsBudgets || inputs.snapshot.gatewayPath !== null
    const budgets = asksBudgets ? await budgetsOf(run, { ...known, verdicts }, reader) : NO_BUDGETS
    const asksWho = limits.changes.some(({ change }) => isOfWorkspaceLimit(change))
    const activities = asksWho ? await collectActivity(api, window.end, log) : null
    const learnt = { ...explained, spending: await spending, whatIf, budgets, activities, committed, confirmed }
    const report = reportOf(audited(known, learnt))
    const { snapshotBeside, active: workspaces } = limits
    return { report, snapshotBeside, workspaces, isPartial: reading.unreadable.length > 0 }
  } finally {
    api.close()
  }
}

/** What the input what-if asks, on the minutes of just the use that it names; null where it asks nothing. */
async function whatIfOf(
  { log, inputs }: Run<ApiInputs>,
  known: Known & { verdicts: readonly Verdict[] },
  reader: UsageReader,
): Promise<WhatIf | null> {
  // A live window ends while its minutes still come in: they would not add up.
  if (inputs.whatIf.length === 0 || inputs.window.isLive) return null
  const { limits, meters, usage, window, thresholds, peakWindow, verdicts } = known
  const { census, takesFilter, freshness } = usage
  const { groups } = limits.current
  const scenario = scenarioOf(inputs.whatIf, { groups, workspaces: limits.active, inUse: inUse(census.window) })
  const meter = createWhatIf(scenario, { limiters: limits.judged, groups, window })
  const given = { reader, span: window, census, takesFilter }
  const problem = await log.group('What if', () => collectUses('What if', scenario.uses, given, meter.fold))
  if (problem !== null) return { changes: [], rows: [], findings: [{ kind: 'what-if', message: problem }] }
  return meter.judge(verdicts, meters, { known: freshness.known, thresholds, peakWindow })
}

const NO_BUDGETS: BudgetsLearnt = { budgets: null, problem: null }

/** Budgets, for whoever keeps a gateway file or asks for them; null where they cannot be told. */
async function budgetsOf(
  { log }: Run<ApiInputs>,
  { limits, usage, window, verdicts }: Known & { verdicts: readonly Verdict[] },
  reader: UsageReader,
): Promise<BudgetsLearnt> {
  const { census, takesFilter, freshness } = usage
  const isComplete = missingMinutes(window, freshness.known) === 0
  const known = { verdicts, groups: limits.current.groups, workspaces: limits.active, window, isComplete }
  const meter = createBudgets({ ...known, used: census.window })
  if (meter === null) return NO_BUDGETS
  const given = { reader, span: window, census, takesFilter }
  const problem = await log.group('Budgets', () => collectUses('Budgets', meter.uses, given, meter.fold))
  return problem === null ? { budgets: meter.judge(), problem } : { budgets: null, problem }
}

/** Limits and use as a log of response headers says, judged. Throws AuditError: then nothing is known. */
async function auditLog(run: Run<LogInputs>, committed: Committed): Promise<Found> {
  const read = await collectLog(run)
  const judged = judgeLog(read, run.inputs, committed)
  const { workspaces } = judged.snapshotBeside(snapshotIn(committed))
  return {
    report: reportOf(judged.audited),
    snapshotBeside: judged.snapshotBeside,
    workspaces,
    isPartial: read.blindness !== null,
  }
}

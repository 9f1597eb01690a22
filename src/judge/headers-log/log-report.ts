import { type LogSource, readLogFiles } from '../../collect/headers-log/files.ts'
import { type LimiterReading, type LogReading, readLog } from '../../collect/headers-log/reading.ts'
import type { Committed } from '../../collect/repository/committed.ts'
import type { Found } from '../../deliver/snapshot/keep-snapshot.ts'
import { highestUtilization, statusOf } from '../../report/assess.ts'
import type { Drift, Report, Scope, Verdict } from '../../report/report.ts'
import type { Run } from '../../run.ts'
import { isSameLimit } from '../../tell/words/select.ts'
import { plural } from '../../vocabulary/figures.ts'
import { MODEL_GROUP } from '../../vocabulary/groups.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'
import { DAY, isoTime } from '../../vocabulary/window.ts'
import { findDrift } from '../limits/drift.ts'
import { judgedLimiters } from '../limits/effective.ts'
import { planningOf } from '../planning/planning.ts'
import { linesOf, withIntent, withMutes } from '../policy/apply.ts'
import { expectations } from '../policy/expected.ts'
import { policyFindings } from '../policy/policy-findings.ts'
import { dayEarlier } from '../usage/peaks.ts'
import { logFindings } from './log-findings.ts'
import { groupsOf, snapshotOfLog } from './log-snapshot.ts'
import { logVerdicts } from './log-verdicts.ts'

/**
 * The audit of a log of response headers: limits and use as the responses themselves said. Needs no credential and sends
 * nothing to Anthropic. Throws AuditError where the log cannot be read: then nothing is known.
 */
export async function auditLog({ deps, log, inputs }: Run, pattern: string, committed: Committed): Promise<Found> {
  const { window } = inputs
  const today = readLog(window)
  const dayBefore = readLog(dayEarlier(window))
  const source = await log.group('Headers log', async () => {
    const read = await readLogFiles(pattern, deps.env.GITHUB_WORKSPACE || process.cwd(), (entry) => {
      today.add(entry)
      dayBefore.add(entry)
    })
    const lost = read.unreadable > 0 ? `; ${plural(read.unreadable, 'line')} could not be read` : ''
    log.info(`Read ${plural(read.entries, 'response')} in ${plural(read.files, 'file')}${lost}.`)
    return read
  })
  const readings = today.limiters()
  const snapshotBeside = (other: Snapshot | null) => snapshotOfLog(readings, other)
  const current = snapshotBeside(committed.snapshot)
  const { policy } = committed
  const expected = expectations(policy, current, current.workspaces)
  const scopeOf = scopesOf(current)
  const verdicts = judged({ today, dayBefore }, source, inputs, committed, current)
  const report: Report = {
    version: 1,
    window: {
      start: isoTime(window.start),
      end: isoTime(window.end),
      days: window.days,
      complete: source.unreadable === 0,
      missing_minutes: 0,
      data_refreshed_at: null,
    },
    usage_source: 'headers',
    peak_window: 'second',
    thresholds: inputs.thresholds,
    status: statusOf(verdicts),
    highest_utilization: highestUtilization(verdicts),
    verdicts,
    groups: [],
    drift: committed.snapshot ? withIntent(drifted(committed.snapshot, current, verdicts), expected) : [],
    first_snapshot: committed.snapshot === null && committed.error === null,
    findings: [...logFindings(source), ...policyFindings(policy, judgedLimiters(current), expected, window.end - DAY)],
    refusals: today.refusals().map(({ workspaceId, model, counts, first, last }) => ({
      scope: scopeOf({ workspaceId }),
      model,
      ...counts,
      first: isoTime(first),
      last: isoTime(last),
    })),
    unmatched_models: [],
    failures: committed.error === null ? [] : [{ resource: 'committed snapshot', message: committed.error }],
  }
  const groups = groupsOf(readings.filter(({ workspaceId }) => workspaceId === null))
  return {
    report: { ...report, planning: planningOf(report, groups, null) },
    snapshotBeside,
    workspaces: current.workspaces,
    isPartial: false,
  }
}

/** Verdicts on what the inputs leave, by the lines and mutes of the policy. */
function judged(
  { today, dayBefore }: { today: LogReading; dayBefore: LogReading },
  source: LogSource,
  inputs: Run['inputs'],
  { policy }: Committed,
  current: Snapshot,
): Verdict[] {
  const { window, thresholds, models, groupTypes } = inputs
  const scopeOf = scopesOf(current)
  const isAskedFor = (reading: LimiterReading) =>
    (models.length === 0 || models.includes(reading.model)) &&
    (groupTypes.length === 0 || groupTypes.includes(MODEL_GROUP)) &&
    isScopeAskedFor(scopeOf(reading), inputs.workspaces)
  const lines = linesOf(policy, thresholds)
  const verdicts = logVerdicts({
    readings: today.limiters().filter(isAskedFor),
    earlier: dayBefore.limiters(),
    thresholds,
    linesOf: ({ scope, model, limiter }) =>
      lines({ scope, group: { type: MODEL_GROUP, name: model, models: [model] }, limiter }),
    scopeOf,
    isComplete: source.unreadable === 0,
  })
  const groups = verdicts.map(({ group }) => ({ ...group, models: [group.name], limits: {} }))
  return withMutes(verdicts, policy, groups, window.end - DAY)
}

/**
 * The scope of what a log says: the organization's where it names no workspace. Headers know workspaces by ID only; the
 * committed snapshot may know their names.
 */
function scopesOf({ workspaces }: Snapshot): (reading: { workspaceId: string | null }) => Scope {
  const names = new Map(workspaces.map(({ id, name }) => [id, name]))
  return ({ workspaceId: id }) =>
    id === null ? { type: 'organization' } : { type: 'workspace', id, name: names.get(id) ?? id }
}

function isScopeAskedFor(scope: Scope, wanted: Run['inputs']['workspaces']): boolean {
  if (scope.type === 'organization' || wanted === 'all') return true
  return wanted !== 'none' && (wanted.includes(scope.id) || wanted.includes(scope.name))
}

/** The drift with what it does to the most that was used. */
function drifted(before: Snapshot, after: Snapshot, verdicts: readonly Verdict[]): Drift[] {
  return findDrift(before, after).map((drift) => {
    const { limiter } = drift
    const peak = limiter === null ? null : verdicts.find((verdict) => isSameLimit(verdict, { ...drift, limiter }))?.peak
    const ratio = (limit: number | null) => (peak === null || peak === undefined || !limit ? null : peak / limit)
    return {
      ...drift,
      peak: peak ?? null,
      utilization_before: ratio(drift.before),
      utilization_after: ratio(drift.after),
    }
  })
}

import type { LogSource } from '../../collect/headers-log/files.ts'
import type { LimiterReading, LogReading } from '../../collect/headers-log/reading.ts'
import { type Committed, policyIn, snapshotIn, unreadFailures } from '../../collect/repository/committed.ts'
import type { Policy } from '../../collect/repository/policy-schema.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import type { Change, Consequence, Drift } from '../../vocabulary/drift.ts'
import { MODEL_GROUP } from '../../vocabulary/groups.ts'
import { sameLimit } from '../../vocabulary/limit-key.ts'
import { ORGANIZATION, type Scope } from '../../vocabulary/scope.ts'
import type { Snapshot } from '../../vocabulary/snapshot.ts'
import { isMeasured, type Verdict } from '../../vocabulary/verdict.ts'
import { DAY } from '../../vocabulary/window.ts'
import type { Audited } from '../audited.ts'
import { judgedLimiters } from '../limits/effective.ts'
import { findDrift } from '../limits/find-drift.ts'
import { planningOf } from '../planning/planning.ts'
import { thresholdsBy, withIntent, withMutes } from '../policy/apply.ts'
import { expectations } from '../policy/expected.ts'
import { policyFindings } from '../policy/policy-findings.ts'
import { logFindings } from './log-findings.ts'
import { groupsOf, snapshotOfLog } from './log-snapshot.ts'
import { logVerdicts } from './log-verdicts.ts'

type ReadLogs = { today: LogReading; dayBefore: LogReading; source: LogSource }

/** The audit of a log of response headers: limits and use as the responses themselves said. */
export function judgeLog(
  { today, dayBefore, source }: ReadLogs,
  inputs: Inputs,
  committed: Committed,
): { audited: Audited; snapshotBeside: (committed: Snapshot | null) => Snapshot } {
  const { window, thresholds } = inputs
  const policy = policyIn(committed)
  const before = snapshotIn(committed)
  const readings = today.limiters()
  const snapshotBeside = (other: Snapshot | null) => snapshotOfLog(readings, other)
  const current = snapshotBeside(before)
  const expected = expectations(policy, current, current.workspaces)
  const scopeOf = scopesOf(current)
  const verdicts = judged({ today, dayBefore }, source, inputs, policy, current)
  // A log shows the moments of some responses, which is not enough to call anything idle.
  const forPlanning = { verdicts, views: [], windowStart: window.start, isComplete: false, thresholds }
  const groups = groupsOf(readings.filter(({ workspaceId }) => workspaceId === null))
  const audited: Audited = {
    window,
    coverage: { complete: source.unreadable === 0, missingMinutes: 0, refreshedAt: null },
    source: 'headers',
    peakWindow: 'second',
    thresholds,
    verdicts,
    views: [],
    drift: before ? withIntent(drifted(before, current, verdicts), expected) : [],
    isFirstSnapshot: committed.kind === 'read' && before === null,
    findings: [...logFindings(source), ...policyFindings(policy, judgedLimiters(current), expected, window.end - DAY)],
    planning: planningOf({ ...forPlanning, peakWindow: 'second' }, groups, null),
    refusals: today.refusals().map(({ workspaceId, model, counts, first, last }) => ({
      scope: scopeOf({ workspaceId }),
      model,
      rateLimit: counts.rate_limit,
      acceleration: counts.acceleration,
      spendCap: counts.spend_cap,
      notTold: counts.not_told,
      first,
      last,
    })),
    unmatchedModels: [],
    unreadWorkspaces: [],
    failures: unreadFailures(committed),
  }
  return { audited, snapshotBeside }
}

/** Verdicts on what the inputs leave, by the lines and mutes of the policy. */
function judged(
  { today, dayBefore }: { today: LogReading; dayBefore: LogReading },
  source: LogSource,
  inputs: Inputs,
  policy: Policy,
  current: Snapshot,
): Verdict[] {
  const { window, thresholds, models, groupTypes } = inputs
  const scopeOf = scopesOf(current)
  const isAskedFor = (reading: LimiterReading) =>
    (models.length === 0 || models.includes(reading.model)) &&
    (groupTypes.length === 0 || groupTypes.includes(MODEL_GROUP)) &&
    isScopeAskedFor(scopeOf(reading), inputs.workspaces)
  const lines = thresholdsBy(policy, thresholds)
  const verdicts = logVerdicts({
    readings: today.limiters().filter(isAskedFor),
    earlier: dayBefore.limiters(),
    thresholds,
    thresholdsOf: ({ scope, model, limiter }) =>
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
  return ({ workspaceId: id }) => (id === null ? ORGANIZATION : { type: 'workspace', id, name: names.get(id) ?? id })
}

function isScopeAskedFor(scope: Scope, wanted: Inputs['workspaces']): boolean {
  if (scope.type === 'organization' || wanted === 'all') return true
  return wanted !== 'none' && (wanted.includes(scope.id) || wanted.includes(scope.name))
}

/** The drift with what it does to the most that was used. */
function drifted(before: Snapshot, after: Snapshot, verdicts: readonly Verdict[]): Drift[] {
  return findDrift(before, after).map((drift) => {
    if (!('limiter' in drift)) return drift
    const verdict = verdicts.filter(isMeasured).find((row) => sameLimit(row, drift))
    return { ...drift, consequence: consequenceOf(drift, verdict?.peak ?? null) }
  })
}

function consequenceOf(drift: Change, peak: number | null): Consequence {
  const ratio = (limit: number | null) => (peak === null || !limit ? null : peak / limit)
  return {
    peak,
    before: ratio('before' in drift ? drift.before : null),
    after: ratio('after' in drift ? drift.after : null),
  }
}

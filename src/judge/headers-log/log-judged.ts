import type { LogRead } from '../../collect/headers-log/collect-log.ts'
import { type Committed, policyIn, snapshotIn, unreadFailures } from '../../collect/repository/committed.ts'
import type { Policy } from '../../collect/repository/policy-schema.ts'

import type { LogInputs } from '../../inputs/inputs.ts'

import { MODEL_GROUP } from '../../vocabulary/limits/groups.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { ORGANIZATION, type Scope } from '../../vocabulary/scope.ts'
import { dayOf } from '../../vocabulary/use/window.ts'
import type { Verdict } from '../../vocabulary/verdict.ts'
import type { Audited } from '../audited.ts'
import { compareVerdicts } from '../headroom/verdicts.ts'
import { judgedLimiters } from '../limits/effective.ts'
import { planningOf } from '../planning/planning.ts'
import { thresholdsBy, withIntent, withMutes } from '../policy/apply.ts'
import { expectations } from '../policy/expected.ts'
import { policyFindings } from '../policy/policy-findings.ts'
import { logDrift } from './log-drift.ts'
import { logFindings } from './log-findings.ts'
import { groupsOf, snapshotOfLog } from './log-snapshot.ts'
import { logVerdicts, refusedVerdicts } from './log-verdicts.ts'

/** The audit of a log of response headers: limits, use and refusals as the responses themselves said. */
export function judgeLog(
  read: LogRead,
  inputs: LogInputs,
  committed: Committed,
): { audited: Audited; snapshotBeside: (committed: Snapshot | null) => Snapshot } {
  const { thresholds } = inputs
  const { window, tally, blindness } = read
  const policy = policyIn(committed)
  const before = snapshotIn(committed)
  const readings = read.reading.limiters
  const snapshotBeside = (other: Snapshot | null) => snapshotOfLog(readings, other)
  const current = snapshotBeside(before)
  const expected = expectations(policy, current, current.workspaces)
  const lastDay = dayOf(window.end - 1)
  const scopeOf = scopesOf(current)
  const verdicts = judged(read, inputs, policy, scopeOf, lastDay)
  // A log shows the moments of some responses, which is not enough to call anything idle.
  const forPlanning = { verdicts, views: [], windowStart: window.start, isComplete: false, thresholds }
  const groups = groupsOf(readings.filter(({ workspaceId }) => workspaceId === null))
  const nothing = verdicts.length > 0 ? blindness : NOTHING_ASKED_FOR
  const audited: Audited = {
    window,
    coverage: { complete: isComplete(read), missingMinutes: 0, refreshedAt: null },
    source: 'headers',
    peakWindow: 'second',
    thresholds,
    verdicts,
    views: [],
    drift: withIntent(logDrift(before, current, readings, scopeOf, verdicts), expected),
    isFirstSnapshot: committed.kind === 'read' && before === null,
    findings: [
      ...logFindings(tally, readings, scopeOf),
      ...policyFindings(policy, judgedLimiters(current), expected, lastDay),
    ],
    planning: planningOf({ ...forPlanning, peakWindow: 'second' }, groups, { spendCapTier: null, usageTier: null }),
    log: tally,
    unmatchedModels: [],
    unreadWorkspaces: [],
    failures: [
      ...(nothing === null ? [] : [{ resource: 'limits and use in the log', message: nothing }]),
      ...unreadFailures(committed),
    ],
  }
  return { audited, snapshotBeside }
}

const NOTHING_ASKED_FOR =
  'No model of the log is among those asked for: check the inputs models, group-types and workspaces.'

const isComplete = ({ tally }: LogRead) => tally.notUnderstood === 0 && tally.unusable === 0

/** Verdicts on what the inputs leave, by the lines and mutes of the policy. */
function judged(
  read: LogRead,
  inputs: LogInputs,
  policy: Policy,
  scopeOf: (reading: { workspaceId: string | null }) => Scope,
  lastDay: number,
): Verdict[] {
  const { thresholds, models, groupTypes } = inputs
  const isAskedFor = (reading: { workspaceId: string | null; model: string }) =>
    (models.length === 0 || models.includes(reading.model)) &&
    (groupTypes.length === 0 || groupTypes.includes(MODEL_GROUP)) &&
    isScopeAskedFor(scopeOf(reading), inputs.workspaces)
  const lines = thresholdsBy(policy, thresholds)
  const verdicts = logVerdicts({
    readings: read.reading.limiters.filter(isAskedFor),
    earlier: read.dayBefore?.limiters ?? null,
    thresholds,
    thresholdsOf: ({ scope, model, limiter }) =>
      lines({ scope, group: { type: MODEL_GROUP, name: model, models: [model] }, limiter }),
    scopeOf,
    isComplete: isComplete(read),
  })
  const refused = refusedVerdicts(read.reading.refusals.filter(isAskedFor), read.dayBefore?.refusals ?? null, scopeOf)
  const all = [...verdicts, ...refused].sort(compareVerdicts)
  const groups = all.map(({ group }) => ({ ...group, models: [group.name], limits: {} }))
  return withMutes(all, policy, groups, lastDay)
}

/**
 * The scope of what a log says: the organization's where it names no workspace. Headers know workspaces by ID only; the
 * committed snapshot may know their names.
 */
function scopesOf({ workspaces }: Snapshot): (reading: { workspaceId: string | null }) => Scope {
  const names = new Map(workspaces.map(({ id, name }) => [id, name]))
  return ({ workspaceId: id }) => (id === null ? ORGANIZATION : { type: 'workspace', id, name: names.get(id) ?? id })
}

function isScopeAskedFor(scope: Scope, wanted: LogInputs['workspaces']): boolean {
  if (scope.type === 'organization' || wanted === 'all') return true
  return wanted !== 'none' && (wanted.includes(scope.id) || wanted.includes(scope.name))
}

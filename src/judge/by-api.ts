import { type Committed, unreadFailures } from '../collect/repository/committed.ts'
import type { Policy } from '../collect/repository/policy-schema.ts'
import type { Spending } from '../collect/spend/collect-spend.ts'
import type { Usage } from '../collect/usage/usage.ts'
import type { Activity } from '../vocabulary/activity.ts'
import type { Drift } from '../vocabulary/drift.ts'
import { dayOf, type Window } from '../vocabulary/use/window.ts'
import type { Thresholds, Verdict } from '../vocabulary/verdict.ts'
import type { Audited } from './audited.ts'
import { consequencesOf } from './headroom/consequences.ts'
import { withUse } from './headroom/group-use.ts'
import { groupViews } from './headroom/group-views.ts'
import { compareVerdicts, judge, unreadableVerdicts } from './headroom/verdicts.ts'
import { withChangedBy } from './limits/changed-by.ts'
import { judgedLimiters } from './limits/effective.ts'
import { limitFindings } from './limits/limit-findings.ts'
import type { LimitsNow } from './limits/limits-now.ts'
import { pinnedOverrides } from './limits/pinned-overrides.ts'
import type { HotMinutes } from './live/hot-minutes.ts'
import type { Budget } from './planning/budgets.ts'
import { planningOf } from './planning/planning.ts'
import { spendOf } from './planning/spend.ts'
import { agreedTier } from './planning/tier-reading.ts'
import type { WhatIf } from './planning/what-if-minutes.ts'
import { thresholdsBy, withIntent, withMutes } from './policy/apply.ts'
import { expectations } from './policy/expected.ts'
import { useMutesBy } from './policy/mutes.ts'
import { policyFindings } from './policy/policy-findings.ts'
import { atLeastBy } from './usage/at-least.ts'
import type { Meters } from './usage/meters.ts'
import { missingMinutes, usageFindings } from './usage/usage-findings.ts'
import { useFindings } from './usage/use-findings.ts'
import { accountingOf, groupsWithUnknownKinds, unknownProducts, unmatchedModels } from './usage/where-use-went.ts'

/** Limits and use as the Admin API gave them, and what to judge them by. */
export type Known = {
  limits: LimitsNow
  meters: Meters
  usage: Usage
  source: 'analytics' | 'legacy'
  window: Window
  thresholds: Thresholds
  peakWindow: 'minute' | 'hour'
  policy: Policy
}

/** One verdict for each limiter, measured or not, in the report's order, by the lines and mutes of the policy. */
export function judgeAll({ limits, meters, usage, source, window, thresholds, peakWindow, policy }: Known): Verdict[] {
  const { judged, judgedWorkspaces, committed, current, reading } = limits
  const { census, unreconciled, freshness } = usage
  const verdicts = judge({
    judged,
    committed,
    current,
    meters,
    window,
    known: freshness.known,
    source,
    peakWindow,
    thresholds,
    thresholdsOf: thresholdsBy(policy, thresholds),
    isAtLeast: atLeastBy({ unreconciled, unknownKinds: groupsWithUnknownKinds(census, current.groups) }),
  })
  const unread = reading.unreadable.filter(({ workspace }) => judgedWorkspaces.includes(workspace))
  const all = [...verdicts, ...unreadableVerdicts(unread, committed)].sort(compareVerdicts)
  return withMutes(all, policy, current.groups, lastDayOf(window))
}

/** The last UTC day that the window has part in. */
const lastDayOf = ({ end }: Window) => dayOf(end - 1)

/** Budgets, or why they are not known; both null: nobody asked. */
export type BudgetsLearnt = { budgets: readonly Budget[] | null; problem: string | null }

/** What was learnt after the verdicts: who drove the peaks (`problem`: why not), the tier, what could not be read. */
type Learnt = {
  verdicts: readonly Verdict[]
  problem: string | null
  /** The tier that the spend cap is published for, and how much of the spend cap is used. */
  spending: Spending
  /** What `what-if` asked; null: nothing. */
  whatIf: WhatIf | null
  budgets: BudgetsLearnt
  /** Changes of workspace limits on record; null where they were not read. */
  activities: readonly Activity[] | null
  committed: Committed
  /** What was hard to believe of the limits, and was answered twice. */
  confirmed: readonly string[]
  /** Of a live window. */
  hot: HotMinutes | null
}

/** Everything found, put together. */
export function audited(
  known: Known,
  { verdicts, problem, spending, whatIf, budgets, activities, committed, confirmed, hot }: Learnt,
): Audited {
  const { limits, meters, usage, source, window, thresholds, peakWindow, policy } = known
  const { census, freshness, unreconciled, tail } = usage
  const { reading, current, judged, judgedWorkspaces, active } = limits
  const expected = expectations(policy, current, active)
  const drift = withChangedBy(withIntent(driftOf(known), expected), activities, current.groups)
  const counted = accountingOf(census, current.groups, {
    reconciled: unreconciled.length === 0,
    muteOf: useMutesBy(policy, lastDayOf(window)),
  })
  // Nothing is new of a window that is compared with nothing.
  const accounting = window.isLive ? { ...counted, newlyUnclaimed: [] } : counted
  const missing = missingMinutes(window, freshness.known)
  const coverage = { complete: missing === 0, missingMinutes: missing, refreshedAt: freshness.refreshedAt }
  const views = withUse(groupViews(verdicts, meters, window), census.window, current.groups)
  const forPlanning = {
    verdicts,
    views,
    windowStart: window.start,
    isComplete: coverage.complete,
    thresholds,
    peakWindow,
  }
  const unread = new Set(reading.unreadable.map(({ workspace }) => workspace.id))
  const read = judgedWorkspaces.filter(({ id }) => !unread.has(id))
  return {
    window,
    coverage,
    source,
    peakWindow,
    thresholds,
    verdicts,
    views,
    drift,
    isFirstSnapshot: committed.kind === 'read' && committed.snapshot === null,
    findings: [
      ...confirmed.map((what) => ({ kind: 'read-twice' as const, message: `${what} It was read twice.` })),
      ...limitFindings(current, judged, read),
      ...pinnedOverrides(drift, current),
      ...policyFindings(policy, judgedLimiters(current), expected, lastDayOf(window), accounting),
      ...(problem === null ? [] : [{ kind: 'drivers-unknown' as const, message: problem }]),
      ...usageFindings({ source, ...freshness, window, meters, tail }),
      ...useFindings(accounting, unknownProducts(census)),
      ...(whatIf?.findings ?? []),
      ...(budgets.problem === null ? [] : [{ kind: 'budgets-unknown' as const, message: budgets.problem }]),
      ...(spending.problem === null ? [] : [{ kind: 'spend-unknown' as const, message: spending.problem }]),
    ],
    ...(hot
      ? { live: { known: freshness.known, hotMinutes: hot.minutes, leftOut: hot.leftOut } }
      : {
          planning: planningOf(forPlanning, limits.judgedGroups, {
            spendCapTier: spending.tier,
            usageTier: agreedTier(current.groups, spending.tier),
          }),
          ...(spending.spend && { spend: spendOf(spending.spend, thresholds) }),
        }),
    ...(whatIf && { whatIf }),
    ...(budgets.budgets && { budgets: budgets.budgets }),
    accounting,
    unmatchedModels: unmatchedModels(census, current.groups),
    unreadWorkspaces: reading.unreadable.map(({ workspace: { id, name } }) => ({ id, name })),
    failures: [
      ...reading.unreadable.map(({ workspace, error }) => ({
        resource: `limits of workspace ${workspace.name}`,
        message: error,
      })),
      ...unreadFailures(committed),
    ],
  }
}

function driftOf({ limits, meters, usage, source, window, peakWindow }: Known): Drift[] {
  const { committed, current, changes } = limits
  if (committed === null) return []
  const before = { snapshot: committed, meterOf: meters.findBefore }
  const after = { snapshot: current, meterOf: meters.find }
  const minutes = { span: window, known: usage.freshness.known, source, grid: meters.grid, peakWindow }
  return changes.map((touching) => ({
    ...touching.change,
    consequences: consequencesOf(touching, { before, after }, minutes),
  }))
}

import type { ExpectedLimit, Mute, Policy, ThresholdRule } from '../../collect/repository/policy-schema.ts'
import { plural } from '../../vocabulary/figures.ts'
import { limitCommand } from '../../vocabulary/limits/limit-command.ts'
import type { LimitRef } from '../../vocabulary/limits/limit-key.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { ORGANIZATION } from '../../vocabulary/scope.ts'
import { DAY, parseDay } from '../../vocabulary/use/window.ts'
import { effectiveLimit, judgedLimiters } from '../limits/effective.ts'
import { type Expectation, expectations } from './expected.ts'
import { isOfUse } from './mutes.ts'
import { unexpectedText } from './policy-findings.ts'
import { matches, selectorText } from './selector.ts'

/** A rule of the policy, what of the recorded limits it speaks of, and what there is to say about it. */
export type RuleCheck = {
  list: 'thresholds' | 'mutes' | 'expected'
  /** Where the rule begins in the file. */
  line: number
  /** What it names, in words. */
  selector: string
  /** Null for a mute of use that no limit counts: the snapshot knows of no use. */
  limits: readonly LimitRef[] | null
  remarks: readonly Remark[]
}

export type Remark = { level: 'warning' | 'notice'; message: string }

/** Mutes that end within this many days are named. */
const SOON = 14

/** What each rule of a policy means for the recorded limits, in the order of the file. `today`: UTC midnight, ms. */
export function checkPolicy(policy: Policy, snapshot: Snapshot, today: number): RuleCheck[] {
  const recorded = judgedLimiters(snapshot)
  const expected = expectations(policy, snapshot, snapshot.workspaces)
  const covered = (rule: ThresholdRule | Mute) =>
    recorded
      .filter((target) => matches(rule, target))
      .map(({ scope, group, limiter }) => ({ scope, group: { type: group.type, name: group.name }, limiter }))

  const thresholds = policy.thresholds.map((rule): RuleCheck => {
    const limits = covered(rule)
    return { list: 'thresholds', ...about(rule), limits, remarks: noEffect(limits) }
  })
  const mutes = policy.mutes.map((rule): RuleCheck => {
    const limits = isOfUse(rule) ? null : covered(rule)
    return { list: 'mutes', ...about(rule), limits, remarks: [...noEffect(limits), ...endOf(rule, today)] }
  })
  const expectedLimits = policy.expected.map((rule): RuleCheck => {
    const found = expected.filter((expectation) => expectation.rule === rule)
    const limits = found.map(({ scope, group }) => ({ scope, group, limiter: rule.limiter }))
    const remarks = found.filter(({ actual }) => actual !== rule.limit).map((one) => differing(one, snapshot))
    return { list: 'expected', ...about(rule), limits, remarks: [...noEffect(limits), ...remarks] }
  })
  return [...thresholds, ...mutes, ...expectedLimits].sort((a, b) => a.line - b.line)
}

function about(rule: ThresholdRule | Mute | ExpectedLimit) {
  return { line: rule.line, selector: selectorText(rule) }
}

function noEffect(limits: readonly LimitRef[] | null): Remark[] {
  if (limits === null || limits.length > 0) return []
  const message =
    'No recorded limit is meant by this rule, so that it has no effect. Workspaces have rows for limits of their own only.'
  return [{ level: 'warning', message }]
}

function endOf({ until }: Mute, today: number): Remark[] {
  const days = ((parseDay(until) ?? 0) - today) / DAY
  if (days < 0)
    return [{ level: 'warning', message: `This mute ended on ${until} and has no effect: delete it, or move its end.` }]
  if (days > SOON) return []
  const when = days === 0 ? 'today' : `in ${plural(days, 'day')}`
  return [{ level: 'notice', message: `This mute ends ${when}, with the audit of ${until}.` }]
}

/** An expected limit that is not the recorded one, and what would make it so. */
function differing(expectation: Expectation, snapshot: Snapshot): Remark {
  return { level: 'notice', message: `${unexpectedText(expectation)} ${wayTo(expectation, snapshot)}` }
}

/**
 * How a limit gets to where the policy expects it. A workspace's is set by whoever administers the organization, with the
 * command of Anthropic's CLI (API reference: update a workspace rate limit); the organization's by Anthropic.
 */
function wayTo({ rule, scope, group, actual }: Expectation, snapshot: Snapshot): string {
  if (scope.type === 'organization') return "An organization's limit is Anthropic's to set: ask for it in the Console."
  const organization = effectiveLimit(snapshot, { scope: ORGANIZATION, group, limiter: rule.limiter })
  if (organization !== null && organization < rule.limit)
    return 'The lower limit of the organization binds, whatever the workspace has set.'
  const command = actual === null ? null : limitCommand(scope.id, rule.limiter, rule.limit)
  if (command === null) return 'It is set in the Console.'
  return `To set it: ${command} (RATE_LIMIT_ID: the id of ${group.name} in GET /v1/organizations/rate_limits).`
}

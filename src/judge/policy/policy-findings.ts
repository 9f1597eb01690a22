import type { Mute, Policy } from '../../collect/repository/policy-schema.ts'
import { count } from '../../vocabulary/figures.ts'
import { limiterLabel } from '../../vocabulary/limits/limiters.ts'
import type { Accounting } from '../../vocabulary/use/accounting.ts'
import type { JudgedLimiter } from '../limits/effective.ts'
import type { Expectation } from './expected.ts'
import { isOfUse, justExpired, mutesUse } from './mutes.ts'
import { matches, selectorText } from './selector.ts'

export type PolicyFinding = { kind: 'mute-expired' | 'unexpected-limit' | 'policy-unmatched'; message: string }

/**
 * What the policy itself gives to say: mutes that just ended, limits that are not as expected, and rules that match
 * nothing, which is how a mistyped or renamed group shows. `judged` are all limits of the organization and its workspaces.
 */
export function policyFindings(
  policy: Policy,
  judged: readonly JudgedLimiter[],
  expected: readonly Expectation[],
  lastDay: number,
  accounting: Pick<Accounting, 'parts'> | null = null,
): PolicyFinding[] {
  return [
    ...justExpired(policy, lastDay).map(
      (mute): PolicyFinding => ({
        kind: 'mute-expired',
        message: `The mute of ${selectorText(mute)} ended on ${mute.until} and is ignored from now on (owner ${mute.owner}: ${mute.reason}; ${policy.path} line ${mute.line}).`,
      }),
    ),
    ...expected.filter(({ rule, actual }) => actual !== rule.limit).map(unexpected),
    ...unmatched(policy, judged, expected, accounting),
  ]
}

function unexpected(expectation: Expectation): PolicyFinding {
  return { kind: 'unexpected-limit', message: unexpectedText(expectation) }
}

/** An expected limit that is another one, or is not there, as a sentence. */
export function unexpectedText({ rule, scope, group, actual }: Expectation): string {
  const where = scope.type === 'workspace' ? ` in workspace ${scope.name}` : ''
  const is = actual === null ? 'there is no such limit' : `it is ${count(actual)}`
  return `${group.name}, ${limiterLabel(group.type, rule.limiter)}${where}: the policy expects ${count(rule.limit)}, and ${is}.`
}

function unmatched(
  policy: Policy,
  judged: readonly JudgedLimiter[],
  expected: readonly Expectation[],
  accounting: Pick<Accounting, 'parts'> | null,
): PolicyFinding[] {
  const isIdle = (mute: Mute) =>
    isOfUse(mute)
      ? accounting !== null &&
        !accounting.parts.some(({ kind, of }) => of.some(({ name }) => mutesUse(mute, kind, name)))
      : !judged.some((target) => matches(mute, target))
  const idle = [
    ...policy.thresholds.filter((rule) => !judged.some((target) => matches(rule, target))),
    ...policy.mutes.filter(isIdle),
    ...policy.expected.filter((rule) => !expected.some((expectation) => expectation.rule === rule)),
  ].sort((a, b) => a.line - b.line)
  return idle.map((rule) => ({
    kind: 'policy-unmatched',
    message: `${policy.path} line ${rule.line} has no effect: ${selectorText(rule)} ${'until' in rule && isOfUse(rule) ? 'was not among the use that no limit counts.' : 'is no limit of this organization. Workspaces have rows for limits of their own only.'}`,
  }))
}

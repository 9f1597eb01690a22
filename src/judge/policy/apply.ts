import type { Policy } from '../../collect/repository/policy-schema.ts'
import type { Drift } from '../../vocabulary/drift.ts'
import { groupOf, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import type { Thresholds, Verdict } from '../../vocabulary/verdict.ts'
import { type Expectation, isIntended } from './expected.ts'
import { muteFor } from './mutes.ts'
import type { Target } from './selector.ts'
import { thresholdsFor } from './thresholds.ts'

/** What a policy does to the findings of an audit. */

/** The lines each limit is judged by; `defaults` are those of the inputs. */
export function thresholdsBy(policy: Policy, defaults: Thresholds): (target: Target) => Thresholds {
  return (target) => thresholdsFor(policy, target, defaults)
}

/** Rows over one of their lines that a mute covers on the last audited day are marked; all others stay as they are. */
export function withMutes(
  verdicts: readonly Verdict[],
  policy: Policy,
  groups: readonly RateLimitGroup[],
  lastDay: number,
): Verdict[] {
  return verdicts.map((verdict) => {
    if (verdict.band !== 'alert' && verdict.band !== 'watch') return verdict
    const { scope, group, limiter } = verdict
    const target = { scope, group: { ...group, models: groupOf(group, groups)?.models ?? [] }, limiter }
    const mute = muteFor(policy, target, lastDay)
    return mute ? { ...verdict, muted: { owner: mute.owner, reason: mute.reason, until: mute.until } } : verdict
  })
}

/** Drift with whether it arrived at what the policy expects, where it expects anything. */
export function withIntent(drift: readonly Drift[], expected: readonly Expectation[]): Drift[] {
  return drift.map((item) => {
    const intended = isIntended(item, expected)
    return intended === null ? item : { ...item, intended }
  })
}

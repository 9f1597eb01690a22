import type { Policy } from '../../collect/repository/policy-schema.ts'
import type { Thresholds } from '../../vocabulary/verdict.ts'
import { compareSpecificity, matches, type Target } from './selector.ts'

/**
 * The lines of one limit. Each line comes from the closest rule that sets it (of two equally close ones the later in the
 * file), and from `defaults` (the action's inputs) where no rule does. An alert line at or under the watch line leaves no
 * watch band: whoever alerts from 40 % need not move the watch line too.
 */
export function thresholdsFor(policy: Pick<Policy, 'thresholds'>, target: Target, defaults: Thresholds): Thresholds {
  const closestFirst = policy.thresholds
    .filter((rule) => matches(rule, target))
    .toReversed()
    .sort((a, b) => compareSpecificity(b, a, target))
  const set = (line: 'alert' | 'watch') =>
    closestFirst.find((rule) => rule[line] !== undefined)?.[line] ?? defaults[line]
  const alert = set('alert')
  return { watch: Math.min(set('watch'), alert), alert }
}

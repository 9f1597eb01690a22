import type { RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import type { Scope } from '../../vocabulary/scope.ts'

/** Which limits a rule speaks of, and which of two rules speaks of a limit more closely. */

export type Selector = { group?: string | undefined; limiter?: string | undefined; workspace?: string | undefined }

/** Use that no limit counts, which a mute may speak of instead. */
type Use = { model?: string | undefined; kind?: string | undefined }

/** One limit a rule may speak of. */
export type Target = { scope: Scope; group: Pick<RateLimitGroup, 'type' | 'name' | 'models'>; limiter: string }

/** Names are compared to the letter; what a rule does not name, it leaves open. */
export function matches(rule: Selector, { scope, group, limiter }: Target): boolean {
  return (
    (rule.limiter === undefined || rule.limiter === limiter) &&
    (rule.workspace === undefined ||
      (scope.type === 'workspace' && (scope.id === rule.workspace || scope.name === rule.workspace))) &&
    (rule.group === undefined || isNamed(rule.group, group) || rule.group === group.type)
  )
}

/**
 * Compares how closely two rules that both match speak of a limit: positive where `a` is closer.
 * A rule that names more of group, limiter and workspace is closer; of two that name as many, a workspace counts most,
 * then a group by name or model, then a group type, then a limiter.
 */
export function compareSpecificity(a: Selector, b: Selector, target: Target): number {
  const ofB = specificity(b, target)
  const differences = specificity(a, target).map((value, position) => value - (ofB[position] ?? 0))
  return differences.find((difference) => difference !== 0) ?? 0
}

function specificity(rule: Selector, { group }: Target): number[] {
  const named = [rule.group, rule.limiter, rule.workspace].filter((value) => value !== undefined).length
  return [named, Number(rule.workspace !== undefined), groupRank(rule.group, group)]
}

function groupRank(named: string | undefined, group: Target['group']): number {
  if (named === undefined) return 0
  return isNamed(named, group) ? 2 : 1
}

function isNamed(text: string, { name, models }: Target['group']): boolean {
  return text === name || models.includes(text)
}

/** A rule in words, for messages about it: `group Claude Opus 4.x, workspace production`. */
export function selectorText({ group, limiter, workspace, model, kind }: Selector & Use): string {
  const named = { group, limiter, workspace, model, kind }
  return Object.entries(named)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')
}

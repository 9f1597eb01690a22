import type { RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import { compareText } from '../../vocabulary/order.ts'

/**
 * Which group of one reading is which group of another. Display names may change and models may move,
 * so groups are matched by what they contain; each group has at most one partner.
 */
export type GroupMatch = {
  /** The partner in `before` of a group in `after`. */
  before(group: RateLimitGroup): RateLimitGroup | undefined
  /** The partner in `after` of a group in `before`. */
  after(group: RateLimitGroup): RateLimitGroup | undefined
}

/** Pairs groups of the same type, the pair with most models in common first. Groups without models pair by name, then by type. */
export function matchGroups(before: readonly RateLimitGroup[], after: readonly RateLimitGroup[]): GroupMatch {
  const pairs = after
    .flatMap((next) => before.map((previous) => ({ previous, next, closeness: closenessOf(previous, next) })))
    .filter(({ closeness }) => closeness.shared > 0)
    .sort(
      (a, b) =>
        b.closeness.shared - a.closeness.shared ||
        b.closeness.part - a.closeness.part ||
        Number(b.closeness.sameName) - Number(a.closeness.sameName) ||
        compareText(a.previous.name, b.previous.name) ||
        compareText(a.next.name, b.next.name),
    )
  const toBefore = new Map<RateLimitGroup, RateLimitGroup>()
  const toAfter = new Map<RateLimitGroup, RateLimitGroup>()
  for (const { previous, next } of pairs) {
    if (toAfter.has(previous) || toBefore.has(next)) continue
    toAfter.set(previous, next)
    toBefore.set(next, previous)
  }
  return { before: (group) => toBefore.get(group), after: (group) => toAfter.get(group) }
}

function closenessOf(previous: RateLimitGroup, next: RateLimitGroup) {
  const sameName = previous.name === next.name
  if (previous.type !== next.type) return { shared: 0, part: 0, sameName }
  if (previous.models.length === 0 && next.models.length === 0) return { shared: 1, part: Number(sameName), sameName }
  const models = new Set(previous.models)
  const shared = next.models.filter((model) => models.has(model)).length
  return { shared, part: shared / (previous.models.length + next.models.length - shared), sameName }
}

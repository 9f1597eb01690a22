import {
  compareGroups,
  groupKey,
  type Limits,
  limitsFrom,
  MODEL_GROUP,
  type RateLimitGroup,
  sameGroup,
} from '../../vocabulary/limits/groups.ts'
import { compareText } from '../../vocabulary/order.ts'
import type { ApiLimitEntry } from './rate-limits.ts'

/** From the API's entries to rate-limit groups: one group an entry, named, sorted, whatever the order or shape of the reply. */

/** A group together with the IDs by which workspace entries point at it. IDs never leave this reading. */
export type ReadGroup = RateLimitGroup & { entryId: string | null; groupId: string | null }

type Several<T> = readonly [T, ...T[]]

/** Items that belong together, in the order of their first. */
function together<T>(items: readonly T[], keyOf: (item: T) => string): Several<T>[] {
  return [...Map.groupBy(items, keyOf).values()].map((same) => same as [T, ...T[]])
}

/** The organization's entries as groups: sorted by type, name and models; names unique within a type. */
export function organizationGroups(entries: readonly ApiLimitEntry[]): ReadGroup[] {
  const said = together(entries.map(toGroup), ({ type, name, models }) => JSON.stringify([type, name, models]))
  const groups = said.map(asOneGroup)
  // Overrides name their group, so that two groups of one name could not be told apart in the snapshot.
  const named = groups.map((group) => {
    const others = groups.filter((other) => other !== group && sameGroup(other, group))
    if (others.length === 0 || group.models.length === 0) return group
    const own = group.models.find((model) => !others.some(({ models }) => models.includes(model)))
    return { ...group, name: `${group.name} (${own ?? group.models.join(', ')})` }
  })
  return named.sort(compareGroups)
}

/** What several entries say of one group (not documented, and harmless) is said once; by an ID only where they agree on it. */
function asOneGroup(entries: Several<ReadGroup>): ReadGroup {
  const agreed = (ids: readonly (string | null)[]) => (ids.every((id) => id === ids[0]) ? (ids[0] ?? null) : null)
  return {
    ...merged(entries),
    entryId: agreed(entries.map(({ entryId }) => entryId)),
    groupId: agreed(entries.map(({ groupId }) => groupId)),
  }
}

/** Groups of one type and name as one, with all their models and limits. */
function merged([first, ...others]: Several<RateLimitGroup>): RateLimitGroup {
  const { type, name } = first
  const groups = [first, ...others]
  const limits = groups.flatMap((group) =>
    Object.entries(group.limits).map(([limiter, value]) => ({ type: limiter, value })),
  )
  return { type, name, models: sortedModels(groups.flatMap(({ models }) => models)), limits: toLimits(limits) }
}

/**
 * A workspace's entries as overrides of the organization's groups, named as those are, one a group.
 * The entry's `rate_limit_id` is the organization entry's `id`; where a reply lacks it, the stable group ID,
 * the type of a group without models, or the models themselves tell which group is meant.
 */
export function workspaceOverrides(entries: readonly ApiLimitEntry[], groups: readonly ReadGroup[]): RateLimitGroup[] {
  const overrides = entries.map(toGroup).map((override): RateLimitGroup => {
    const group = groups.find((candidate) => isGroupOf(override, candidate))
    return group ? { ...merged([group, override]), limits: override.limits } : override
  })
  return together(overrides, groupKey)
    .map((same) => withValues(merged(same)))
    .filter(({ limits }) => Object.keys(limits).length > 0)
    .sort(compareGroups)
}

/** A workspace's limit without a value inherits: it is no override. */
function withValues(override: RateLimitGroup): RateLimitGroup {
  const limits = Object.entries(override.limits).filter(([, value]) => value !== null)
  return { ...override, limits: limitsFrom(limits) }
}

function isGroupOf(override: ReadGroup, group: ReadGroup): boolean {
  if (override.type !== group.type) return false
  if (override.entryId !== null && group.entryId !== null) return override.entryId === group.entryId
  if (override.groupId !== null && group.groupId !== null) return override.groupId === group.groupId
  if (group.type !== MODEL_GROUP) return true
  return override.models.some((model) => group.models.includes(model))
}

function toGroup(entry: ApiLimitEntry): ReadGroup {
  const models = sortedModels(entry.models ?? [])
  return {
    type: entry.groupType,
    name: entry.displayName || nameOfModels(models) || entry.groupType,
    models,
    limits: toLimits(entry.limits),
    entryId: entry.entryId,
    groupId: entry.groupId,
  }
}

function sortedModels(models: readonly string[]): string[] {
  return [...new Set(models)].sort(compareText)
}

/** Sorted by limiter type. A type listed twice is not documented; the lower value is the one that would bind. */
function toLimits(limits: ApiLimitEntry['limits']): Limits {
  const byType = new Map<string, number | null>()
  for (const { type, value } of limits) {
    const known = byType.get(type)
    byType.set(type, lower(known ?? null, value))
  }
  return limitsFrom([...byType].sort(([a], [b]) => compareText(a, b)))
}

function lower(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.min(a, b)
}

/** The models' common prefix by whole words: claude-opus-4-5 and claude-opus-4-6 are "claude-opus-4". */
function nameOfModels(models: readonly string[]): string {
  const [first = '', ...rest] = models.map((model) => model.split('-'))
  const words = [...first].filter((_, i, all) =>
    rest.every((other) => all.slice(0, i + 1).every((word, j) => other[j] === word)),
  )
  return words.join('-') || models.join(', ')
}

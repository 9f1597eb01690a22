import type { ApiLimitEntry } from '../anthropic/rate-limits.ts'
import { compareText } from './canonical.ts'
import { type Limits, MODEL_GROUP, type RateLimitGroup } from './groups.ts'

/** From the API's entries to rate-limit groups: one group an entry, named, sorted, whatever the order or shape of the reply. */

/** A group together with the IDs by which workspace entries point at it. IDs never leave this reading. */
export type ReadGroup = RateLimitGroup & { entryId: string | null; groupId: string | null }

/** The organization's entries as groups: sorted by type, name and models; names unique within a type. */
export function organizationGroups(entries: readonly ApiLimitEntry[]): ReadGroup[] {
  const groups = entries.map(toGroup).sort(compareGroups)
  const sameName = Map.groupBy(groups, ({ type, name }) => `${type}\n${name}`)
  return groups
    .map((group) => {
      const isUnique = sameName.get(`${group.type}\n${group.name}`)?.length === 1
      // Overrides name their group, so that two groups of one name could not be told apart in the snapshot.
      return isUnique || group.models.length === 0 ? group : { ...group, name: `${group.name} (${group.models[0]})` }
    })
    .sort(compareGroups)
}

/**
 * A workspace's entries as overrides of the organization's groups, named as those are.
 * The entry's `rate_limit_id` is the organization entry's `id`; where a reply lacks it, the stable group ID,
 * the type of a group without models, or the models themselves tell which group is meant.
 */
export function workspaceOverrides(entries: readonly ApiLimitEntry[], groups: readonly ReadGroup[]): RateLimitGroup[] {
  return entries
    .map((entry) => {
      const override = toGroup(entry)
      const group = groups.find((candidate) => isGroupOf(override, candidate))
      const models = group ? [...new Set([...group.models, ...override.models])].sort(compareText) : override.models
      return { type: override.type, name: group?.name ?? override.name, models, limits: override.limits }
    })
    .filter((override) => Object.keys(override.limits).length > 0)
    .sort(compareGroups)
}

function isGroupOf(override: ReadGroup, group: ReadGroup): boolean {
  if (override.type !== group.type) return false
  if (override.entryId !== null && group.entryId !== null) return override.entryId === group.entryId
  if (override.groupId !== null && group.groupId !== null) return override.groupId === group.groupId
  if (group.type !== MODEL_GROUP) return true
  return override.models.some((model) => group.models.includes(model))
}

function toGroup(entry: ApiLimitEntry): ReadGroup {
  const models = [...new Set(entry.models ?? [])].sort(compareText)
  return {
    type: entry.groupType,
    name: entry.displayName || nameOfModels(models) || entry.groupType,
    models,
    limits: toLimits(entry.limits),
    entryId: entry.entryId,
    groupId: entry.groupId,
  }
}

/** Sorted by limiter type. A type listed twice is not documented; the lower value is the one that would bind. */
function toLimits(limits: ApiLimitEntry['limits']): Limits {
  const byType = new Map<string, number | null>()
  for (const { type, value } of limits) {
    const known = byType.get(type)
    byType.set(type, known === undefined || known === null ? value : value === null ? known : Math.min(known, value))
  }
  return Object.fromEntries([...byType].sort(([a], [b]) => compareText(a, b)))
}

/** The models' common prefix by whole words: claude-opus-4-5 and claude-opus-4-6 are "claude-opus-4". */
function nameOfModels(models: readonly string[]): string {
  const [first = '', ...rest] = models.map((model) => model.split('-'))
  const words = [...first].filter((_, i, all) =>
    rest.every((other) => all.slice(0, i + 1).every((word, j) => other[j] === word)),
  )
  return words.join('-') || models.join(', ')
}

export function compareGroups(a: RateLimitGroup, b: RateLimitGroup): number {
  return (
    compareText(a.type, b.type) ||
    compareText(a.name, b.name) ||
    compareText(a.models.join('\n'), b.models.join('\n')) ||
    compareText(JSON.stringify(a.limits), JSON.stringify(b.limits))
  )
}

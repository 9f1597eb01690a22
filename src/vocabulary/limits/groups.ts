import { compareText } from '../order.ts'

/** What the rate-limits API says, in the shape the rest of the code works with. */

/** Limit by limiter type (`requests_per_minute`, …). Null: the API named the limiter and gave no value. */
export type Limits = Readonly<Record<string, number | null>>

/**
 * Limits from names and values. Every name is data, `__proto__` and `constructor` among them: the object inherits nothing
 * that could be taken for a limit.
 */
export function limitsFrom(entries: Iterable<readonly [string, number | null]>): Limits {
  return Object.setPrototypeOf(Object.fromEntries(entries), null)
}

/** Models (or an API surface) that share limits. */
export type RateLimitGroup = {
  /** `model_group`, `batch`, `token_count`, `files`, `skills`, `web_search`, or a type newer than this code. */
  type: string
  /** Display name; an entry without one is named after its models' common prefix, a group without models after its type. */
  name: string
  /** Model names and aliases, sorted; empty unless the type is `model_group`. */
  models: readonly string[]
  limits: Limits
}

/** A group as others refer to it: its type, and its name within that type. */
export type Group = Pick<RateLimitGroup, 'type' | 'name'>

/** Whether two references mean the same group of one reading. */
export function sameGroup(a: Group, b: Group): boolean {
  return a.type === b.type && a.name === b.name
}

/** A text that two references share exactly where they mean the same group. */
export function groupKey({ type, name }: Group): string {
  return `${type}\n${name}`
}

/** The group that a reference speaks of: overrides and verdicts carry their group's type and name. */
export function groupOf<T extends Group>(reference: Group, groups: readonly T[]): T | undefined {
  return groups.find((group) => sameGroup(group, reference))
}

export type Workspace = { id: string; name: string; archived: boolean }

/** A workspace's own values. An empty `overrides` inherits everything; it never means unlimited. */
export type WorkspaceOverrides = { workspace: Workspace; overrides: readonly RateLimitGroup[] }

/** A workspace whose limits could not be read: its verdicts are unmeasured, and nothing is written from this reading. */
export type UnreadableWorkspace = { workspace: Workspace; error: string }

export const MODEL_GROUP = 'model_group'

/** The order of groups in a snapshot: by type, name, models, then limits. */
export function compareGroups(a: RateLimitGroup, b: RateLimitGroup): number {
  return (
    compareText(a.type, b.type) ||
    compareText(a.name, b.name) ||
    compareText(a.models.join('\n'), b.models.join('\n')) ||
    compareText(JSON.stringify(a.limits), JSON.stringify(b.limits))
  )
}

const DATE = /-20\d{6}$/

/** A dated model ID is a snapshot of the alias without the date, as `claude-opus-4-5-20251101` is of `claude-opus-4-5`. Null: the name has no date. */
export function aliasOf(model: string): string | null {
  return DATE.test(model) ? model.replace(DATE, '') : null
}

/**
 * The name under which `listed` knows a model: its own, or the alias of a dated ID that is not listed itself; null where it
 * lists neither.
 */
export function listedName(model: string, listed: { has: (name: string) => boolean }): string | null {
  if (listed.has(model)) return model
  const alias = aliasOf(model)
  return alias !== null && listed.has(alias) ? alias : null
}

import { type Group, type Regrouping, type Request, rename, type State } from './regroupings.ts'

/**
 * The slow twin: what single requests make of one limit, under the snapshot of before or of now. It shares no code with
 * the audit.
 */

export type TwinUse = { limit: number; peak: number; utilization: number } | null

/** The old group of each new one: over and over the pair that shares most, relative to what both hold, then by name. */
export function heirs({ before, after }: Regrouping): Map<string, Group> {
  const found = new Map<string, Group>()
  const [old, now] = [[...before.groups], [...after.groups]]
  for (;;) {
    let best: { a: Group; b: Group; rank: [number, number, number] } | null = null
    for (const a of old.toSorted((x, y) => (x.name < y.name ? -1 : 1))) {
      for (const b of now.toSorted((x, y) => (x.name < y.name ? -1 : 1))) {
        const shared = a.models.filter((model) => b.models.includes(model)).length
        const all = new Set([...a.models, ...b.models]).size
        const rank: [number, number, number] = [shared, shared / all, Number(a.name === b.name)]
        if (shared > 0 && (best === null || isAbove(rank, best.rank))) best = { a, b, rank }
      }
    }
    if (best === null) return found
    found.set(best.b.name, best.a)
    old.splice(old.indexOf(best.a), 1)
    now.splice(now.indexOf(best.b), 1)
  }
}

function isAbove(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index])
  return at >= 0 && a[at]! > b[at]!
}

/** No group goes by the name of another one of before: a name is all that tells a reader which is meant. */
export function withoutBorrowedNames(world: Regrouping): Regrouping {
  const after = structuredClone(world.after)
  const heir = heirs(world)
  for (const group of after.groups) {
    const isBorrowed =
      world.before.groups.some(({ name }) => name === group.name) && heir.get(group.name)?.name !== group.name
    if (isBorrowed) rename(after, group, `${group.name} of now`)
  }
  return { ...world, after }
}

/** What a scope (null: the organization) has set itself. */
export function setValue(state: State, scope: string | null, group: string, limiter: string): number | null {
  if (scope === null) return state.groups.find(({ name }) => name === group)?.limits[limiter] ?? null
  return state.workspaces.find(({ id }) => id === scope)?.overrides[group]?.[limiter] ?? null
}

/** The largest minute (or the day) of a day's requests by the models of a group, against what binds the scope. */
export function twinUse(
  state: State,
  requests: readonly Request[],
  day: number,
  scope: string | null,
  group: string,
  limiter: string,
): TwinUse {
  const values = [setValue(state, null, group, limiter), setValue(state, scope, group, limiter)].filter(
    (v) => v !== null,
  )
  const models = state.groups.find(({ name }) => name === group)?.models
  if (values.length === 0 || !models) return null
  const limit = Math.min(...values)
  const counted = requests.filter(
    (one) => one.day === day && models.includes(one.model) && (scope === null || one.workspace === scope),
  )
  const totals = new Map<number, number>()
  for (const one of counted) {
    const span = limiter === 'tokens_per_day' ? 0 : one.minute
    totals.set(span, (totals.get(span) ?? 0) + amount(one, limiter))
  }
  const peak = Math.max(0, ...totals.values())
  return { limit, peak, utilization: peak / limit }
}

function amount({ output, uncached, cacheRead }: Request, limiter: string): number {
  if (limiter === 'requests_per_minute') return 1
  if (limiter === 'output_tokens_per_minute') return output
  if (limiter === 'input_tokens_per_minute_cache_aware') return uncached
  if (limiter === 'input_tokens_per_minute') return uncached + cacheRead
  return output + uncached + cacheRead
}

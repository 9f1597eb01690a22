import fc from 'fast-check'

/** Random organizations and what becomes of them: groups that split, merge, swap models, come, go and are renamed. */

export type Group = { name: string; models: string[]; limits: Record<string, number> }
export type Workspace = { id: string; overrides: Record<string, Record<string, number>> }
/** Overrides are by the name of their group. */
export type State = { groups: Group[]; workspaces: Workspace[] }
export type Request = {
  /** 0: the audited day, −1: the day before it. */
  day: number
  minute: number
  workspace: string
  model: string
  output: number
  uncached: number
  cacheRead: number
}
export type Regrouping = { before: State; after: State; requests: Request[] }

export const LIMITERS = [
  'requests_per_minute',
  'output_tokens_per_minute',
  'input_tokens_per_minute_cache_aware',
  'input_tokens_per_minute',
  'tokens_per_day',
]
const MODELS = ['claude-a', 'claude-b', 'claude-c', 'claude-d', 'claude-e', 'claude-f']
const WORKSPACES = ['wrkspc_1', 'wrkspc_2']

const limits = fc
  .subarray(LIMITERS, { minLength: 1 })
  .chain((chosen) => fc.record(Object.fromEntries(chosen.map((limiter) => [limiter, fc.integer({ min: 1, max: 60 })]))))
  .map((chosen) => chosen as Record<string, number>)

const start = fc
  .record({
    homes: fc.array(fc.integer({ min: -1, max: 2 }), { minLength: MODELS.length, maxLength: MODELS.length }),
    limits: fc.array(limits, { minLength: 3, maxLength: 3 }),
    overrides: fc.array(fc.option(limits), { minLength: 6, maxLength: 6 }),
  })
  .map(({ homes, limits: ofGroups, overrides }): State => {
    const groups = ofGroups
      .map((own, index) => ({
        name: `Group ${index}`,
        models: MODELS.filter((_, at) => homes[at] === index),
        limits: own,
      }))
      .filter(({ models }) => models.length > 0)
    return {
      groups,
      workspaces: WORKSPACES.map((id, at) => ({
        id,
        overrides: Object.fromEntries(
          groups.flatMap(({ name }, index) => {
            const own = overrides[at * 3 + index]
            return own ? [[name, own]] : []
          }),
        ),
      })),
    }
  })

const change = fc.record({
  kind: fc.constantFrom('split', 'merge', 'move', 'retire', 'add', 'rename', 'limits', 'override', 'override', 'raise'),
  a: fc.nat(20),
  b: fc.nat(20),
  limits,
})
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

/** The state after one change; the same where there is nothing to change that way. `fresh` names what is new. */
function apply(state: State, { kind, a, b, limits: own }: Change, fresh: string): State {
  const changed = structuredClone(state)
  const { groups, workspaces } = changed
  const first = groups[a % groups.length]
  const second = groups[b % groups.length]
  const listed = new Set(groups.flatMap(({ models }) => models))
  switch (kind) {
    case 'split':
      if (first && first.models.length > 1) {
        const gone = first.models.splice(1 + (b % (first.models.length - 1)))
        groups.push({ name: fresh, models: gone, limits: b % 2 === 0 ? { ...first.limits } : own })
      }
      break
    case 'merge':
      if (first && second && first !== second) first.models.push(...second.models.splice(0))
      break
    case 'move':
      if (first && second && first !== second) second.models.push(...first.models.splice(b % first.models.length, 1))
      break
    case 'retire':
      first?.models.splice(0)
      break
    case 'add': {
      const unlisted = MODELS.filter((model) => !listed.has(model))
      if (unlisted.length > 0) groups.push({ name: fresh, models: unlisted, limits: own })
      break
    }
    case 'rename':
      if (first) rename(changed, first, fresh)
      break
    case 'limits':
      if (first) first.limits = own
      break
    case 'raise':
      if (first) for (const limiter of Object.keys(first.limits)) first.limits[limiter]! *= 2
      break
    case 'override':
      if (first) {
        const { overrides } = workspaces[b % workspaces.length]!
        if (b % 3 === 0) delete overrides[first.name]
        else overrides[first.name] = own
      }
      break
  }
  const kept = groups.filter(({ models }) => models.length > 0)
  const names = new Set(kept.map(({ name }) => name))
  return {
    groups: kept,
    workspaces: workspaces.map(({ id, overrides }) => ({
      id,
      overrides: Object.fromEntries(Object.entries(overrides).filter(([name]) => names.has(name))),
    })),
  }
}

/** Gives a group of a state another name, in its overrides too. */
export function rename({ workspaces }: State, group: Group, name: string): void {
  for (const { overrides } of workspaces) {
    const own = overrides[group.name]
    delete overrides[group.name]
    if (own) overrides[name] = own
  }
  group.name = name
}

const request = fc.record({
  day: fc.constantFrom(0, 0, -1),
  minute: fc.constantFrom(0, 601, 602, 1_439),
  workspace: fc.constantFrom(...WORKSPACES, 'wrkspc_default'),
  model: fc.constantFrom(...MODELS),
  output: fc.integer({ min: 0, max: 20 }),
  uncached: fc.integer({ min: 0, max: 20 }),
  cacheRead: fc.integer({ min: 0, max: 20 }),
})

export const regrouping: fc.Arbitrary<Regrouping> = fc
  .record({
    before: start,
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    requests: fc.array(request, { maxLength: 30, size: 'max' }),
  })
  .map(({ before, changes, requests }) => ({
    before,
    after: changes.reduce((state, each, index) => apply(state, each, `New ${index}`), before),
    requests,
  }))

import { chance, workday } from './shapes.ts'
import { type Atom, apiKey, group, nameOf, usage, type World, workspace, world } from './world.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE
const MODELS_PER_GROUP = 4

/**
 * A large organization: every workspace uses every model in every minute, so that a day has 1,440 × models × workspaces
 * rows. The first `withOverrides` workspaces override two limiters of the first group. `now` is UTC ms.
 */
export function largeWorld(size: {
  models: number
  workspaces: number
  withOverrides: number
  now?: number | (() => number)
}): World {
  const models = Array.from({ length: size.models }, (_, index) => `claude-model-${index}`)
  const groups = Array.from({ length: Math.ceil(size.models / MODELS_PER_GROUP) }, (_, index) =>
    group({
      name: `Claude Group ${index}`,
      models: models.slice(index * MODELS_PER_GROUP, (index + 1) * MODELS_PER_GROUP),
      limits: {
        requests_per_minute: 4_000,
        input_tokens_per_minute_cache_aware: 4_000_000,
        output_tokens_per_minute: 800_000,
      },
    }),
  )
  const overrides = { [nameOf(groups[0]!)]: { requests_per_minute: 100, input_tokens_per_minute: 150_000 } }
  const names = Array.from({ length: size.workspaces }, (_, index) => `workspace-${String(index).padStart(2, '0')}`)
  const prototypes = names.flatMap((name) =>
    models.map((model) => usage({ at: 0, workspace: name, model, apiKey: `key-${name}` })),
  )
  return world({
    groups,
    workspaces: names.map((name, index) => workspace(index < size.withOverrides ? { name, overrides } : { name })),
    apiKeys: names.map((name) => apiKey(`key-${name}`, name)),
    usage: (from, to) => atoms(prototypes, from, to),
    ...(size.now === undefined ? {} : { now: size.now }),
  })
}

function* atoms(prototypes: readonly Atom[], from: number, to: number): Generator<Atom> {
  for (let at = Math.ceil(from / MINUTE) * MINUTE; at < to; at += MINUTE) {
    const level = workday((at % DAY) / MINUTE)
    for (const [index, prototype] of prototypes.entries()) {
      const requests = 1 + Math.floor(18 * level * chance(1, index, at / MINUTE))
      yield {
        ...prototype,
        at,
        requests,
        uncachedInput: 900 * requests,
        cacheCreation5m: 100 * requests,
        cacheRead: 2_500 * requests,
        output: 180 * requests,
      }
    }
  }
}

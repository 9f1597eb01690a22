import { KEYS, STREAMS, WORKSPACES } from './example-data.ts'
import { chance, workday } from './shapes.ts'
import { SCALE_TIER } from './tiers.ts'
import { type Atom, codeExecution, nameOf, usage, type World, type WorldGroup, world } from './world.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE

/**
 * A believable organization on the Scale tier: 13 workspaces beside the default one, four with overrides, and use for
 * every minute of any day. On the day before `today` (YYYY-MM-DD, UTC), the one to audit, three limiters are over 75 %
 * and a few over 50 %. The same seed gives the same world; the service believes it is six in the morning of `today`.
 */
export function exampleWorld({ seed = 1, today }: { seed?: number; today: string }): World {
  const midnight = Date.parse(`${today}T00:00:00Z`)
  const dayBefore = midnight - 2 * DAY
  return world({
    organization: { id: '7f3b2c10-5d4e-4a6b-9c8d-0e1f2a3b4c5d', name: 'Meridian Labs' },
    groups: SCALE_TIER,
    workspaces: WORKSPACES,
    apiKeys: KEYS,
    usage: (from, to) => atoms(seed, dayBefore, from, to),
    now: midnight + 6 * 60 * MINUTE,
  })
}

function* atoms(seed: number, dayBefore: number, from: number, to: number): Generator<Atom> {
  for (let at = Math.ceil(from / MINUTE) * MINUTE; at < to; at += MINUTE) {
    const minute = (at % DAY) / MINUTE
    const isDayBefore = at - (at % DAY) === dayBefore
    for (const [index, { peak, shape, dayBefore: factor = 1 }] of STREAMS.entries()) {
      const level = shape(minute) * (isDayBefore ? factor : 1) * (1 - 0.06 * chance(seed, index, at / MINUTE))
      const requests = Math.round(peak * level)
      if (requests > 0) yield times(PROTOTYPES[index]!, requests, at)
    }
    const spans = Math.round(60 * workday(minute) * chance(seed, STREAMS.length, at / MINUTE))
    if (spans > 0) yield codeExecution({ at, workspace: 'research', spans })
  }
}

const PROTOTYPES = STREAMS.map(({ one }) => usage({ ...one, at: 0 }))

function times(one: Atom, requests: number, at: number): Atom {
  return {
    ...one,
    at,
    requests,
    uncachedInput: one.uncachedInput * requests,
    cacheCreation5m: one.cacheCreation5m * requests,
    cacheCreation1h: one.cacheCreation1h * requests,
    cacheRead: one.cacheRead * requests,
    output: one.output * requests,
    webSearches: one.webSearches * requests,
  }
}

/**
 * The same organization a day later, after Anthropic halved Sonnet 5's output limit (use that was 40 % of it is now
 * over 75 %) and doubled Opus 5.5's input limit (its nightly burst is no longer near it).
 */
export function withLimitChange(before: World): World {
  const now = before.now() + DAY
  return {
    ...before,
    now: () => now,
    groups: before.groups.map((each) => {
      if (nameOf(each) === 'Claude Sonnet 5') return scaled(each, 'output_tokens_per_minute', 0.5)
      if (nameOf(each) === 'Claude Opus 5.5') return scaled(each, 'input_tokens_per_minute_cache_aware', 2)
      return each
    }),
  }
}

function scaled(group: WorldGroup, limiter: string, factor: number): WorldGroup {
  return { ...group, limits: { ...group.limits, [limiter]: (group.limits[limiter] ?? 0) * factor } }
}

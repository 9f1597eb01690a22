import { type Group, sameGroup } from '../../vocabulary/limits/groups.ts'
import { placeKey } from '../../vocabulary/limits/limit-key.ts'
import type { Scope } from '../../vocabulary/scope.ts'
import { HOUR, type Window } from '../../vocabulary/use/window.ts'
import { isMeasured, type Verdict } from '../../vocabulary/verdict.ts'
import type { CacheMeter, Meters } from '../usage/meters.ts'

/** What a group's limiters look like beside each other, and what its cache is worth. */
export type GroupView = {
  scope: Scope
  group: Group
  /** Measured limiters, the one that comes first at the head. */
  binds: readonly { limiter: string; utilization: number }[]
  cache: Cache | null
  /** Standard-speed use of the organization in the window; absent where requests are not counted. */
  use?: GroupUse
}

/** How much a group was used, for what one request takes: input with what was read from the cache. */
export type GroupUse = { requests: number; input: number; output: number }

type Cache = {
  /** Cache reads ÷ all input tokens over the window, standard speed. */
  readShare: number
  /** 1 ÷ (1 − share); null at a share of 1. */
  stretch: number | null
  hourlyReadShare: readonly (number | null)[]
  /** All input tokens of each hour: what weighs its share in the share of a longer span. */
  hourlyInput: readonly number[]
}

/** For each group of each scope: which limiter comes first, how far the others are, and what the cache is worth. */
export function groupViews(
  verdicts: readonly Verdict[],
  meters: Pick<Meters, 'caches' | 'grid'>,
  window: Window,
): GroupView[] {
  const byGroup = Map.groupBy(verdicts, placeKey)
  return [...byGroup.values()].flatMap((ofGroup) => {
    const [first] = ofGroup
    if (!first) return []
    const { scope, group } = first
    const binds = ofGroup
      .filter(isMeasured)
      .map(({ limiter, utilization }) => ({ limiter, utilization }))
      .sort((a, b) => b.utilization - a.utilization)
    const cacheMeter =
      scope.type === 'organization' ? meters.caches.find((meter) => sameGroup(meter.group, group)) : undefined
    const cache = cacheMeter ? cacheView(cacheMeter, meters.grid.start, window) : null
    return binds.length === 0 && !cache ? [] : [{ scope, group, binds, cache }]
  })
}

function cacheView({ read, input }: CacheMeter, gridStart: number, window: Window): Cache | null {
  const from = (window.start - gridStart) / HOUR
  const to = Math.ceil((window.end - gridStart) / HOUR)
  const reads = read.subarray(from, to)
  const inputs = input.subarray(from, to)
  const total = sum(inputs)
  if (total === 0) return null
  const share = sum(reads) / total
  return {
    readShare: share,
    // Reads do not count toward a cache-aware limit, so that only 1 − share of all input does.
    stretch: share < 1 ? 1 / (1 - share) : null,
    hourlyReadShare: Array.from(inputs, (amount, hour) => (amount === 0 ? null : (reads[hour] ?? 0) / amount)),
    hourlyInput: [...inputs],
  }
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}

import type { Group, GroupView, Scope, Verdict } from '../../report/report.ts'
import { HOUR, type Window } from '../../vocabulary/window.ts'
import type { CacheMeter, Meters } from '../usage/meters.ts'

/** For each group of each scope: which limiter comes first, how far the others are, and what the cache is worth. */
export function groupViews(
  verdicts: readonly Verdict[],
  meters: Pick<Meters, 'caches' | 'grid'>,
  window: Window,
): GroupView[] {
  const byGroup = Map.groupBy(verdicts, ({ scope, group }) => `${scopeKey(scope)}\n${group.type}\n${group.name}`)
  return [...byGroup.values()].flatMap((sameGroup) => {
    const { scope, group } = sameGroup[0]!
    const binds = sameGroup
      .flatMap(({ limiter, utilization }) => (utilization === null ? [] : [{ limiter, utilization }]))
      .sort((a, b) => b.utilization - a.utilization)
    const cacheMeter = scope.type === 'organization' ? meters.caches.find((cache) => isOf(cache, group)) : undefined
    const cache = cacheMeter ? cacheView(cacheMeter, meters.grid.start, window) : null
    return binds.length === 0 && !cache ? [] : [{ scope, group, binds, cache }]
  })
}

function cacheView({ read, input }: CacheMeter, gridStart: number, window: Window): GroupView['cache'] {
  const from = (window.start - gridStart) / HOUR
  const to = (window.end - gridStart) / HOUR
  const reads = read.subarray(from, to)
  const inputs = input.subarray(from, to)
  const total = sum(inputs)
  if (total === 0) return null
  const share = sum(reads) / total
  return {
    read_share: share,
    // Reads do not count toward a cache-aware limit, so that only 1 − share of all input does.
    stretch: share < 1 ? 1 / (1 - share) : null,
    hourly_read_share: Array.from(inputs, (amount, hour) => (amount === 0 ? null : reads[hour]! / amount)),
  }
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}

function isOf({ group }: CacheMeter, { type, name }: Group): boolean {
  return group.type === type && group.name === name
}

function scopeKey(scope: Scope): string {
  return scope.type === 'workspace' ? scope.id : ''
}

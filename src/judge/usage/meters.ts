import { amountOf, isCounted } from '../../vocabulary/counting.ts'
import { listedName, MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/groups.ts'
import { type LimitRef, limitKey } from '../../vocabulary/limit-key.ts'
import { type LimiterRule, limiterRule } from '../../vocabulary/limiters.ts'
import { type Scope, workspaceIdOf } from '../../vocabulary/scope.ts'
import type { UsageRow } from '../../vocabulary/usage-row.ts'
import { DAY, HOUR, MINUTE, type Window } from '../../vocabulary/window.ts'

/**
 * Meters: one minute series for each judged limiter. Every page of usage is folded into them and dropped,
 * so that memory is minutes × what is judged, whatever the number of models, workspaces and rows.
 */

/** The span the series cover: the window, and before it the day that transitions need, where there is one. Minute 0 begins at `start`. */
type Grid = { start: number; end: number }

export type Meter = {
  scope: Scope
  group: RateLimitGroup
  limiter: string
  rule: LimiterRule
  /** Use per UTC minute since the grid's start; null as long as there was none. */
  series: Float64Array | null
  /** A counted row came without a request count, so that this series is not known. */
  hasUnknownRequests: boolean
}

/** What a group's cache did, hour by hour: standard-speed input of the organization. */
export type CacheMeter = { group: RateLimitGroup; read: Float64Array; input: Float64Array }

export type Meters = {
  grid: Grid
  all: readonly Meter[]
  caches: readonly CacheMeter[]
  /** Folds rows of the whole organization. */
  foldOrganization(rows: readonly UsageRow[]): void
  /** Folds rows that name their workspace; rows of workspaces without a meter count nothing. */
  foldWorkspaces(rows: readonly UsageRow[]): void
  find(limit: LimitRef): Meter | undefined
}

type Measurable = { scope: Scope; group: RateLimitGroup; limiter: string }

/**
 * Meters for what usage can measure among `judged`; the rest gets none: it has no rule, or no model whose use could be added up.
 * Duplicates share one meter.
 * `groups` are all of the organization's: each has a cache to watch. A dated model ID counts in the group that lists its
 * alias, unless some group lists the ID itself.
 */
export function createMeters(judged: readonly Measurable[], groups: readonly RateLimitGroup[], window: Window): Meters {
  const grid: Grid = { start: window.hasDayBefore ? window.start - DAY : window.start, end: window.end }
  const byKey = new Map<string, Meter>()
  for (const { scope, group, limiter } of judged) {
    const rule = limiterRule(group.type, limiter)
    const key = limitKey({ scope, group, limiter })
    if (rule && canTellUse(rule, group) && !byKey.has(key)) {
      byKey.set(key, { scope, group, limiter, rule, series: null, hasUnknownRequests: false })
    }
  }
  const all = [...byKey.values()]
  const hours = (grid.end - grid.start) / HOUR
  const caches = groups
    .filter((group) => group.type === MODEL_GROUP)
    .map((group) => ({ group, read: new Float64Array(hours), input: new Float64Array(hours) }))
  const listed = new Set([...groups, ...all.map(({ group }) => group)].flatMap(({ models }) => models))
  const nameOf = (model: string | null) => (model === null ? null : listedName(model, listed))
  const organization = routerOf(
    all.filter(({ scope }) => scope.type === 'organization'),
    nameOf,
  )
  const workspaces = new Map(
    [
      ...Map.groupBy(
        all.filter(({ scope }) => scope.type === 'workspace'),
        ({ scope }) => workspaceIdOf(scope),
      ),
    ].map(([id, meters]) => [id, routerOf(meters, nameOf)] as const),
  )
  const cachesByModel = indexByModel(caches, ({ group }) => group.models)

  return {
    grid,
    all,
    caches,
    foldOrganization(rows) {
      for (const row of rows) {
        if (!isCounted(row)) continue
        organization(row, grid)
        if (row.speed !== 'fast') addCache(cachesByModel.get(nameOf(row.model) ?? '') ?? [], row, grid)
      }
    },
    foldWorkspaces(rows) {
      for (const row of rows) {
        if (row.workspaceId !== null && isCounted(row)) workspaces.get(row.workspaceId)?.(row, grid)
      }
    },
    find: (limit) => byKey.get(limitKey(limit)),
  }
}

/** The use of a model group is that of its models: where none is listed, nothing is known of it, which is not 0. */
function canTellUse(rule: LimiterRule, group: RateLimitGroup): boolean {
  return rule.group !== MODEL_GROUP || group.models.length > 0
}

/** Sends a row to the meters of its model's groups, and to the meters that count whatever the model. */
function routerOf(
  meters: readonly Meter[],
  nameOf: (model: string | null) => string | null,
): (row: UsageRow, grid: Grid) => void {
  const byModel = indexByModel(
    meters.filter(({ rule }) => rule.group === MODEL_GROUP),
    ({ group }) => group.models,
  )
  const anyModel = meters.filter(({ rule }) => rule.group !== MODEL_GROUP)
  return (row, grid) => {
    for (const meter of byModel.get(nameOf(row.model) ?? '') ?? []) add(meter, row, grid)
    for (const meter of anyModel) add(meter, row, grid)
  }
}

function add(meter: Meter, row: UsageRow, grid: Grid): void {
  const amount = amountOf(meter.rule, row)
  if (amount === null) meter.hasUnknownRequests = true
  if (!amount) return
  meter.series ??= new Float64Array((grid.end - grid.start) / MINUTE)
  const minute = Math.floor((row.at - grid.start) / MINUTE)
  if (minute >= 0 && minute < meter.series.length) meter.series[minute]! += amount
}

function addCache(caches: readonly CacheMeter[], row: UsageRow, grid: Grid): void {
  const hour = Math.floor((row.at - grid.start) / HOUR)
  for (const { read, input } of caches) {
    if (hour < 0 || hour >= read.length) continue
    read[hour]! += row.cacheRead
    input[hour]! += row.uncachedInput + row.cacheCreation + row.cacheRead
  }
}

function indexByModel<T>(items: readonly T[], modelsOf: (item: T) => readonly string[]): Map<string, T[]> {
  const index = new Map<string, T[]>()
  for (const item of items) {
    for (const model of modelsOf(item)) index.set(model, [...(index.get(model) ?? []), item])
  }
  return index
}

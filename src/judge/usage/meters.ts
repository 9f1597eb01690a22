import { listedName, MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import { type LimitRef, limitKey } from '../../vocabulary/limits/limit-key.ts'
import { type LimiterRule, limiterRule } from '../../vocabulary/limits/limiters.ts'
import { compareText } from '../../vocabulary/order.ts'
import { type Scope, workspaceIdOf } from '../../vocabulary/scope.ts'
import { isCounted, isOfStream } from '../../vocabulary/use/counting.ts'
import type { UseByMinute } from '../../vocabulary/use/use-by-minute.ts'
import { HOUR, MINUTE, type Span, type Window } from '../../vocabulary/use/window.ts'

/**
 * Meters: one minute series for each judged limiter. Every page of usage is folded into them and dropped,
 * so that memory is minutes × what is judged, whatever the number of models, workspaces and rows.
 */

/** What the series cover: the window, and the time before that it is compared with. Minute 0 begins at `start`. */
type Grid = Span

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
  /** Those of both make-ups. */
  all: readonly Meter[]
  caches: readonly CacheMeter[]
  /** Folds use of the whole organization. */
  foldOrganization(use: UseByMinute): void
  /** Folds use that names its workspace; that of workspaces without a meter counts nothing. */
  foldWorkspaces(use: UseByMinute): void
  /** The meter of a limit as the make-up of now counts it. */
  find(limit: LimitRef): Meter | undefined
  /** The same as the committed make-up does; the limit is named as the committed snapshot names it. */
  findBefore(limit: LimitRef): Meter | undefined
}

/** A limiter to measure; `group` has the models that draw on it. */
export type Measurable = { scope: Scope; group: RateLimitGroup; limiter: string }

/** Which models are in which group, by one snapshot, and which of its limiters are to be measured. */
export type MakeUp = { groups: readonly RateLimitGroup[]; limiters: readonly Measurable[] }

/**
 * Meters for what usage can measure among the limiters; the rest gets none: it has no rule, or no model whose use could be
 * added up. Duplicates share one meter. `before`: the make-up of the committed snapshot, by which the same rows are counted a
 * second time wherever it is another one; null: nothing is committed, and the time before is counted as now.
 * The groups of `now` are all of the organization's: each has a cache to watch. A dated model ID counts in the group that
 * lists its alias, unless some group of that make-up lists the ID itself.
 */
export function createMeters(now: MakeUp, before: MakeUp | null, window: Window): Meters {
  const grid: Grid = { start: window.earlier?.start ?? window.start, end: window.end }
  const ofNow = metersOf(now.limiters, [])
  const isSameMakeUp = before === null || makeUpText(before.groups) === makeUpText(now.groups)
  const ofBefore = before === null ? ofNow : metersOf(before.limiters, isSameMakeUp ? [...ofNow.values()] : [])
  const all = [...new Set([...ofNow.values(), ...ofBefore.values()])]
  const counters = isSameMakeUp
    ? [countersOf(now, all)]
    : [countersOf(now, [...ofNow.values()]), countersOf(before, [...ofBefore.values()])]

  const hours = Math.ceil((grid.end - grid.start) / HOUR)
  const caches = now.groups
    .filter((group) => group.type === MODEL_GROUP)
    .map((group) => ({ group, read: new Float64Array(hours), input: new Float64Array(hours) }))
  const nameNow = namesIn(now, [...ofNow.values()])
  const cachesByModel = indexByModel(caches, ({ group }) => group.models)

  return {
    grid,
    all,
    caches,
    foldOrganization(use) {
      const { label } = use
      if (!isCounted(label)) return
      for (const { organization } of counters) if (organization) route(organization, use, grid)
      const watched = label.speed === 'fast' ? [] : (cachesByModel.get(nameNow(label.model) ?? '') ?? [])
      for (const cache of watched) addCache(cache, use, grid)
    },
    foldWorkspaces(use) {
      const { label } = use
      if (label.workspaceId === null || !isCounted(label)) return
      for (const { workspaces } of counters) {
        const router = workspaces.get(label.workspaceId)
        if (router) route(router, use, grid)
      }
    },
    find: (limit) => ofNow.get(limitKey(limit)),
    findBefore: (limit) => ofBefore.get(limitKey(limit)),
  }
}

/** One meter for each limiter, by its key: one of `shared` where that counts the same. */
function metersOf(limiters: readonly Measurable[], shared: readonly Meter[]): Map<string, Meter> {
  const contents = new Map(shared.map((meter) => [contentKey(meter), meter]))
  const byKey = new Map<string, Meter>()
  for (const { scope, group, limiter } of limiters) {
    const rule = limiterRule(group.type, limiter)
    const key = limitKey({ scope, group, limiter })
    if (!rule || !canTellUse(rule, group) || byKey.has(key)) continue
    const meter = contents.get(contentKey({ scope, group, limiter }))
    byKey.set(key, meter ?? { scope, group, limiter, rule, series: null, hasUnknownRequests: false })
  }
  return byKey
}

/** Equal where two meters count the same use, whatever their groups are called. */
function contentKey({ scope, group: { type, models }, limiter }: Measurable): string {
  return JSON.stringify([workspaceIdOf(scope), type, models.toSorted(compareText), limiter])
}

function makeUpText(groups: readonly RateLimitGroup[]): string {
  return JSON.stringify(groups.map(({ type, models }) => JSON.stringify([type, models.toSorted(compareText)])).sort())
}

/** The use of a model group is that of its models: where none is listed, nothing is known of it, which is not 0. */
function canTellUse(rule: LimiterRule, group: RateLimitGroup): boolean {
  return rule.group !== MODEL_GROUP || group.models.length > 0
}

/** Where a row of one scope goes: to the meters of its model's groups, and to those that count whatever the model. */
type Router = { nameOf: NameOf; byModel: ReadonlyMap<string, readonly Meter[]>; anyModel: readonly Meter[] }
/** The name under which a make-up lists a model; null where it does not. */
type NameOf = (model: string | null) => string | null

function namesIn({ groups }: MakeUp, meters: readonly Meter[]): NameOf {
  const listed = new Set([...groups, ...meters.map(({ group }) => group)].flatMap(({ models }) => models))
  return (model) => (model === null ? null : listedName(model, listed))
}

/** What takes a row of one make-up: for the organization, and for each workspace with a meter. */
function countersOf(
  makeUp: MakeUp,
  meters: readonly Meter[],
): { organization: Router | undefined; workspaces: ReadonlyMap<string | null, Router> } {
  const byScope = Map.groupBy(meters, ({ scope }) => workspaceIdOf(scope))
  const nameOf = namesIn(makeUp, meters)
  const routers = new Map([...byScope].map(([id, ofScope]) => [id, routerOf(ofScope, nameOf)] as const))
  return { organization: routers.get(null), workspaces: routers }
}

function routerOf(meters: readonly Meter[], nameOf: NameOf): Router {
  const ofModels = meters.filter(({ rule }) => rule.group === MODEL_GROUP)
  const anyModel = meters.filter(({ rule }) => rule.group !== MODEL_GROUP)
  return { nameOf, byModel: indexByModel(ofModels, ({ group }) => group.models), anyModel }
}

function route({ nameOf, byModel, anyModel }: Router, use: UseByMinute, grid: Grid): void {
  for (const meter of byModel.get(nameOf(use.label.model) ?? '') ?? []) add(meter, use, grid)
  for (const meter of anyModel) add(meter, use, grid)
}

function add(meter: Meter, use: UseByMinute, grid: Grid): void {
  const { rule } = meter
  if (!isOfStream(rule, use.label)) return
  const uncounted = rule.counts.includes('requests') ? use.uncounted : null
  if (uncounted?.includes(1)) meter.hasUnknownRequests = true
  const columns = rule.counts.flatMap((counter) => use[counter] ?? [])
  if (columns.length === 0) return
  meter.series ??= new Float64Array((grid.end - grid.start) / MINUTE)
  const offset = (use.start - grid.start) / MINUTE
  for (const column of columns) addColumn(meter.series, column, use.minutes, offset)
}

function addColumn(series: Float64Array, column: Float64Array, minutes: readonly number[], offset: number): void {
  for (const minute of minutes) {
    const at = minute + offset
    // biome-ignore lint/style/noNonNullAssertion: within the bounds, and once for each minute.
    if (at >= 0 && at < series.length) series[at]! += column[minute]!
  }
}

function addCache({ read, input }: CacheMeter, use: UseByMinute, grid: Grid): void {
  const { cacheRead, uncachedInput, cacheCreation } = use
  if (cacheRead) addByHour(read, cacheRead, use, grid)
  for (const column of [cacheRead, uncachedInput, cacheCreation]) if (column) addByHour(input, column, use, grid)
}

function addByHour(hours: Float64Array, column: Float64Array, { start, minutes }: UseByMinute, grid: Grid): void {
  for (const minute of minutes) {
    const hour = Math.floor((start + minute * MINUTE - grid.start) / HOUR)
    // biome-ignore lint/style/noNonNullAssertion: as above.
    if (hour >= 0 && hour < hours.length) hours[hour]! += column[minute]!
  }
}

function indexByModel<T>(items: readonly T[], modelsOf: (item: T) => readonly string[]): Map<string, T[]> {
  const index = new Map<string, T[]>()
  for (const item of items) {
    for (const model of modelsOf(item)) index.set(model, [...(index.get(model) ?? []), item])
  }
  return index
}

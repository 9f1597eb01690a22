import { listedName, MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import { type LimitRef, limitKey } from '../../vocabulary/limits/limit-key.ts'
import { type LimiterRule, limiterRule } from '../../vocabulary/limits/limiters.ts'
import { compareText } from '../../vocabulary/order.ts'
import { type Scope, workspaceIdOf } from '../../vocabulary/scope.ts'
import { amountOf, isCounted } from '../../vocabulary/use/counting.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
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
  /** Folds rows of the whole organization. */
  foldOrganization(rows: readonly UsageRow[]): void
  /** Folds rows that name their workspace; rows of workspaces without a meter count nothing. */
  foldWorkspaces(rows: readonly UsageRow[]): void
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
    foldOrganization(rows) {
      for (const alike of runsAlike(rows)) {
        const { model, speed } = alike[0]
        for (const { organization } of counters) if (organization) route(organization, alike, grid)
        const watched = speed === 'fast' ? [] : (cachesByModel.get(nameNow(model) ?? '') ?? [])
        for (const cache of watched) addCache(cache, alike, grid)
      }
    },
    foldWorkspaces(rows) {
      for (const alike of runsAlike(rows)) {
        const { workspaceId } = alike[0]
        if (workspaceId === null) continue
        for (const { workspaces } of counters) {
          const router = workspaces.get(workspaceId)
          if (router) route(router, alike, grid)
        }
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

/** Rows that count alike: where one goes, all of them go. */
type Alike = readonly [UsageRow, ...UsageRow[]]

/** The rows that count, in runs of those alike: minutes come by the thousand of one model, and are routed once. */
function runsAlike(rows: readonly UsageRow[]): Alike[] {
  const runs: [UsageRow, ...UsageRow[]][] = []
  for (const row of rows) {
    const run = runs.at(-1)
    if (run && isAlike(run[0], row)) run.push(row)
    else runs.push([row])
  }
  return runs.filter(([row]) => isCounted(row))
}

function isAlike(a: UsageRow, b: UsageRow): boolean {
  return (
    a.model === b.model &&
    a.workspaceId === b.workspaceId &&
    a.serviceTier === b.serviceTier &&
    a.speed === b.speed &&
    a.product === b.product
  )
}

function route({ nameOf, byModel, anyModel }: Router, rows: Alike, grid: Grid): void {
  for (const meter of byModel.get(nameOf(rows[0].model) ?? '') ?? []) add(meter, rows, grid)
  for (const meter of anyModel) add(meter, rows, grid)
}

function add(meter: Meter, rows: Alike, grid: Grid): void {
  for (const row of rows) {
    const amount = amountOf(meter.rule, row)
    if (amount === null) meter.hasUnknownRequests = true
    if (!amount) continue
    meter.series ??= new Float64Array((grid.end - grid.start) / MINUTE)
    const minute = Math.floor((row.at - grid.start) / MINUTE)
    // biome-ignore lint/style/noNonNullAssertion: once for each row and meter, and within the bounds.
    if (minute >= 0 && minute < meter.series.length) meter.series[minute]! += amount
  }
}

function addCache({ read, input }: CacheMeter, rows: Alike, grid: Grid): void {
  for (const row of rows) {
    const hour = Math.floor((row.at - grid.start) / HOUR)
    if (hour < 0 || hour >= read.length) continue
    // biome-ignore lint/style/noNonNullAssertion: once for each row, and within the bounds.
    read[hour]! += row.cacheRead
    // biome-ignore lint/style/noNonNullAssertion: as above.
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

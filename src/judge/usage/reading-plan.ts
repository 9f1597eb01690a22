import { covers, type MinutesQuery, rowsPerMinute, tellingApart } from '../../collect/usage/cells.ts'
import { type Census, withoutWorkspaces } from '../../collect/usage/census.ts'
import type { MinutesPlan } from '../../collect/usage/minutes.ts'
import { requestsOf } from '../../collect/usage/ranges.ts'
import type { Dimension, Range, Source } from '../../collect/usage/usage-reader.ts'
import { aliasOf, listedName, MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import { type Scope, workspaceIdOf } from '../../vocabulary/scope.ts'
import { isCounted } from '../../vocabulary/use/counting.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { DAY } from '../../vocabulary/use/window.ts'

/**
 * What to ask for by the minute, and no more: the models that the census saw of each group that is judged, as one sum
 * where nothing that is judged tells them apart, and workspaces only where they have limits of their own and are in use.
 */
export type ReadingPlan = MinutesPlan & { requests: number }

/** What is measured, for whatever purpose. */
export type Measured = { scope: Scope; group: Pick<RateLimitGroup, 'type' | 'models'> }

type Given = {
  measured: readonly Measured[]
  /** Models that are always in the same groups (see `atomsOf`). */
  atoms: readonly (readonly string[])[]
  census: Census
  grid: Range
  source: Source
}

/** A part of the use that has to be known by the minute. `models` null: whatever the model. */
type Unit = { models: readonly string[] | null; workspaceIds: readonly string[] | null }

export function planReading(given: Given): ReadingPlan {
  const nameOf = representatives(given.atoms)
  // A census has a row for each workspace; a plan goes over what it needs of it again and again.
  const organization = { ...given, census: withoutWorkspaces(given.census) }
  const workspaces = { ...given, census: ofMeasuredWorkspaces(given) }
  const questions = [
    ...packed('organization', unitsOfOrganization(organization, nameOf), organization),
    ...packed(
      'workspaces',
      unitsOfWorkspaces(workspaces, nameOf).flatMap((unit) => bounded(unit, given.grid)),
      workspaces,
    ),
  ]
  return { queries: questions.map(({ query }) => query), nameOf, requests: pagesOf(questions) }
}

function ofMeasuredWorkspaces({ measured, census }: Given): Census {
  const ids = new Set(measured.map(({ scope }) => workspaceIdOf(scope)))
  const isMeasured = ({ workspaceId }: UsageRow) => workspaceId !== null && ids.has(workspaceId)
  return { ...census, window: census.window.filter(isMeasured), earlier: census.earlier.filter(isMeasured) }
}

const countedIn = ({ earlier, window }: Census): UsageRow[] => [...earlier, ...window].filter(isCounted)

/** The first model of a name's atom; a name that no group lists stands for itself. */
function representatives(atoms: Given['atoms']): (model: string) => string {
  const first = new Map(atoms.flatMap((atom) => atom.map((model) => [model, atom[0] ?? model] as const)))
  return (model) => {
    const name = listedName(model, first)
    return name === null ? model : (first.get(name) ?? model)
  }
}

const namesIn = (rows: readonly UsageRow[]): string[] => [
  ...new Set(rows.flatMap(({ model }) => (model === null ? [] : [model]))),
]

function unitsOfOrganization({ measured, census }: Given, nameOf: (model: string) => string): Unit[] {
  const groups = measured.filter(({ scope }) => scope.type === 'organization').map(({ group }) => group)
  return unitsOf(groups, countedIn(census), nameOf).map((models) => ({ models, workspaceIds: null }))
}

/** One unit for each set of models, with all workspaces that need just these. */
function unitsOfWorkspaces({ measured, census }: Given, nameOf: (model: string) => string): Unit[] {
  const rows = countedIn(census)
  const byWorkspace = Map.groupBy(
    measured.flatMap(({ scope, group }) => (scope.type === 'workspace' ? [{ id: scope.id, group }] : [])),
    ({ id }) => id,
  )
  const needs = [...byWorkspace].flatMap(([id, some]) => {
    const own = rows.filter(({ workspaceId }) => workspaceId === id)
    const groups = some.map(({ group }) => group)
    return unitsOf(groups, own, nameOf).map((models) => ({ id, models }))
  })
  const keyOfModels = (models: readonly string[] | null) => (models === null ? '*' : nameOf(models[0] ?? ''))
  return [...Map.groupBy(needs, ({ models }) => keyOfModels(models)).values()].map((same) => ({
    models: same.some(({ models }) => models === null)
      ? null
      : [...new Set(same.flatMap(({ models }) => models ?? []))],
    workspaceIds: same.map(({ id }) => id),
  }))
}

/** The names in use of each atom that is needed; null: whatever the model, because some use that counts has none. */
function unitsOf(
  groups: readonly Measured['group'][],
  rows: readonly UsageRow[],
  nameOf: (model: string) => string,
): (readonly string[] | null)[] {
  const listed = new Set(groups.flatMap((group) => group.models))
  const standing = new Set([...listed].map(nameOf))
  // A dated ID that some make-up lists by itself is of its alias's group in another.
  const isListed = (model: string) => standing.has(nameOf(model)) || listed.has(aliasOf(model) ?? model)
  // Web searches count whatever the model.
  const countsSearches = groups.some(({ type }) => type !== MODEL_GROUP)
  const needed = rows.filter(
    ({ model, webSearches }) => (model !== null && isListed(model)) || (countsSearches && webSearches > 0),
  )
  if (needed.some(({ model }) => model === null)) return [null]
  return [...Map.groupBy(namesIn(needed), nameOf).values()]
}

/** Characters of names in an address that every proxy on the way takes. */
const LONGEST_NAMES = 6000
/** Of a workspace's ID with the name of its parameter. */
const LENGTH_OF_ID = 60
/** In memory at once: about 80 kB each. */
const MOST_WORKSPACE_DAYS = 400

/** A unit of many workspaces as several, each of which fits in one address and in memory. */
function bounded(unit: Unit, { start, end }: Range): Unit[] {
  const { workspaceIds } = unit
  if (workspaceIds === null) return [unit]
  const days = (end - start) / DAY
  const most = Math.max(1, Math.floor(Math.min(MOST_WORKSPACE_DAYS / days, LONGEST_NAMES / LENGTH_OF_ID)))
  const count = Math.ceil(workspaceIds.length / most)
  const size = Math.ceil(workspaceIds.length / count)
  return Array.from({ length: count }, (_, i) => ({
    ...unit,
    workspaceIds: workspaceIds.slice(i * size, (i + 1) * size),
  }))
}

/** `rows`: about how many its answer has for each minute; `pages`: requests it takes. */
type Question = { query: MinutesQuery; rows: number; pages: number }

function questionOf(query: MinutesQuery, { census, grid, source }: Given): Question {
  const rows = rowsPerMinute(query, census, grid)
  return { query, rows, pages: requestsOf(source, grid, rows) }
}

const pagesOf = (questions: readonly Question[]): number => questions.reduce((sum, { pages }) => sum + pages, 0)

/**
 * A query for each unit, but those with the fewest rows as one query with the models told apart, where that takes fewer
 * requests: a page of its own for each of ten models that are hardly used is nine pages too many.
 */
function packed(of: MinutesQuery['of'], units: readonly Unit[], given: Given): Question[] {
  const single = units
    .map((unit) => ({ unit, ...questionOf(queryOf(of, [unit], given), given) }))
    .sort((a, b) => a.rows - b.rows)
  let best: Question[] = single
  for (let together = 2; together <= single.length; together++) {
    const some = single.slice(0, together).map(({ unit }) => unit)
    const query = queryOf(of, some, given)
    if (addressLength(query) > LONGEST_NAMES) break
    const questions = [questionOf(query, given), ...single.slice(together)]
    if (pagesOf(questions) < pagesOf(best)) best = questions
  }
  return best
}

function addressLength({ models, workspaceIds }: MinutesQuery): number {
  const names = [
    ...(models ?? []).map((name) => `models%5B%5D=${name}&`),
    ...(workspaceIds ?? []).map((id) => `workspace_ids%5B%5D=${id}&`),
  ]
  return names.reduce((sum, name) => sum + name.length, 0)
}

/** One query for these units: told apart by model and workspace where there are several, and by what decides how use counts. */
function queryOf(of: MinutesQuery['of'], units: readonly Unit[], { census }: Given): MinutesQuery {
  const anyModel = units.some((unit) => unit.models === null)
  const models = anyModel ? null : [...new Set(units.flatMap((unit) => unit.models ?? []))]
  const ids = [...new Set(units.flatMap((unit) => unit.workspaceIds ?? []))]
  const workspaceIds = of === 'workspaces' ? ids : null
  const groupBy: Dimension[] = [
    ...(workspaceIds !== null && workspaceIds.length > 1 ? ['workspace_id' as const] : []),
    ...(units.length > 1 || anyModel ? ['model' as const] : []),
  ]
  const covered = [...census.earlier, ...census.window].filter(covers({ models, workspaceIds }))
  const query = { of, models, isFiltered: models !== null, workspaceIds }
  return { ...query, groupBy: [...groupBy, ...tellingApart(groupBy, covered)] }
}

import { listedName, MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import type { LimiterRule } from '../../vocabulary/limits/limiters.ts'
import { compareText } from '../../vocabulary/order.ts'
import { type Scope, workspaceIdOf } from '../../vocabulary/scope.ts'
import { amountOf, isCounted } from '../../vocabulary/use/counting.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { DAY, HOUR } from '../../vocabulary/use/window.ts'
import type { Drivers } from '../../vocabulary/verdict.ts'
import { completing, keyOf, tellingApart, type WholeUse } from './cells.ts'
import { PAGE_ROWS } from './ranges.ts'
import type { Dimension, UsageQuery, UsageReader } from './usage-reader.ts'

/** Who drove a peak: shares of workspaces, models and API keys in that very minute, asked for that minute only. */

export type Names = { workspaces: ReadonlyMap<string, string>; apiKeys: ReadonlyMap<string, string> }

const SHOWN = 3

/** A peak to explain: the limit it was of (`key`, see `limitKey`), what it counts, and the span it was reached in (UTC ms). */
export type DrivenPeak = {
  key: string
  scope: Scope
  group: RateLimitGroup
  rule: LimiterRule
  start: number
  end: number
}

/** The most dimensions one query may be grouped by. */
const MOST_DIMENSIONS = 5

/** What the questions need to know of the whole use: the census, and which model names are listed in some group. */
export type Context = {
  names: Names
  census: WholeUse
  listed: ReadonlySet<string>
  /** Whether the service takes the filter by model. */
  takesFilter: boolean
}

/**
 * Asks for each span once, by API key, workspace and model; where what tells use apart makes these more dimensions than a
 * query may have, for each scope by key, and for the organization by workspace too. Throws what the reader throws; the
 * caller decides what a failure means.
 */
export async function readDrivers(
  reader: UsageReader,
  peaks: readonly DrivenPeak[],
  context: Context,
): Promise<Map<string, Drivers>> {
  const whole = [...context.census.earlier, ...context.census.window]
  const apart = tellingApart(['model'], whole)
  const fitsOne = 3 + apart.length <= MOST_DIMENSIONS
  const questions = Map.groupBy(
    peaks,
    ({ start, end, scope }) => `${start}-${end} ${fitsOne ? '' : workspaceIdOf(scope)}`,
  )
  const nameOf = namesOf(context.names, reader.source)
  const complete = completing(['model', ...apart], whole)
  const namesOfGroups = (groups: readonly RateLimitGroup[]) => {
    const rows = whole.filter((row) => groups.some((group) => isOfGroup(row, group, context.listed)))
    return [...new Set(rows.flatMap(({ model }) => model ?? []))]
  }

  const answers = [...questions.values()].map(async (samePlace) => {
    const [place] = samePlace
    if (!place) return []
    const canFilter = context.takesFilter && samePlace.every(({ group }) => group.type === MODEL_GROUP)
    const models = canFilter ? namesOfGroups(samePlace.map(({ group }) => group)) : undefined
    const ask = async (
      { start, end }: DrivenPeak,
      dimensions: readonly Dimension[],
      workspaceIds?: readonly string[],
    ) => {
      const groupBy = [...dimensions, 'model' as const, ...apart]
      return (await readRows(reader, { start, end, groupBy, models, workspaceIds })).map(complete)
    }
    const ids = samePlace.map(({ scope }) => workspaceIdOf(scope))
    const only = ids.includes(null) ? undefined : [...new Set(ids.filter((id) => id !== null))]
    const [byKey, byWorkspace] = fitsOne
      ? await ask(place, ['api_key_id', 'workspace_id'], only).then((rows) => [rows, rows] as const)
      : await Promise.all([ask(place, ['api_key_id'], only), only ? [] : ask(place, ['workspace_id'])])
    return samePlace.map((peak) => {
      const id = workspaceIdOf(peak.scope)
      const isOwn = (row: UsageRow) =>
        (!fitsOne || id === null || row.workspaceId === id) && isOfGroup(row, peak.group, context.listed)
      const ofWorkspaces = id === null ? byWorkspace.filter(isOwn) : []
      return [peak.key, sharesOf(peak, byKey.filter(isOwn), ofWorkspaces, nameOf)] as const
    })
  })
  return new Map((await Promise.all(answers)).flat())
}

async function readRows(reader: UsageReader, query: Omit<UsageQuery, 'width'>): Promise<UsageRow[]> {
  const { start, end, groupBy } = query
  const rows = new Map<string, UsageRow>()
  await reader.read({ ...query, width: widthOf(end - start), rowsPerBucket: PAGE_ROWS }, (page) => {
    // A row that comes twice counts once.
    for (const row of page) rows.set(`${row.at} ${keyOf(groupBy, row)}`, row)
  })
  return [...rows.values()]
}

function widthOf(span: number): UsageQuery['width'] {
  if (span === DAY) return '1d'
  return span === HOUR ? '1h' : '1m'
}

type NameOf = Record<'workspace' | 'apiKey' | 'model', (id: string | null) => string>

function namesOf({ workspaces, apiKeys }: Names, source: UsageReader['source']): NameOf {
  // No ID is the default workspace in the legacy report, and none at all in the analytics API, which knows that one by its ID.
  const noWorkspace = source === 'legacy' ? 'default' : 'no workspace'
  return {
    workspace: (id) => (id === null ? noWorkspace : (workspaces.get(id) ?? id)),
    apiKey: (id) => (id === null ? 'no API key' : (apiKeys.get(id) ?? id)),
    model: (model) => model ?? 'no model',
  }
}

function sharesOf(
  peak: DrivenPeak,
  byKey: readonly UsageRow[],
  byWorkspace: readonly UsageRow[],
  nameOf: NameOf,
): Drivers {
  return {
    workspaces: topShares(peak, byWorkspace, (row) => row.workspaceId, nameOf.workspace),
    models: topShares(peak, byKey, (row) => row.model, nameOf.model),
    apiKeys: topShares(peak, byKey, (row) => row.apiKeyId, nameOf.apiKey),
  }
}

/** Largest first; none where some row does not say what it counts, since shares of a part would mislead. */
function topShares(
  { rule }: DrivenPeak,
  rows: readonly UsageRow[],
  idOf: (row: UsageRow) => string | null,
  nameOf: (id: string | null) => string,
): Drivers['models'] {
  const amounts = new Map<string | null, number>()
  for (const row of rows) {
    if (!isCounted(row)) continue
    const amount = amountOf(rule, row)
    if (amount === null) return []
    const id = idOf(row)
    amounts.set(id, (amounts.get(id) ?? 0) + amount)
  }
  const total = [...amounts.values()].reduce((sum, amount) => sum + amount, 0)
  if (total === 0) return []
  return [...amounts]
    .filter(([, amount]) => amount > 0)
    .map(([id, amount]) => ({ id, name: nameOf(id), share: amount / total }))
    .sort((a, b) => b.share - a.share || compareText(a.name, b.name))
    .slice(0, SHOWN)
}

function isOfGroup({ model }: UsageRow, group: RateLimitGroup, listed: ReadonlySet<string>): boolean {
  if (group.type !== MODEL_GROUP) return true
  const name = model === null ? null : listedName(model, listed)
  return name !== null && group.models.includes(name)
}

import { amountOf, isCounted } from '../../vocabulary/counting.ts'
import { MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/groups.ts'
import type { LimiterRule } from '../../vocabulary/limiters.ts'
import { compareText } from '../../vocabulary/order.ts'
import { type Scope, workspaceIdOf } from '../../vocabulary/scope.ts'
import type { UsageRow } from '../../vocabulary/usage-row.ts'
import type { Drivers } from '../../vocabulary/verdict.ts'
import { DAY, HOUR } from '../../vocabulary/window.ts'
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

const TOLD_APART: readonly Dimension[] = ['model', 'service_tier', 'speed', 'product']

/**
 * Asks for each span and scope by API key, and for the organization by workspace too (each beside what the counting rules
 * need: five dimensions are the API's most). Throws what the reader throws; the caller decides what a failure means.
 */
export async function readDrivers(
  reader: UsageReader,
  peaks: readonly DrivenPeak[],
  names: Names,
): Promise<Map<string, Drivers>> {
  const questions = [
    ...Map.groupBy(peaks, ({ start, end, scope }) => `${start}-${end} ${workspaceIdOf(scope)}`).values(),
  ]
  const answers = questions.map(async (samePlace) => {
    const [place] = samePlace
    if (!place) return []
    const workspace = workspaceIdOf(place.scope)
    const [byKey, byWorkspace] = await Promise.all([
      readRows(reader, place, 'api_key_id', workspace),
      workspace === null ? readRows(reader, place, 'workspace_id', null) : [],
    ])
    const nameOf = namesOf(names, reader.source)
    return samePlace.map((peak) => [peak.key, sharesOf(peak, byKey, byWorkspace, nameOf)] as const)
  })
  return new Map((await Promise.all(answers)).flat())
}

async function readRows(
  reader: UsageReader,
  { start, end }: DrivenPeak,
  dimension: Dimension,
  workspace: string | null,
): Promise<UsageRow[]> {
  const rows: UsageRow[] = []
  const groupBy = [dimension, ...TOLD_APART]
  const query = {
    start,
    end,
    width: widthOf(end - start),
    groupBy,
    ...(workspace !== null && { workspaceIds: [workspace] }),
  } as const
  await reader.read(query, (page) => rows.push(...page))
  return rows
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
  { group, rule }: DrivenPeak,
  rows: readonly UsageRow[],
  idOf: (row: UsageRow) => string | null,
  nameOf: (id: string | null) => string,
): Drivers['models'] {
  const amounts = new Map<string | null, number>()
  for (const row of rows) {
    if (!isCounted(row) || !isOfGroup(row, group)) continue
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

function isOfGroup(row: UsageRow, group: RateLimitGroup): boolean {
  return group.type !== MODEL_GROUP || (row.model !== null && group.models.includes(row.model))
}

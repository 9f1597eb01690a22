import type { Meter } from '../../judge/usage/meters.ts'
import { amountOf, isCounted } from '../../judge/usage/meters.ts'
import type { Drivers, Verdict } from '../../report/report.ts'
import { MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/groups.ts'
import { compareText } from '../../vocabulary/order.ts'
import { DAY, HOUR, MINUTE } from '../../vocabulary/window.ts'
import type { Dimension, UsageReader, UsageRow } from './usage-reader.ts'

/** Who drove a peak: shares of workspaces, models and API keys in that very minute, asked for that minute only. */

export type Names = { workspaces: ReadonlyMap<string, string>; apiKeys: ReadonlyMap<string, string> }

/** At most this many minutes are asked about, worst verdicts first: two requests each. */
const MOST_PEAKS_EXPLAINED = 20

const SHOWN = 3

/** A peak to explain: the limiter's meter and the span it was reached in. */
type DrivenPeak = { verdict: Verdict; meter: Meter; start: number; end: number }

/** The peaks worth asking about: watch and alert, with use, worst first, within the budget of minutes. */
export function peaksToExplain(
  verdicts: readonly Verdict[],
  meterOf: (verdict: Verdict) => Meter | undefined,
  peakWindow: 'minute' | 'hour',
): { peaks: DrivenPeak[]; leftOut: number } {
  const all = verdicts
    .filter(({ band, peak }) => (band === 'alert' || band === 'watch') && peak !== null && peak > 0)
    .sort((a, b) => (b.utilization ?? 0) - (a.utilization ?? 0))
    .flatMap((verdict) => {
      const meter = meterOf(verdict)
      if (!meter || verdict.peak_at === null) return []
      const start = Date.parse(verdict.peak_at)
      const span = meter.rule.per === 'day' ? DAY : peakWindow === 'hour' ? HOUR : MINUTE
      return [{ verdict, meter, start, end: start + span }]
    })
  const spans = [...new Set(all.map(spanOf))].slice(0, MOST_PEAKS_EXPLAINED)
  const peaks = all.filter((peak) => spans.includes(spanOf(peak)))
  return { peaks, leftOut: all.length - peaks.length }
}

function spanOf({ start, end }: DrivenPeak): string {
  return `${start}-${end}`
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
): Promise<Map<Verdict, Drivers>> {
  const questions = [...Map.groupBy(peaks, (peak) => `${spanOf(peak)} ${workspaceOf(peak)}`).values()]
  const answers = questions.map(async (samePlace) => {
    const workspace = workspaceOf(samePlace[0]!)
    const [byKey, byWorkspace] = await Promise.all([
      readRows(reader, samePlace[0]!, 'api_key_id', workspace),
      workspace === null ? readRows(reader, samePlace[0]!, 'workspace_id', null) : [],
    ])
    const nameOf = namesOf(names, reader.source)
    return samePlace.map(({ verdict, meter }) => [verdict, sharesOf(meter, byKey, byWorkspace, nameOf)] as const)
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
  const width = end - start === DAY ? '1d' : end - start === HOUR ? '1h' : '1m'
  const groupBy = [dimension, ...TOLD_APART]
  const query = { start, end, width, groupBy, ...(workspace !== null && { workspaceIds: [workspace] }) } as const
  await reader.read(query, (page) => rows.push(...page))
  return rows
}

function workspaceOf({ meter: { scope } }: DrivenPeak): string | null {
  return scope.type === 'workspace' ? scope.id : null
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

function sharesOf(meter: Meter, byKey: readonly UsageRow[], byWorkspace: readonly UsageRow[], nameOf: NameOf): Drivers {
  return {
    workspaces: topShares(meter, byWorkspace, (row) => row.workspaceId, nameOf.workspace),
    models: topShares(meter, byKey, (row) => row.model, nameOf.model),
    api_keys: topShares(meter, byKey, (row) => row.apiKeyId, nameOf.apiKey),
  }
}

/** Largest first; none where some row does not say what it counts, since shares of a part would mislead. */
function topShares(
  meter: Meter,
  rows: readonly UsageRow[],
  idOf: (row: UsageRow) => string | null,
  nameOf: (id: string | null) => string,
): Drivers['models'] {
  const amounts = new Map<string | null, number>()
  for (const row of rows) {
    if (!isCounted(row) || !isOfGroup(row, meter.group)) continue
    const amount = amountOf(meter.rule, row)
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

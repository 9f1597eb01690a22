import type { ApiLimitEntry } from '../../../src/collect/limits/rate-limits.ts'
import type { Organization, SingleRequest, WorkspaceEntries } from './organizations.ts'

/**
 * The slow twin: verdicts by adding up single requests for one limiter at a time, as the contract says it in prose.
 * It shares no code with the audit (types only), so that both would have to be wrong in the same way.
 */

export type TwinVerdict = {
  scope: string | null
  groupType: string
  limiter: string
  limit: number | null
  configured: number | null
  limitSource: 'organization' | 'workspace'
  peak: number | null
  peakAt: string | null
  bracket: number | null
  p99: number | null
  minutesOver: number | null
  utilization: number | null
  band: 'ok' | 'watch' | 'alert' | 'unmeasured'
  transition: 'new' | 'worse' | 'continuing' | 'recovered' | null
}

const MINUTE = 60_000
const DAY = 86_400_000

/** Models in use that no group of the organization lists, batch and fast mode too. */
export function twinUnmatched({ entries, requests, window, source }: Organization) {
  const isListed = (model: string) => entries.some(({ models }) => models?.includes(model))
  const unmatched = requests.filter(
    ({ at, model }) => at >= window.start && at < window.end && model !== null && !isListed(model),
  )
  return [...new Set(unmatched.map(({ model }) => model!))].sort().map((model) => {
    const all = unmatched.filter((request) => request.model === model)
    const tokens = all.map((r) => r.uncached + r.written5m + r.written1h + r.cacheRead + r.output)
    const isUnknown = source === 'legacy' || all.some(({ uncounted }) => uncounted)
    return { model, requests: isUnknown ? null : all.length, tokens: tokens.reduce((sum, one) => sum + one, 0) }
  })
}

/** The part of each model group's input that was read from the cache: standard speed, no batch; null without input. */
export function twinCacheShares({ entries, requests, window }: Organization) {
  return Object.fromEntries(
    entries
      .filter(({ groupType }) => groupType === 'model_group')
      .map((entry) => {
        const counted = requests.filter(
          (r) => belongs(r, null, entry) && r.speed !== 'fast' && r.at >= window.start && r.at < window.end,
        )
        const read = counted.reduce((sum, r) => sum + r.cacheRead, 0)
        const input = counted.reduce((sum, r) => sum + r.uncached + r.written5m + r.written1h + r.cacheRead, 0)
        return [nameOf(entry), input === 0 ? null : read / input] as const
      }),
  )
}

/** The organization's group an override is about, or the override's own where it lists none. */
function homeOf(override: ApiLimitEntry, entries: readonly ApiLimitEntry[]): ApiLimitEntry {
  const home = entries.find((entry) =>
    override.entryId !== null
      ? entry.entryId === override.entryId
      : entry.groupType === override.groupType &&
        (entry.models === null || entry.models.some((model) => override.models?.includes(model))),
  )
  return home ?? override
}

/** What bound before, by the committed limits: the lower of the two. Null where the scope itself had set nothing: then it had no verdict. */
function committedLimit(world: Organization, scope: string | null, group: ApiLimitEntry, limiter: string) {
  if (!world.committed) return null
  const { entries, workspaces } = world.committed
  const valueIn = (same: readonly ApiLimitEntry[]) =>
    same.flatMap(({ limits }) => limits).find(({ type }) => type === limiter)?.value ?? null
  const isGroup = (entry: ApiLimitEntry) => nameOf(entry) === nameOf(group) && entry.groupType === group.groupType
  const organization = valueIn(entries.filter(isGroup))
  if (scope === null) return organization
  const workspace = workspaces.find(({ id }: WorkspaceEntries) => id === scope)
  const own = valueIn(workspace?.entries.filter((entry) => isGroup(homeOf(entry, entries))) ?? [])
  if (own === null) return null
  return organization === null ? own : Math.min(organization, own)
}

export function twinVerdicts(world: Organization): TwinVerdict[] {
  const rows: { name: string; scopeName: string; verdict: TwinVerdict }[] = []
  for (const entry of world.entries) {
    for (const { type, value } of entry.limits) {
      const verdict = twinVerdict(world, null, entry, type, value, value, 'organization')
      rows.push({ name: nameOf(entry), scopeName: '', verdict })
    }
  }
  for (const workspace of world.workspaces) {
    for (const override of workspace.entries) {
      const home = homeOf(override, world.entries)
      for (const { type, value } of override.limits) {
        // A limit without a value inherits: the organization's row speaks of it.
        if (value === null) continue
        const organization = home === override ? null : home.limits.find((other) => other.type === type)?.value
        const lower = organization !== undefined && organization !== null && organization < value
        const limit = lower ? organization : value
        const source = lower ? 'organization' : 'workspace'
        const verdict = twinVerdict(world, workspace.id, home, type, limit, value, source)
        rows.push({ name: nameOf(home), scopeName: workspace.name, verdict })
      }
    }
  }
  const order = ({ name, scopeName, verdict }: (typeof rows)[number]) =>
    [scopeName, verdict.scope ?? '', verdict.groupType, name, verdict.limiter].join('\0')
  return rows.sort((a, b) => (order(a) < order(b) ? -1 : 1)).map(({ verdict }) => verdict)
}

function nameOf(entry: ApiLimitEntry): string {
  if (entry.displayName) return entry.displayName
  const models = entry.models
  if (!models) return entry.groupType
  let prefix = models[0]!.split('-')
  for (const model of models) {
    const words = model.split('-')
    let same = 0
    while (same < prefix.length && prefix[same] === words[same]) same++
    prefix = prefix.slice(0, same)
  }
  return prefix.join('-')
}

function twinVerdict(
  world: Organization,
  scope: string | null,
  group: ApiLimitEntry,
  limiter: string,
  limit: number | null,
  configured: number | null,
  limitSource: 'organization' | 'workspace',
): TwinVerdict {
  const known = { scope, groupType: group.groupType, limiter, limit, configured, limitSource }
  const blank = { peak: null, peakAt: null, bracket: null, p99: null, minutesOver: null, utilization: null }
  const unmeasured: TwinVerdict = { ...known, ...blank, band: 'unmeasured', transition: null }
  const count = counting(group.groupType, limiter)
  const knownEnd = Math.min(world.known, world.window.end)
  if (!count || !limit || knownEnd <= world.window.start) return unmeasured
  if (limiter === 'requests_per_minute' && world.source === 'legacy') return unmeasured

  const { earlier } = world.window
  const firstDay = earlier?.start ?? world.window.start
  const counted = world.requests.filter((request) => request.at >= firstDay && belongs(request, scope, group))
  if (limiter === 'requests_per_minute' && counted.some(({ uncounted, speed }) => uncounted && speed !== 'fast'))
    return unmeasured
  const use = (from: number, to: number) =>
    counted.reduce((sum, request) => sum + (request.at >= from && request.at < to ? count(request) : 0), 0)

  const perSecond = limiter === 'tool_uses_per_second'
  const perDay = limiter === 'tokens_per_day'
  const seconds = perSecond ? 60 : 1
  const perMinute = world.peakWindow === 'hour' ? 60 * MINUTE : MINUTE
  const span = perDay ? DAY : perMinute
  const mean = perDay ? 1 : (span / MINUTE) * seconds
  const busiest = (from: number, to: number) => {
    let best = { total: 0, at: from }
    const spans = new Set(counted.map((request) => from + Math.floor((request.at - from) / span) * span))
    for (const first of [...spans].sort((a, b) => a - b)) {
      if (first < from || first >= to) continue
      const used = use(first, first + span)
      if (used > best.total) best = { total: used, at: first }
    }
    return best
  }

  const { start, end } = world.window
  const { total, at } = busiest(start, end)
  const peak = total / mean
  // One division, so that use exactly on a line is not a hair below it.
  const utilization = total / (mean * limit)
  const bandOf = (ratio: number) => {
    if (ratio >= world.thresholds.alert) return 'alert'
    return ratio >= world.thresholds.watch ? 'watch' : 'ok'
  }
  const band = bandOf(utilization)

  const limitBefore = world.committed ? committedLimit(world, scope, group, limiter) : limit
  const before =
    earlier && knownEnd > earlier.start && limitBefore !== null && limitBefore > 0
      ? bandOf(busiest(earlier.start, earlier.end).total / (mean * limitBefore))
      : null
  const complete = knownEnd >= end
  const transitionOf = () => {
    if (before === 'alert' && band !== 'alert') return complete ? 'recovered' : null
    if (band === 'ok') return null
    if (before === band) return 'continuing'
    return before === 'watch' ? 'worse' : 'new'
  }

  const minutes: number[] = []
  for (let minute = start; minute < end; minute += MINUTE) minutes.push(minute)
  const totals = new Map<number, number>()
  for (const request of counted) {
    const minute = request.at - (request.at % MINUTE)
    totals.set(minute, (totals.get(minute) ?? 0) + count(request))
  }
  const values = minutes.map((minute) => totals.get(minute) ?? 0)
  const ascending = Float64Array.from(values.filter((_, i) => minutes[i]! < knownEnd)).sort()
  const pairs = values.map((value, i) => value + (values[i - 1] ?? 0))
  return {
    ...known,
    peak,
    peakAt: new Date(at).toISOString().replace('.000Z', 'Z'),
    bracket: perDay ? null : Math.max(...pairs) / seconds,
    p99: perDay ? null : ascending[Math.ceil(ascending.length * 0.99) - 1]! / seconds,
    minutesOver: perDay ? null : values.filter((value) => value / (seconds * limit) >= world.thresholds.alert).length,
    utilization,
    band,
    transition: transitionOf(),
  }
}

function belongs(request: SingleRequest, scope: string | null, group: ApiLimitEntry): boolean {
  if (scope !== null && request.workspace !== scope) return false
  if (request.serviceTier === 'batch' || request.product === 'message_batches_api') return false
  if (request.model === null && request.product === null) return false
  if (group.groupType === 'web_search') return true
  return request.model !== null && (group.models?.includes(request.model) ?? false)
}

/** The counting table of the contract, one line each. Undefined: usage cannot measure it. */
function counting(groupType: string, limiter: string): ((request: SingleRequest) => number) | undefined {
  const standard = (of: (r: SingleRequest) => number) => (r: SingleRequest) => (r.speed === 'fast' ? 0 : of(r))
  const fast = (of: (r: SingleRequest) => number) => (r: SingleRequest) => (r.speed === 'fast' ? of(r) : 0)
  const uncachedAndWrites = (r: SingleRequest) => r.uncached + r.written5m + r.written1h
  if (groupType === 'web_search') return limiter === 'tool_uses_per_second' ? (r) => r.webSearches : undefined
  if (groupType !== 'model_group') return undefined
  switch (limiter) {
    case 'requests_per_minute':
      return standard(() => 1)
    case 'input_tokens_per_minute_cache_aware':
      return standard(uncachedAndWrites)
    case 'input_tokens_per_minute':
      return standard((r) => uncachedAndWrites(r) + r.cacheRead)
    case 'output_tokens_per_minute':
      return standard((r) => r.output)
    case 'tokens_per_minute':
    case 'tokens_per_day':
      return standard((r) => uncachedAndWrites(r) + r.cacheRead + r.output)
    case 'fast_itpmca':
      return fast(uncachedAndWrites)
    case 'fast_otpm':
      return fast((r) => r.output)
    default:
      return undefined
  }
}

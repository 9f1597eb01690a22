import type { ApiLimitEntry } from '../../src/anthropic/rate-limits.ts'
import type { Organization, SingleRequest } from './organizations.ts'

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
      const home = world.entries.find(
        (entry) =>
          entry.groupType === override.groupType &&
          (entry.models === null || entry.models.some((model) => override.models?.includes(model))),
      )!
      for (const { type, value } of override.limits) {
        const organization = home.limits.find((limit) => limit.type === type)?.value
        const lower = value !== null && organization !== undefined && organization !== null && organization < value
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

  const counted = world.requests.filter((request) => belongs(request, scope, group))
  const use = (from: number, to: number) =>
    counted.reduce((sum, request) => sum + (request.at >= from && request.at < to ? count(request) : 0), 0)

  const perSecond = limiter === 'tool_uses_per_second'
  const perDay = limiter === 'tokens_per_day'
  const seconds = perSecond ? 60 : 1
  const span = perDay ? DAY : world.peakWindow === 'hour' ? 60 * MINUTE : MINUTE
  const mean = perDay ? 1 : (span / MINUTE) * seconds
  const busiest = (from: number, to: number) => {
    let best = { peak: 0, at: from }
    const spans = new Set(counted.map(({ at }) => from + Math.floor((at - from) / span) * span))
    for (const at of [...spans].sort((a, b) => a - b)) {
      if (at < from || at >= to) continue
      const total = use(at, at + span)
      if (total / mean > best.peak) best = { peak: total / mean, at }
    }
    return best
  }

  const { start, end } = world.window
  const { peak, at } = busiest(start, end)
  const utilization = peak / limit
  const bandOf = (ratio: number) =>
    ratio >= world.thresholds.alert ? 'alert' : ratio >= world.thresholds.watch ? 'watch' : 'ok'
  const band = bandOf(utilization)

  const isKnownBefore = world.window.hasDayBefore && knownEnd > start - DAY
  const before = isKnownBefore ? bandOf(busiest(start - DAY, end - DAY).peak / limit) : null
  const complete = knownEnd >= end
  const transition =
    before === 'alert' && band !== 'alert'
      ? complete
        ? 'recovered'
        : null
      : band === 'ok'
        ? null
        : before === band
          ? 'continuing'
          : before === 'watch'
            ? 'worse'
            : 'new'

  const minutes: number[] = []
  for (let minute = start; minute < end; minute += MINUTE) minutes.push(minute)
  const totals = new Map<number, number>()
  for (const request of counted) {
    const minute = request.at - (request.at % MINUTE)
    totals.set(minute, (totals.get(minute) ?? 0) + count(request))
  }
  const values = minutes.map((minute) => totals.get(minute) ?? 0)
  const ascending = values.filter((_, i) => minutes[i]! < knownEnd).sort((a, b) => a - b)
  const pairs = values.map((value, i) => value + (values[i - 1] ?? 0))
  return {
    ...known,
    peak,
    peakAt: new Date(at).toISOString().replace('.000Z', 'Z'),
    bracket: perDay ? null : Math.max(...pairs) / seconds,
    p99: perDay ? null : ascending[Math.ceil(ascending.length * 0.99) - 1]! / seconds,
    minutesOver: perDay ? null : values.filter((value) => value / seconds / limit >= world.thresholds.alert).length,
    utilization,
    band,
    transition,
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

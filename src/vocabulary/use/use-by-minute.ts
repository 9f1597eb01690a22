import { sumOf, type UsageRow } from './usage-row.ts'
import { DAY, MINUTE, MINUTES_PER_DAY, type Span } from './window.ts'

/** What usage is counted in. */
export const COUNTERS = [
  'requests',
  'uncachedInput',
  'cacheCreation',
  'cacheRead',
  'output',
  'unknownTokens',
  'webSearches',
] as const
export type Counter = (typeof COUNTERS)[number]

/** What use stands for: every combination of dimensions that it is the sum of counts alike. */
export type Label = Pick<UsageRow, 'model' | 'workspaceId' | 'serviceTier' | 'speed' | 'product'>

/**
 * The use of one label, minute by minute: for each counter its values by the minute since `start` (UTC milliseconds), null
 * where there is none of it.
 */
export type UseByMinute = {
  label: Label
  start: number
  /** The minutes with use, as they came: most use has few. */
  minutes: number[]
  isSet: Uint8Array
  /** Minutes whose requests are not known; null: there is none. */
  uncounted: Uint8Array | null
} & Record<Counter, Float64Array | null>

export function noUse(label: Label, { start, end }: Span): UseByMinute {
  return {
    label,
    start,
    minutes: [],
    isSet: new Uint8Array((end - start) / MINUTE),
    uncounted: null,
    requests: null,
    uncachedInput: null,
    cacheCreation: null,
    cacheRead: null,
    output: null,
    unknownTokens: null,
    webSearches: null,
  }
}

/** Sets what the row's minute had; what it had before is gone. */
export function setMinute(use: UseByMinute, row: UsageRow): void {
  const minute = Math.floor((row.at - use.start) / MINUTE)
  const { length } = use.isSet
  if (!(minute >= 0 && minute < length)) return
  if (!use.isSet[minute]) use.minutes.push(minute)
  use.isSet[minute] = 1
  use.requests = withValue(use.requests, minute, row.requests ?? 0, length)
  use.uncachedInput = withValue(use.uncachedInput, minute, row.uncachedInput, length)
  use.cacheCreation = withValue(use.cacheCreation, minute, row.cacheCreation, length)
  use.cacheRead = withValue(use.cacheRead, minute, row.cacheRead, length)
  use.output = withValue(use.output, minute, row.output, length)
  use.unknownTokens = withValue(use.unknownTokens, minute, row.unknownTokens, length)
  use.webSearches = withValue(use.webSearches, minute, row.webSearches, length)
  if (row.requests === null) use.uncounted ??= new Uint8Array(length)
  if (use.uncounted) use.uncounted[minute] = Number(row.requests === null)
}

function withValue(column: Float64Array | null, minute: number, value: number, length: number): Float64Array | null {
  if (column === null && value === 0) return null
  const values = column ?? new Float64Array(length)
  values[minute] = value
  return values
}

/** The same as rows, as many at a time as a day has minutes. */
export function* rowsOf(use: UseByMinute): Generator<UsageRow[]> {
  for (let from = 0; from < use.minutes.length; from += MINUTES_PER_DAY)
    yield use.minutes.slice(from, from + MINUTES_PER_DAY).map((minute) => rowAt(use, minute))
}

function rowAt(use: UseByMinute, minute: number): UsageRow {
  return {
    at: use.start + minute * MINUTE,
    ...use.label,
    apiKeyId: null,
    organizationId: null,
    requests: use.uncounted?.[minute] ? null : (use.requests?.[minute] ?? 0),
    uncachedInput: use.uncachedInput?.[minute] ?? 0,
    cacheCreation: use.cacheCreation?.[minute] ?? 0,
    cacheRead: use.cacheRead?.[minute] ?? 0,
    output: use.output?.[minute] ?? 0,
    unknownTokens: use.unknownTokens?.[minute] ?? 0,
    webSearches: use.webSearches?.[minute] ?? 0,
  }
}

/**
 * The use that rows in any order add up to, by label and day of the span, so that a few rows of a month take no month's
 * room. Rows outside the span are left out.
 */
export function usesOf(rows: readonly UsageRow[], span: Span): UseByMinute[] {
  const uses = new Map<string, UseByMinute>()
  for (const row of rows) {
    if (row.at < span.start || row.at >= span.end) continue
    const start = row.at - ((row.at - span.start) % DAY)
    const label = labelOf(row)
    const key = JSON.stringify([start, label])
    const use = uses.get(key) ?? noUse(label, { start, end: Math.min(start + DAY, span.end) })
    uses.set(key, use)
    const minute = Math.floor((row.at - start) / MINUTE)
    setMinute(use, use.isSet[minute] ? sumOf(rowAt(use, minute), row) : row)
  }
  return [...uses.values()]
}

const labelOf = ({ model, workspaceId, serviceTier, speed, product }: Label): Label => ({
  model,
  workspaceId,
  serviceTier,
  speed,
  product,
})

import { AuditError } from '../../errors.ts'
import { sumOf, type UsageRow } from '../../vocabulary/use/usage-row.ts'
import { DAY, HOUR } from '../../vocabulary/use/window.ts'
import { keyOf, type WholeUse } from './cells.ts'
import { earliest } from './freshness.ts'
import type { Dimension, Range, UsageReader } from './usage-reader.ts'

/**
 * The census: who used what at all, in the window and in the time before it that it is compared with. A page or two,
 * where the minutes are hundreds: it says what has to be asked for by the minute, and what those minutes must add up to.
 */
export type Census = WholeUse & {
  /** Up to when the API says that it is complete, UTC milliseconds; null where it does not say. */
  refreshedAt: number | null
}

/** Five, which is the most that one query may be grouped by. */
const DIMENSIONS: readonly Dimension[] = ['model', 'workspace_id', 'service_tier', 'speed', 'product']

/** `grid`: the window, and the time before it that belongs to the audit. Throws AuditError. */
export async function readCensus(reader: UsageReader, grid: Range, windowStart: number): Promise<Census> {
  const [earlier, window] = await Promise.all([
    readSpan(reader, { start: grid.start, end: windowStart }),
    readSpan(reader, { start: windowStart, end: grid.end }),
  ])
  // Nothing at all is asked for again, by buckets: an answer that is empty by mistake looks just like a day without use.
  const sure =
    window.rows.length > 0 ? window : await readSpan(reader, { start: windowStart, end: grid.end }, 'buckets')
  const refreshedAt = earliest([earlier.refreshedAt, sure.refreshedAt])
  return { window: sure.rows, earlier: earlier.rows, refreshedAt }
}

/**
 * The IDs of the organizations whose use this is: several for a key of a parent organization. Empty where the credential
 * may not ask, as that of an ordinary organization may not. Throws AuditError otherwise.
 */
export async function readOrganizationIds(reader: UsageReader, span: Range): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  try {
    const query = { ...wholePart(span, HOUR), width: 'all', groupBy: ['organization_id'] } as const
    await reader.read(query, (rows) => {
      for (const { organizationId } of rows) if (organizationId !== null) ids.add(organizationId)
    })
  } catch (error) {
    if (!(error instanceof AuditError && (error.status === 403 || error.status === 400))) throw error
  }
  return ids
}

/**
 * Rows without a time are of whole hours only: the service rounds what is asked for down. So the hours that a span has in
 * part are read by the minute; of the legacy report, days are the widest bucket.
 */
async function readSpan(reader: UsageReader, span: Range, by: 'aggregate' | 'buckets' = 'aggregate') {
  const isAnalytics = reader.source === 'analytics'
  const grain = isAnalytics ? HOUR : DAY
  const whole = wholePart(span, grain)
  const wideWidth = by === 'buckets' ? ('1h' as const) : ('all' as const)
  const pieces = [
    { start: span.start, end: whole.start, width: '1m' as const },
    { ...whole, width: isAnalytics ? wideWidth : ('1d' as const) },
    { start: whole.end, end: span.end, width: '1m' as const },
  ].filter(({ start, end }) => end > start)
  const seen = new Map<string, UsageRow>()
  const results = await Promise.all(
    pieces.map((piece) =>
      reader.read({ ...piece, groupBy: DIMENSIONS }, (rows) => {
        // A row that comes twice counts once.
        for (const row of rows) seen.set(`${row.at} ${keyOf(DIMENSIONS, row)}`, row)
      }),
    ),
  )
  return {
    rows: combined(seen.values(), DIMENSIONS),
    refreshedAt: earliest(results.map(({ refreshedAt }) => refreshedAt)),
  }
}

/** The part of a span that is whole hours or days; empty, at the span's end, where there is none. */
function wholePart({ start, end }: Range, grain: number): Range {
  const from = Math.ceil(start / grain) * grain
  const to = Math.floor(end / grain) * grain
  return to > from ? { start: from, end: to } : { start: end, end }
}

/** The same use without its workspaces: all that a question of the whole organization sees of it. */
export function withoutWorkspaces(census: Census): Census {
  const dimensions = DIMENSIONS.filter((dimension) => dimension !== 'workspace_id')
  const ofAll = (rows: readonly UsageRow[]) => combined(rows, dimensions).map((row) => ({ ...row, workspaceId: null }))
  return { ...census, window: ofAll(census.window), earlier: ofAll(census.earlier) }
}

/** One row for each combination of these dimensions; what else it says is as in its first row. */
function combined(rows: Iterable<UsageRow>, dimensions: readonly Dimension[]): UsageRow[] {
  return [...Map.groupBy(rows, (row) => keyOf(dimensions, row)).values()].map((same) => same.reduce(sumOf))
}

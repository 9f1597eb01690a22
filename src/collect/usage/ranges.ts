import { AuditError } from '../../errors.ts'
import { DAY, HOUR, isoTime, MINUTE } from '../../vocabulary/use/window.ts'
import type { Range, Source, UsageQuery } from './usage-reader.ts'

/** How a query is cut into requests: by what one request may ask for, and by what fills a page. */

/** Milliseconds of a bucket. */
export const WIDTHS = { '1m': MINUTE, '1h': HOUR, '1d': DAY } as const

/** Rows of a page of the analytics API at most; its default is 20. */
export const PAGE_ROWS = 1000
/** The longest range of one request of the analytics API, by bucket width. */
const LONGEST = { '1m': DAY, '1h': 31 * DAY, '1d': 31 * DAY, all: 31 * DAY } as const
/** The most buckets of one page of the legacy report: there a page is counted in buckets, and each holds any number of rows. */
export const LEGACY_BUCKETS = { '1m': 1440, '1h': 168, '1d': 31 } as const

/**
 * Ranges of the analytics API: as long as one request may be, and of those lengths one whose rows fill their pages. They
 * are cut from the start on, across midnight.
 */
export function analyticsRanges({ start, end, width, rowsPerBucket = 1 }: UsageQuery): Range[] {
  if (width === 'all') return parts({ start, end }, LONGEST.all)
  const most = LONGEST[width] / WIDTHS[width]
  const pages = Math.max(1, Math.floor((most * rowsPerBucket) / PAGE_ROWS))
  const buckets = Math.max(1, Math.min(most, Math.floor((pages * PAGE_ROWS) / rowsPerBucket)))
  return parts({ start, end }, buckets * WIDTHS[width])
}

/** Requests that minutes of so many rows each take. Sparse rows take fewer, and rows that lie unevenly one more. */
export function requestsOf(source: Source, { start, end }: Range, rowsPerMinute: number): number {
  if (source === 'legacy') return Math.ceil((end - start) / (LEGACY_BUCKETS['1m'] * MINUTE))
  const ranges = analyticsRanges({ start, end, width: '1m', groupBy: [], rowsPerBucket: rowsPerMinute })
  const pages = (range: Range) => Math.ceil((((range.end - range.start) / MINUTE) * rowsPerMinute) / PAGE_ROWS)
  return ranges.reduce((sum, range) => sum + Math.max(1, pages(range)), 0)
}

function parts({ start, end }: Range, length: number): Range[] {
  const count = Math.ceil((end - start) / length)
  return Array.from({ length: count }, (_, i) => ({
    start: start + i * length,
    end: Math.min(end, start + (i + 1) * length),
  }))
}

/**
 * Returns the start of a bucket as it is given, in UTC milliseconds. Throws AuditError for a time that starts none of the
 * buckets of `width` milliseconds that were asked for: such a row would be counted twice, or in a wrong place, or not at all.
 */
export function bucketStarts(resource: string, { start, end }: Range, width: number): (at: number) => number {
  return (at) => {
    if (at >= start && at < end && (at - start) % width === 0) return at
    const given = Number.isNaN(at) ? 'a time that cannot be read' : isoTime(at)
    throw new AuditError(
      `${resource} answered with a bucket that starts at ${given}, which is none of those asked for from ${isoTime(start)} to ${isoTime(end)}.`,
      { remedy: 'Run the job again; if it happens twice, report it.' },
    )
  }
}

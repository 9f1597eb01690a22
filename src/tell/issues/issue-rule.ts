import type { MeasuredRow, Report } from '../../report/report.ts'
import { DAY, isoTime } from '../../vocabulary/use/window.ts'
import { thresholdsOf } from '../words/select.ts'

/** When the issue of a limit is opened, kept and closed. It is the issue itself that remembers: this is what it says. */
export type IssueMemory = {
  /** The limit at the last alert, and the most that was used in any. */
  limit: number
  worst: number
  /** A span without a gap in which use stayed under the watch line, RFC 3339; null: none. */
  calm: { from: string; to: string } | null
}

export type IssueStep =
  /** Nothing to open, and nothing to close. */
  | { kind: 'none' }
  | { kind: 'open' | 'keep'; memory: IssueMemory }
  | { kind: 'close'; memory: IssueMemory; because: 'raised' | 'calm' }

const CALM_DAYS = 7

/**
 * What becomes of the issue of one limit. Opened on an alert. Closed where the limit was raised since so far that the worst
 * use of any alert would stay under its watch line, or where use stayed under that line for seven days without a gap in what
 * is known. `memory` null: there is no open issue.
 */
export function issueStep(
  row: MeasuredRow,
  report: Pick<Report, 'window' | 'thresholds'>,
  memory: IssueMemory | null,
): IssueStep {
  const { limit, peak, band } = row
  if (band === 'alert') {
    const worst = Math.max(peak, memory?.worst ?? 0)
    return { kind: memory ? 'keep' : 'open', memory: { limit, worst, calm: null } }
  }
  if (memory === null) return { kind: 'none' }
  const { watch } = thresholdsOf(row, report)
  if (band === 'ok' && limit > memory.limit && memory.worst / limit < watch)
    return { kind: 'close', memory, because: 'raised' }
  if (band === 'watch') return { kind: 'keep', memory: { ...memory, calm: null } }
  // What is not wholly known is neither calm nor its end.
  if (!report.window.complete || row.lower_bound) return { kind: 'keep', memory }
  const calm = calmSpan(report.window, memory.calm)
  const kept = { ...memory, calm }
  const days = (Date.parse(calm.to) - Date.parse(calm.from)) / DAY
  return days >= CALM_DAYS ? { kind: 'close', memory: kept, because: 'calm' } : { kind: 'keep', memory: kept }
}

/** The calm time with this window added; it begins anew where days between are not known. */
function calmSpan({ start, end }: Report['window'], known: IssueMemory['calm']): { from: string; to: string } {
  if (!known || Date.parse(start) > Date.parse(known.to) || Date.parse(end) < Date.parse(known.from))
    return { from: start, to: end }
  const later = Math.max(Date.parse(end), Date.parse(known.to))
  const earlier = Math.min(Date.parse(start), Date.parse(known.from))
  return { from: isoTime(earlier), to: isoTime(later) }
}

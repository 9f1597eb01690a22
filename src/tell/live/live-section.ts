import type { Report } from '../../report/report.ts'
import { atMost, count } from '../../vocabulary/figures.ts'
import { markdownText } from '../words/escape.ts'
import { BAND_MARK, limitName, peakTime, percentOf } from '../words/format.ts'
import { andMore } from '../words/list.ts'
import { bar, details, stack, table } from '../words/markdown.ts'
import { soFar } from '../words/select.ts'
import { drivenMinute, minuteText } from './live-text.ts'

/** What only a live window has: its hot minutes, and what is below the watch line as far as is known. */

/** Newest first, with who drove each; empty where there is none. */
export function hotMinutes(report: Report, most: number): string {
  if (!report.live) return ''
  const { shown, more } = atMost(report.live.hot_minutes, most)
  const rows = shown.map((minute) => [
    minuteText(minute, report),
    limitName(minute, markdownText),
    `**${percentOf(report)(minute.utilization)}**`,
    count(minute.used),
    count(minute.limit),
    drivenMinute(minute, report, markdownText),
  ])
  const heads = [
    { head: 'Minute (UTC)' },
    { head: 'Limit' },
    { head: 'Used', align: 'right' as const },
    { head: 'In it', align: 'right' as const },
    { head: 'of', align: 'right' as const },
    { head: 'Who drove it' },
  ]
  return stack(table(heads, rows), andMore(more + report.live.hot_minutes_left_out))
}

/** Limits that are below their watch line so far: no verdict, for minutes are missing. */
export function belowSoFar(report: Report, most: number): string {
  const { shown, more } = atMost(soFar(report), most)
  if (shown.length === 0) return ''
  const rows = shown.flatMap((row) => {
    if (!row.so_far) return []
    const { peak, peak_at, utilization } = row.so_far
    return [
      [
        limitName(row, markdownText),
        `${bar(utilization)}&nbsp;${percentOf(report)(utilization)}`,
        count(peak),
        peakTime({ ...row, peak, peak_at }, report).replace(/ UTC$/, ''),
        row.limit === null ? '' : count(row.limit),
        (row.known_until ?? '').slice(11, 16),
      ],
    ]
  })
  const heads = [
    { head: 'Limit' },
    { head: 'Used so far' },
    { head: 'Peak', align: 'right' as const },
    { head: 'When (UTC)' },
    { head: 'of', align: 'right' as const },
    { head: 'Known until (UTC)' },
  ]
  return stack(
    details(`${BAND_MARK.unmeasured} ${count(shown.length + more)} below the watch line so far`, table(heads, rows)),
    andMore(more),
  )
}

import type { Report } from '../../report/report.ts'
import { count } from '../../vocabulary/figures.ts'
import { drivenMinute, minuteText } from '../live/live-text.ts'
import { limitName, percentOf } from '../words/format.ts'
import { andMore } from '../words/list.ts'
import { columns } from './layout.ts'
import { painted, type Screen, terminalText } from './style.ts'

const MOST = 15

/** The hot minutes of a live window, newest first, with who drove each; empty where there is none. */
export function hotMinuteRows(report: Report, screen: Screen): string {
  const all = report.live?.hot_minutes ?? []
  if (!report.live || all.length === 0) return ''
  const shown = all.slice(0, MOST)
  const more = all.length - shown.length + report.live.hot_minutes_left_out
  const rows = shown.map((minute) => {
    const driven = drivenMinute(minute, report, terminalText)
    const name = limitName(minute, terminalText)
    return [
      minuteText(minute, report),
      painted('red', percentOf(report)(minute.utilization), screen),
      driven ? `${name}\n${painted('gray', `by ${driven}`, screen)}` : name,
      count(minute.used),
    ]
  })
  const heads = [
    { head: 'UTC' },
    { head: 'Used', align: 'right' as const },
    { head: 'Limit' },
    { head: 'In it', align: 'right' as const },
  ]
  return [
    painted('bold', 'Hot minutes, newest first', screen),
    columns(heads, rows, 2, screen),
    more > 0 && painted('gray', andMore(more), screen),
  ]
    .filter(Boolean)
    .join('\n')
}

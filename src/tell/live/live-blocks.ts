import type { KnownBlock } from '@slack/types'
import type { HotMinuteRow, Report } from '../../report/report.ts'
import { sections } from '../slack/blocks.ts'
import { slackText } from '../words/escape.ts'
import { limitName, percentOf } from '../words/format.ts'
import { list } from '../words/list.ts'
import { drivenMinute, incidentText, minuteText } from './live-text.ts'

/** The headline of a live window, and its hot minutes, at most `most`; `rest` says how many more there are. */
export function liveBlocks(report: Report, most: number, rest: (more: number) => string): KnownBlock[] {
  if (!report.live) return []
  const line = (minute: HotMinuteRow) => {
    const driven = drivenMinute(minute, report, slackText)
    return `${minuteText(minute, report)} UTC · *${percentOf(report)(minute.utilization)}* · ${limitName(minute, slackText)}${driven && ` · by ${driven}`}`
  }
  const minutes = list(report.live.hot_minutes, most, line, rest)
  const headline = incidentText(report, slackText)
  return sections([
    // Inline code stays as it is: it may hold the very marks that bold is made of.
    headline.includes('`') ? headline : `*${headline}*`,
    ...(minutes.length > 0 ? ['*Hot minutes, newest first*', ...minutes] : []),
  ])
}

import type { Report } from '../../report/report.ts'
import { capital, count, plural } from '../../vocabulary/figures.ts'
import { limiterRule } from '../../vocabulary/limits/limiters.ts'
import { viewOf } from '../words/advice.ts'
import { drivenBy } from '../words/driven-by.ts'
import { markdownText } from '../words/escape.ts'
import { atPeakTime, BAND_MARK, isPerDay, limitName, moment, timeBefore } from '../words/format.ts'
import { list } from '../words/list.ts'
import { stack, unbroken } from '../words/markdown.ts'
import { type Measured, ofBand, thresholdsOf } from '../words/select.ts'
import { atItsLimit, bindingLimit, shareOf, used } from '../words/sentences.ts'
import { barsOf, chart, hourTable, legend } from './chart.ts'

export type PeaksExtent = { peaks: number; charts: number; hours: boolean }

/** Every alert and watch row, worst first: its peak in figures, who drove it, and the chart of its day. */
export function peaks(report: Report, extent: PeaksExtent): string {
  const rows = [...ofBand(report, 'alert'), ...ofBand(report, 'watch')]
  const peakOf = (row: Measured, index: number) => peakSection(row, report, index < extent.charts, extent.hours)
  const rest = (more: number) =>
    `${plural(more, 'more peak')} at or over the watch line ${more === 1 ? 'is' : 'are'} in the scorecard and in the report file.`
  return stack(...list(rows, extent.peaks, peakOf, rest))
}

function peakSection(row: Measured, report: Report, withChart: boolean, withHours: boolean): string {
  const view = viewOf(row, report)
  const bars = withChart ? barsOf(row, view, report) : null
  return stack(
    unbroken(`#### ${BAND_MARK[row.band]} ${limitName(row, markdownText)}: ${used(row, report)}`),
    figures(row, report),
    row.drivers && drivenBy(row.drivers, isPerDay(row) ? 'day' : report.peak_window),
    bars && chart(row, bars, report),
    bars && legend(row, bars, report),
    bars && withHours && hourTable(row, bars, report),
  )
}

function figures(row: Measured, report: Report): string {
  const share = shareOf(row, report)
  const ofLimit = (value: number) => `${count(value)} (${share(value / row.limit)})`
  const { alert } = thresholdsOf(row, report)
  const known = [
    `Peak **${count(row.peak)}** of ${bindingLimit(row)}${atPeakTime(row, report)}${meanOf(row, report)}.`,
    row.bracket !== null &&
      row.bracket > row.peak &&
      `The busiest 60 seconds lie between that and ${ofLimit(row.bracket)}, the largest two minutes side by side.`,
    row.minutes_over_threshold !== null &&
      `${row.minutes_over_threshold === 0 ? 'No minute was' : `${plural(row.minutes_over_threshold, 'minute was', 'minutes were')}`} at or over ${share(alert)}.`,
    row.p99 !== null && `99 of 100 minutes stayed at or below ${ofLimit(row.p99)}.`,
    row.clipped &&
      `From ${moment(row.clipped.from)} it was ${atItsLimit(row)} (within 5 % of it or above): more may have been asked for than was served.`,
    row.lowest_remaining !== undefined && `The least that was left of it: ${count(row.lowest_remaining)}.`,
    row.request_id && `The response was ${markdownText(row.request_id)}.`,
    row.lower_bound && lowerBoundText(row, report),
    row.previous &&
      `${capital(timeBefore(report))}: ${share(row.previous.utilization)} of ${count(row.previous.limit)}.`,
  ]
  return known.filter(Boolean).join(' ')
}

const isPerSecond = ({ group, limiter }: Measured) => limiterRule(group.type, limiter)?.per === 'second'

/** Why the true peak may be higher. */
function lowerBoundText(row: Measured, report: Report): string {
  if (isPerSecond(row)) return 'This is a lower bound: the limit is per second, and use is known per minute.'
  return report.live
    ? `This is a lower bound: what comes after ${moment(row.known_until ?? report.window.end)} is not known yet.`
    : 'This is a lower bound: some of the use is missing from the minutes that could be read.'
}

/** A peak of an hour is a mean; a limit per day has no hours. */
function meanOf(row: Measured, report: Report): string {
  if (report.peak_window !== 'hour' || isPerDay(row)) return ''
  return `, the mean per ${isPerSecond(row) ? 'second' : 'minute'} of the busiest hour`
}

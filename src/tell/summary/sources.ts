import type { Report } from '../../report/report.ts'
import { count, plural } from '../../vocabulary/figures.ts'
import { moment, percentOf } from '../words/format.ts'
import { bullets, details } from '../words/markdown.ts'

const USAGE: Record<Report['usage_source'], string> = {
  analytics: "Usage: Anthropic's usage analytics API, by the minute.",
  legacy: "Usage: Anthropic's legacy usage report, by the minute. It counts no requests.",
  headers: 'Use and limits: a log of the rate-limit headers of responses. What was not logged is in no figure.',
}
const PEAK: Record<Report['peak_window'], string> = {
  minute: 'the busiest UTC minute, over all models of a group together',
  hour: "the busiest hour's mean per minute, over all models of a group together",
  second: 'the most of a limit that was used up at once, as a response said right after it',
}

const LIMITS = {
  api: "Limits: Anthropic's Rate Limits API, read in this run; changes are against the snapshot in this repository.",
  headers:
    'Limits: each response is judged by the limit that it names itself; the snapshot takes the latest. Token remainders are rounded to the nearest 1,000, and the combined token limit is whichever binds most.',
}
const COUNTED = [
  'An organization limit is compared with all workspaces together, a workspace only with limits of its own.',
  'Batch traffic draws on limits of its own and is not counted; fast-mode traffic only toward fast-mode limits.',
]

const MINUTES =
  ', and a minute above 100 % is possible without refusals. The busiest 60 seconds may straddle two minutes.'

/** Where the figures come from, and what they can and cannot say. */
export function sources(report: Report): string {
  const { log, peak_window, thresholds } = report
  const share = percentOf(report)
  const isLog = report.usage_source === 'headers'
  return details(
    'Data source, window, and what these figures can and cannot say',
    bullets([
      USAGE[report.usage_source],
      windowText(report),
      ...(log ? [logText(log)] : []),
      LIMITS[isLog ? 'headers' : 'api'],
      `Peak: ${PEAK[peak_window]}. Used: peak ÷ limit. Bands: watch from ${share(thresholds.watch)}, alert from ${share(thresholds.alert)}${report.verdicts.some((row) => row.thresholds) ? ', where the policy file gives a limit no lines of its own' : ''}.`,
      ...(isLog ? [] : COUNTED),
      `Anthropic refills a limit continuously and may enforce it over less than a minute: requests can be refused below 100 %${isLog ? '.' : MINUTES}`,
      ...(isLog ? [] : ['To compare: the Console charts the largest minute of each hour.']),
    ]),
  )
}

function windowText({ window, usage_source }: Report): string {
  const span = `Window: ${moment(window.start)} to ${moment(window.end)}`
  if (usage_source === 'headers')
    return `${span}${window.complete ? '' : ', not complete (some lines could not be read)'}.`
  const complete = window.complete ? 'complete' : `not complete (${plural(window.missing_minutes, 'minute')} missing)`
  const fresh =
    window.data_refreshed_at === null
      ? 'The API did not say how fresh its data is.'
      : `Data as of ${moment(window.data_refreshed_at)}.`
  return `${span}, ${complete}. ${fresh}`
}

function logText(log: NonNullable<Report['log']>): string {
  return `Log: ${plural(log.lines, 'line')} in ${plural(log.files, 'file')}; ${plural(log.in_window, 'response')} in the window, ${count(log.responses - log.in_window)} outside it, ${plural(log.not_understood, 'line')} not understood, ${plural(log.without_headers, 'response')} without rate-limit headers.`
}

import type { Report } from '../../report/report.ts'
import { atMost } from '../../vocabulary/figures.ts'
import type { SnapshotOutcome } from '../../vocabulary/snapshot-outcome.ts'
import { orderDrift } from '../drift/drift-figures.ts'
import { driftTable } from '../drift/drift-table.ts'
import { driftCounts } from '../drift/drift-text.ts'
import { evidencePage } from '../evidence/page.ts'
import { belowSoFar, hotMinutes } from '../live/live-section.ts'
import { incidentText } from '../live/live-text.ts'
import { spendRow } from '../planning/spend-text.ts'
import { advice } from '../words/advice.ts'
import { markdownLink, markdownText, SENTENCE_LENGTH } from '../words/escape.ts'
import { BAND_MARK, percentOf, period, timeBefore } from '../words/format.ts'
import type { Links } from '../words/links.ts'
import { andMore, list } from '../words/list.ts'
import { bullets, details, numbered, seeAlso, stack, unbroken, under } from '../words/markdown.ts'
import { highest, type Measured, recovered } from '../words/select.ts'
import {
  coverage,
  drillMark,
  drillText,
  missingData,
  overallBand,
  rowSentence,
  shareOf,
  snapshotText,
  subject,
  transitionText,
  verdictLine,
} from '../words/sentences.ts'
import { bytes, firstFitting } from '../words/shrink.ts'
import { DELIVERED, type Delivery, rehearsal, rehearsalText, slackPart } from './delivery.ts'
import { findings } from './findings-section.ts'
import { mutedRows } from './muted.ts'
import { notMeasured } from './not-measured.ts'
import { type PeaksExtent, peaks } from './peaks-section.ts'
import { planning } from './planning-section.ts'
import { refusedRequests } from './refused-requests.ts'
import { scorecard } from './scorecard.ts'
import { sources } from './sources.ts'
import { whereTheUseWent } from './use-section.ts'
import { whatBinds } from './what-binds.ts'

/** GitHub drops a whole summary above 1 MiB (docs.github.com, job summaries); bytes, not characters. */
const LARGEST_SUMMARY = 1_048_576
/** Room for what else the step writes to its summary. */
const ROOM_LEFT = 48_576

type SummaryExtent = PeaksExtent & { rows: number; note: string }
const ALL = Number.POSITIVE_INFINITY
/** With more charts than this a browser takes too long. */
const MOST_CHARTS = 12
const EXTENTS: [SummaryExtent, ...SummaryExtent[]] = [
  { peaks: 40, charts: MOST_CHARTS, hours: true, rows: ALL, note: '' },
  { peaks: 40, charts: MOST_CHARTS, hours: false, rows: ALL, note: 'the figures behind the charts are left out' },
  {
    peaks: 20,
    charts: 4,
    hours: false,
    rows: 500,
    note: 'it shows the 500 rows with the highest use, 20 peaks and 4 charts',
  },
  {
    peaks: 5,
    charts: 1,
    hours: false,
    rows: 50,
    note: 'it shows the 50 rows with the highest use, 5 peaks and 1 chart',
  },
  { peaks: 0, charts: 0, hours: false, rows: 10, note: 'it shows the 10 rows with the highest use' },
]

/** The job summary: GitHub Markdown, at most 1 MiB. Where that forces it to leave something out, it says what. */
export function renderSummary(
  report: Report,
  links: Links,
  snapshot: SnapshotOutcome | null,
  delivery: Delivery = DELIVERED,
): string {
  return firstFitting(
    EXTENTS,
    (extent) => summary(report, links, snapshot, delivery, extent),
    (text) => bytes(text) <= LARGEST_SUMMARY - ROOM_LEFT,
  )
}

function summary(
  report: Report,
  links: Links,
  snapshot: SnapshotOutcome | null,
  delivery: Delivery,
  extent: SummaryExtent,
): string {
  const most = Math.min(extent.rows, 200)
  return `${stack(
    unbroken(
      `## ${BAND_MARK[overallBand(report)]} ${drillMark(report)}${rehearsal(delivery)}${subject(report)}: ${verdictLine(report)}`,
    ),
    report.drill && `**${drillText(report)}**`,
    rehearsalText(delivery),
    opening(report),
    extent.note &&
      `**Shortened:** above 1 MiB GitHub shows no summary at all, so ${extent.note}. The report file (output \`report-path\`) has everything.`,
    notComplete(report, most),
    under('### Refused requests', refusedRequests(report, Math.min(most, 50))),
    under('### Hot minutes, newest first', hotMinutes(report, Math.min(most, 60))),
    under('### What to do first', numbered(advice(report, markdownText))),
    report.drift.length > 0 && under('### Limits that have changed', changes(report, snapshot, most)),
    under(`### Recovered since ${timeBefore(report)}`, recoveries(report, most)),
    under('### Scorecard', stack(scorecard(report, extent.rows), belowSoFar(report, extent.rows), spendRow(report))),
    under('### Peaks', peaks(report, extent)),
    under('### Muted', mutedRows(report, most)),
    under('### Where the use went', whereTheUseWent(report)),
    under('### What binds in each group', whatBinds(report, most)),
    under('### Plan', planning(report, extent.rows === ALL ? most : Math.min(most, 20))),
    extent.rows === ALL && evidence(report),
    !report.drill &&
      report.drift.length === 0 &&
      under('### Limits since the committed snapshot', changes(report, snapshot, most)),
    under('### Findings', findings(report, most)),
    under('### Not measured', notMeasured(report, most)),
    under('### Where the figures come from', sources(report)),
    slackPart(delivery),
    seeAlso(links),
  )}\n`
}

function opening(report: Report): string {
  const worst = highest(report)
  const transition = worst ? transitionText(worst, report) : ''
  const incident = incidentText(report, markdownText)
  return stack(
    incident && `**${incident}**`,
    !incident && worst && `Highest: **${rowSentence(worst, report, markdownText)}**${transition && `, ${transition}`}.`,
    `${period(report.window)} · ${coverage(report)} · watch from ${percentOf(report)(report.thresholds.watch)}, alert from ${percentOf(report)(report.thresholds.alert)}`,
  )
}

function notComplete(report: Report, most: number): string {
  const missing = missingData(report)
  const failures = list(
    report.failures,
    most,
    ({ resource, message }) => `**${markdownText(resource)}**: ${markdownText(message, SENTENCE_LENGTH)}`,
  )
  return under('### Not complete', bullets([...(missing ? [missing] : []), ...failures]))
}

function recoveries(report: Report, most: number): string {
  const recovery = (row: Measured) => {
    const before = row.previous === null ? '' : `, was ${shareOf(row, report)(row.previous.utilization)}`
    return `${BAND_MARK[row.band]} ${rowSentence(row, report, markdownText)}${before}`
  }
  return bullets(list(recovered(report), most, recovery))
}

/** The evidence page, folded; the file at the output `evidence-path` holds the same. */
function evidence(report: Report): string {
  const page = report.planning ? evidencePage(report) : null
  return page === null
    ? ''
    : details(
        'Evidence to ask Anthropic for more, ready to paste (the file at the output <code>evidence-path</code>)',
        page.trim(),
      )
}

function changes(report: Report, snapshot: SnapshotOutcome | null, most: number): string {
  const outcome = snapshotText(snapshot, markdownLink, markdownText)
  if (snapshot?.operation === 'skipped' && snapshot.because === 'unread')
    return stack('Whether a limit has changed is not known: the committed snapshot could not be read.', outcome)
  if (report.first_snapshot && report.drift.length === 0)
    return stack('No snapshot was committed before: there is nothing to compare with yet.', outcome)
  if (report.drift.length === 0) return stack('No limit has changed.', outcome)
  const { shown, more } = atMost(orderDrift(report.drift), most)
  return stack(`${driftCounts(report.drift)}.`, driftTable(shown, report, 'Consequence'), andMore(more), outcome)
}

import type { Links, Report, SnapshotOutcome } from '../../report/report.ts'
import { atMost, count } from '../../vocabulary/figures.ts'
import { evidencePage } from '../evidence/page.ts'
import { advice } from '../words/advice.ts'
import { driftCounts, orderDrift } from '../words/drift-text.ts'
import { markdownLink, markdownText, SENTENCE_LENGTH } from '../words/escape.ts'
import { BAND_MARK, percentOf, period } from '../words/format.ts'
import { bullets, details, seeAlso, stack, under } from '../words/markdown.ts'
import { highest, recovered } from '../words/select.ts'
import {
  coverage,
  missingData,
  overallBand,
  rowSentence,
  shareOf,
  snapshotText,
  transitionText,
  verdictLine,
} from '../words/sentences.ts'
import { bytes, firstFitting } from '../words/shrink.ts'
import { driftTable } from './drift-table.ts'
import { findings } from './findings-section.ts'
import { mutedRows } from './muted.ts'
import { notMeasured } from './not-measured.ts'
import { type PeaksStep, peaks } from './peaks-section.ts'
import { planning } from './planning-section.ts'
import { refused } from './refused-requests.ts'
import { scorecard } from './scorecard.ts'
import { sources } from './sources.ts'
import { whatBinds } from './what-binds.ts'

/** GitHub drops a whole summary above 1 MiB (docs.github.com, job summaries); bytes, not characters. */
const LARGEST_SUMMARY = 1_048_576
/** Other actions' texts, and ours, stay below it together. */
const ROOM_LEFT = 48_576

type Step = PeaksStep & { rows: number; note: string }
const ALL = Number.POSITIVE_INFINITY
/** A browser draws so many charts in good time. */
const MOST_CHARTS = 12
const STEPS: [Step, ...Step[]] = [
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
export function renderSummary(report: Report, links: Links, snapshot: SnapshotOutcome | null): string {
  return firstFitting(
    STEPS,
    (step) => summary(report, links, snapshot, step),
    (text) => bytes(text) <= LARGEST_SUMMARY - ROOM_LEFT,
  )
}

/** The job summary of a run whose inputs are not valid: `error` names each of them, one a line. */
export function renderRefusedSummary(error: string): string {
  const [head = '', ...problems] = error.split('\n').map((line) => line.replace(/^- /, ''))
  return `${stack(
    `## ${BAND_MARK.unmeasured} Claude rate limits: the audit did not begin`,
    markdownText(head, 2_000),
    bullets(problems.map((problem) => markdownText(problem, 2_000))),
  )}\n`
}

function summary(report: Report, links: Links, snapshot: SnapshotOutcome | null, step: Step): string {
  const most = Math.min(step.rows, 200)
  return `${stack(
    `## ${BAND_MARK[overallBand(report)]} Claude rate limits: ${verdictLine(report)}`,
    opening(report),
    step.note &&
      `**Shortened:** above 1 MiB GitHub shows no summary at all, so ${step.note}. The report file (output \`report-path\`) has everything.`,
    notComplete(report, most),
    under('### What to do first', bullets(advice(report, markdownText))),
    report.drift.length > 0 && under('### Limits that have changed', changes(report, snapshot, most)),
    under('### Recovered since the day before', recoveries(report, most)),
    under('### Scorecard', scorecard(report, step.rows)),
    under('### Peaks', peaks(report, step)),
    under('### Muted', mutedRows(report, most)),
    under('### Refused requests', refused(report, most)),
    under('### What binds in each group', whatBinds(report, most)),
    under('### Plan', planning(report, step.rows === ALL ? most : Math.min(most, 20))),
    step.rows === ALL && evidence(report),
    report.drift.length === 0 && under('### Limits since the committed snapshot', changes(report, snapshot, most)),
    under('### Findings', findings(report, most)),
    under('### Not measured', notMeasured(report, most)),
    under('### Where the figures come from', sources(report)),
    seeAlso(links),
  )}\n`
}

function opening(report: Report): string {
  const worst = highest(report)
  const transition = worst ? transitionText(worst, report) : ''
  return stack(
    worst && `Highest: **${rowSentence(worst, report, markdownText)}**${transition && `, ${transition}`}.`,
    `${period(report.window)} · ${coverage(report)} · watch from ${percentOf(report)(report.thresholds.watch)}, alert from ${percentOf(report)(report.thresholds.alert)}`,
  )
}

function notComplete(report: Report, most: number): string {
  const missing = missingData(report)
  const { shown, more } = atMost(report.failures, most)
  const lines = [
    ...(missing ? [missing] : []),
    ...shown.map(({ resource, message }) => `**${markdownText(resource)}**: ${markdownText(message, SENTENCE_LENGTH)}`),
    ...(more > 0 ? [`and ${count(more)} more`] : []),
  ]
  return under('### Not complete', bullets(lines))
}

function recoveries(report: Report, most: number): string {
  const { shown, more } = atMost(recovered(report), most)
  const lines = shown.map((row) => {
    const before = row.previous === null ? '' : `, was ${shareOf(row, report)(row.previous.utilization)}`
    return `${BAND_MARK[row.band]} ${rowSentence(row, report, markdownText)}${before}`
  })
  return bullets([...lines, ...(more > 0 ? [`and ${count(more)} more`] : [])])
}

/** The evidence page, folded: what the file at the output `evidence-path` holds. */
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
  if (report.first_snapshot)
    return stack('No snapshot was committed before: there is nothing to compare with yet.', outcome)
  if (report.drift.length === 0) return stack('No limit has changed.', outcome)
  const { shown, more } = atMost(orderDrift(report.drift), most)
  return stack(
    `${driftCounts(report.drift)}.`,
    driftTable(shown, report, 'Consequence'),
    more > 0 && `and ${count(more)} more`,
    outcome,
  )
}

import type { Report, VerdictRow } from '../report/report.ts'
import { count, plural } from '../vocabulary/figures.ts'
import { isSerious } from './drift/drift-figures.ts'
import { driftCounts } from './drift/drift-text.ts'
import { logText } from './words/escape.ts'
import { atPeakTime, BAND_MARK, groupName, limiterName, limitName, scopeName } from './words/format.ts'
import { list } from './words/list.ts'
import { refusedCount, refusedName, refusedText } from './words/refused-text.ts'
import {
  isInert,
  isMeasured,
  isNewlyUnclaimed,
  isRefused,
  type Measured,
  ofBand,
  recovered,
  refusedRows,
} from './words/select.ts'
import { missingData, thresholdName, unclaimedSentences, unclaimedShare, used } from './words/sentences.ts'

type Annotation = { level: 'error' | 'warning' | 'notice'; title: string; message: string }

/** Limits named in one annotation: it is a pointer to the summary, not the summary. */
const NAMED = 3

/**
 * One annotation per verdict class, never one per row: GitHub shows ten of a level per step.
 * `failOn` holds the classes that fail the run (`fail-on`): those are errors.
 */
export function annotations(report: Report, failOn: ReadonlySet<'alert' | 'watch' | 'drift'>): Annotation[] {
  const refused = refusedRows(report)
  const alerts = ofBand(report, 'alert')
  const watch = ofBand(report, 'watch')
  const back = recovered(report)
  const { drift, failures, window } = report
  // A made-up alert is no reason to fail a run.
  if (report.drill)
    return [{ level: 'notice', title: 'DRILL · Claude rate limits', message: namedRows(alerts, report) }]
  const all: (Annotation | false)[] = [
    failures.length > 0 && {
      level: 'error',
      title: 'Not everything could be read or delivered',
      message: logText(named(failures.map(({ resource, message }) => `${resource}: ${message}`)), 2_000),
    },
    refused.length > 0 && {
      level: failOn.has('alert') ? 'error' : 'warning',
      title: `Claude rate limits: ${refusedCount(report)}`,
      message: named(refused.map((row) => `${refusedName(row, logText)}: ${refusedText(row)}`)),
    },
    alerts.length > 0 && {
      level: failOn.has('alert') ? 'error' : 'warning',
      title: `Claude rate limits: ${plural(alerts.length, 'limit')} at or over ${thresholdName('alert', report)}`,
      message: namedRows(alerts, report),
    },
    watch.length > 0 && {
      level: failOn.has('watch') ? 'error' : 'notice',
      title: `Claude rate limits: ${plural(watch.length, 'limit')} to watch`,
      message: namedRows(watch, report),
    },
    back.length > 0 && {
      level: 'notice',
      title: `Claude rate limits: ${plural(back.length, 'limit')} recovered`,
      message: namedRows(back, report),
    },
    drift.length > 0 && {
      level: levelOfDrift(report, failOn.has('drift')),
      title: 'Claude rate limits have changed',
      message: `${driftCounts(drift)}. The job summary shows what each change does to the peak.`,
    },
    isNewlyUnclaimed(report) && {
      level: 'warning',
      title: `Claude rate limits: ${unclaimedShare(report)}`,
      message: named(unclaimedSentences(report, logText)),
    },
    !window.complete && {
      level: 'warning',
      title: report.usage_source === 'headers' ? 'Part of the log could not be read' : 'The usage data is incomplete',
      message: missingData(report) ?? '',
    },
  ]
  return all.filter((item) => item !== false)
}

function levelOfDrift(report: Report, failsTheRun: boolean): Annotation['level'] {
  if (failsTheRun) return 'error'
  return report.drift.some((item) => isSerious(item, report)) ? 'warning' : 'notice'
}

function namedRows(rows: readonly Measured[], report: Report): string {
  return named(rows.map((row) => `${limitName(row, logText)}: ${used(row, report)}`))
}

function named(items: readonly string[]): string {
  const rest = (more: number) => `and ${count(more)} more in the job summary`
  return list(items, NAMED, (item) => item, rest).join('; ')
}

/** One line per verdict, in the report's order, for the log: so that a search of old logs finds them. */
export function logLines(report: Report): string[] {
  return report.verdicts.map((verdict) => logText(logLine(verdict, report), 500))
}

function logLine(verdict: VerdictRow, report: Report): string {
  if (isRefused(verdict))
    return `${BAND_MARK.alert} ${'refused'.padEnd(10)}  ${refusedName(verdict, logText)}: ${refusedText(verdict)} · ${verdict.transition}`
  const about = [
    scopeName(verdict.scope, logText),
    groupName(verdict.group, logText),
    limiterName(verdict, logText),
  ].join(' · ')
  if (!isMeasured(verdict))
    return `${BAND_MARK.unmeasured} unmeasured  ${about}: ${verdict.reason ?? 'no reason given'}`
  const figure = used(verdict, report)
  const peak = `${count(verdict.peak)} of ${count(verdict.limit)}${atPeakTime(verdict, report)}`
  const notes = [isInert(verdict) && 'own limit has no effect', verdict.transition].filter(Boolean)
  return `${BAND_MARK[verdict.band]} ${verdict.band.padEnd(10)}  ${figure.padStart(7)}  ${about} · ${peak}${notes.map((note) => ` · ${note}`).join('')}`
}

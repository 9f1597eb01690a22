import type { Report } from '../../report/report.ts'
import { capital, plural } from '../../vocabulary/figures.ts'
import { orderDrift } from '../drift/drift-figures.ts'
import { driftSentence } from '../drift/drift-text.ts'
import { incidentText } from '../live/live-text.ts'
import { advice } from '../words/advice.ts'
import { SENTENCE_LENGTH } from '../words/escape.ts'
import { BAND_MARK, percentOf, period } from '../words/format.ts'
import { list } from '../words/list.ts'
import { highest, unmeasured } from '../words/select.ts'
import {
  coverage,
  mainDriver,
  missingData,
  overallBand,
  rowSentence,
  subject,
  verdictLine,
} from '../words/sentences.ts'
import { hotMinuteRows } from './hot-minute-rows.ts'
import { paragraph } from './layout.ts'
import { budgetRows, whatIfRows } from './planning-rows.ts'
import { scorecardRows } from './scorecard-rows.ts'
import { inColourOf, painted, type Screen, terminalText } from './style.ts'

const MOST = 8

/**
 * The report for a terminal: what it is of, the scorecard with the worst rows first, what else is worth knowing, and the
 * verdict as the last lines, where the eye is when a command ends. `reasons`: why the command fails, if it does.
 */
export function renderTerminal(report: Report, reasons: readonly string[], screen: Screen): string {
  const share = percentOf(report)
  const { watch, alert } = report.thresholds
  const head = `${subject(report)}, ${period(report.window)}: ${coverage(report)}; watch from ${share(watch)}, alert from ${share(alert)}.`
  return `${[
    paragraph(head, screen),
    scorecardRows(report, screen),
    hotMinuteRows(report, screen),
    whatIfRows(report, screen),
    budgetRows(report, screen),
    section('Limits that have changed since the snapshot', changes(report), screen),
    section('Worth knowing', findings(report), screen),
    section('What to do first', advice(report, terminalText), screen),
    verdict(report, reasons, screen),
  ]
    .filter(Boolean)
    .join('\n\n')}\n`
}

function section(title: string, items: readonly string[], screen: Screen): string {
  if (items.length === 0) return ''
  return [painted('bold', title, screen), ...items.map((item) => paragraph(item, screen, '-'))].join('\n')
}

function changes(report: Report): string[] {
  return list(orderDrift(report.drift), MOST, (item) => driftSentence(item, report, terminalText))
}

function findings(report: Report): string[] {
  const missing = missingData(report)
  const failures = report.failures.map(
    ({ resource, message }) => `${terminalText(resource)}: ${terminalText(message, SENTENCE_LENGTH)}`,
  )
  // That data is missing is said in words of its own; live, the finding has more to say.
  const others = report.findings.filter(({ kind }) => kind !== 'data-incomplete' || report.live)
  const not = unmeasured(report)
  const kinds = new Set(not.map(({ reason }) => reason.replace(/\.$/, '')))
  return [
    ...failures,
    ...(missing && !report.live ? [missing] : []),
    ...list(others, MOST, ({ message }) => terminalText(message, SENTENCE_LENGTH)),
    ...(not.length > 0
      ? [
          `${plural(not.length, 'limit')} not measurable: ${list([...kinds], 3, (reason) => terminalText(reason, SENTENCE_LENGTH)).join('; ')}.`,
        ]
      : []),
  ]
}

function verdict(report: Report, reasons: readonly string[], screen: Screen): string {
  const band = overallBand(report)
  const worst = highest(report)
  const incident = incidentText(report, terminalText)
  const driver = worst && mainDriver(worst, terminalText)
  const who = driver
    ? `, ${driver.share >= 0.5 ? 'mostly' : 'led by'} ${driver.kind === 'workspace' ? '' : `${driver.kind} `}${driver.name}`
    : ''
  const lines = [
    paragraph(
      painted('bold', inColourOf(band, `${capital(verdictLine(report))}.`, screen), screen),
      screen,
      BAND_MARK[band],
    ),
    ...(incident ? [paragraph(incident, screen, '  ')] : []),
    ...(worst && !incident
      ? [paragraph(`Highest: ${rowSentence(worst, report, terminalText)}${who}.`, screen, '  ')]
      : []),
    ...(reasons.length > 0 ? [paragraph(`Exit code 1: ${reasons.join('; ')}.`, screen, '  ')] : []),
  ]
  return lines.join('\n')
}

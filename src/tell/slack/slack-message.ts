import type { KnownBlock } from '@slack/types'
import type { Links, Report, SnapshotOutcome } from '../../report/report.ts'
import { atMost, count, listing } from '../../vocabulary/figures.ts'
import { advice } from '../words/advice.ts'
import { crossesAlertLine } from '../words/drift-consequence.ts'
import { driftCounts, driftSentence, isCut, orderDrift } from '../words/drift-text.ts'
import { oneLine, SENTENCE_LENGTH, slackLink, slackText } from '../words/escape.ts'
import { atPeakTime, BAND_MARK, groupName, limiterName, percentOf, period, scopeName } from '../words/format.ts'
import { highest, type Measured, ofBand, recovered } from '../words/select.ts'
import {
  bindingLimit,
  clippedText,
  coverage,
  mainDriver,
  missingData,
  overallBand,
  rowSentence,
  shareOf,
  snapshotText,
  transitionText,
  used,
  verdictLine,
} from '../words/sentences.ts'
import { firstFitting } from '../words/shrink.ts'
import { buttons, context, header, LONGEST_HEADER, message, sections } from './blocks.ts'
import { type SlackMessage, slackViolations } from './slack-limits.ts'

/** How many of each are shown: few enough for a phone, and fewer where long names would break Slack's limits. */
type Step = { alerts: number; watch: number; recovered: number; drift: number; failures: number; advice: number }
const STEPS: [Step, ...Step[]] = [
  { alerts: 10, watch: 3, recovered: 5, drift: 5, failures: 3, advice: 5 },
  { alerts: 5, watch: 1, recovered: 2, drift: 3, failures: 2, advice: 3 },
  { alerts: 3, watch: 1, recovered: 1, drift: 1, failures: 1, advice: 2 },
  { alerts: 1, watch: 0, recovered: 0, drift: 0, failures: 1, advice: 0 },
]

/** The one message of a run: verdict, alerts worst first, what recovered, what moved, what to do first, where to go. */
export function renderSlack(report: Report, links: Links, snapshot: SnapshotOutcome | null): SlackMessage {
  return firstFitting(
    STEPS,
    (step) => message(fallback(report, links, step), blocks(report, links, snapshot, step)),
    (rendered) => slackViolations(rendered).length === 0,
  )
}

function blocks(report: Report, links: Links, snapshot: SnapshotOutcome | null, step: Step): KnownBlock[] {
  return [
    header(headline(report)),
    context(`${period(report.window)} · ${coverage(report)}`),
    ...incomplete(report, step),
    ...rows('Alerts', ofBand(report, 'alert'), step.alerts, report, links, alertLine),
    ...rows('Watch', watched(report), step.watch, report, links, alertLine),
    ...rows('Recovered', recovered(report), step.recovered, report, links, recoveredLine),
    ...drift(report, links, snapshot, step),
    ...endedMutes(report, step),
    ...firstSteps(report, step),
    ...buttons(links),
  ]
}

function headline(report: Report): string {
  const worst = highest(report)
  const name = worst ? ` (${groupName(worst.group, plain)}, ${limiterName(worst, plain)})` : ''
  const line = (whose: string) => `${BAND_MARK[overallBand(report)]} Claude rate limits: ${verdictLine(report, whose)}`
  // A name that is long must not push out of the header what stands behind it.
  return line(name).length <= LONGEST_HEADER ? line(name) : line('')
}

/** For `plain_text`, in which Slack reads no markup. */
const plain = (text: string, length?: number) => oneLine(text, length)

/** Stands alone in a notification: verdict, worst row, what else happened, where to look. */
function fallback(report: Report, links: Links, step: Step): string {
  const worst = highest(report)
  const back = recovered(report).length
  const parts = [
    `Claude rate limits, ${period(report.window)}: ${verdictLine(report)}.`,
    worst && `Highest: ${rowSentence(worst, report, slackText)}.`,
    back > 0 && `${count(back)} recovered.`,
    report.drift.length > 0 && `Limits changed: ${driftCounts(report.drift)}.`,
    missingData(report),
    report.failures.length > 0 &&
      `Not complete: ${listing(
        report.failures.map(({ resource }) => slackText(resource)),
        step.failures,
      )}.`,
    links.run && `Run: ${slackText(links.run, SENTENCE_LENGTH)}`,
  ]
  return parts.filter(Boolean).join(' ')
}

function incomplete(report: Report, step: Step): KnownBlock[] {
  const missing = missingData(report)
  const { shown, more } = atMost(report.failures, step.failures)
  const lines = [
    ...(missing ? [missing] : []),
    ...shown.map(({ resource, message }) => `• ${slackText(resource)}: ${slackText(message, SENTENCE_LENGTH)}`),
    ...(more > 0 ? [`and ${count(more)} more that could not be read or delivered`] : []),
  ]
  return lines.length === 0 ? [] : sections(['*Not complete*', ...lines])
}

function rows(
  title: string,
  all: readonly Measured[],
  most: number,
  report: Report,
  links: Links,
  line: (row: Measured, report: Report) => string,
): KnownBlock[] {
  if (all.length === 0) return []
  const { shown, more } = atMost(all, most)
  return sections([
    `*${title}* (${count(all.length)})`,
    ...shown.map((row) => line(row, report)),
    ...(more > 0 ? [andMore(more, links)] : []),
  ])
}

function alertLine(row: Measured, report: Report): string {
  const driver = mainDriver(row, slackText)
  const parts = [
    `${rowName(row)}: *${used(row, report)}* of ${bindingLimit(row)}`,
    `peak ${count(row.peak)}${atPeakTime(row, report)}`,
    transitionText(row, report),
    driver && driverText(driver, report),
    clippedText(row),
  ]
  return `${BAND_MARK[row.band]} ${parts.filter(Boolean).join(' · ')}`
}

function driverText({ kind, name, share }: NonNullable<ReturnType<typeof mainDriver>>, report: Report): string {
  const who = `${kind === 'workspace' ? '' : `${kind} `}${bold(name)}`
  if (share > 0.995) return `all by ${who}`
  return `${share >= 0.5 ? 'mostly' : 'led by'} ${who} ${percentOf(report)(share)}`
}

function recoveredLine(row: Measured, report: Report): string {
  const before = row.previous === null ? '' : ` · was ${shareOf(row, report)(row.previous.utilization)} the day before`
  return `${BAND_MARK[row.band]} ${rowName(row)}: *${used(row, report)}* of ${bindingLimit(row)}${before}`
}

/** What has just recovered is told as that, and not a second time. */
function watched(report: Report): Measured[] {
  return ofBand(report, 'watch').filter(({ transition }) => transition !== 'recovered')
}

/** Inline code stays as it is: it may hold the very marks that bold is made of. */
function bold(text: string): string {
  return text.includes('`') ? text : `*${text}*`
}

function rowName(row: Measured): string {
  const scope = row.scope.type === 'workspace' ? `${scopeName(row.scope, slackText)} · ` : ''
  return `${bold(groupName(row.group, slackText))} · ${scope}${limiterName(row, slackText)}`
}

function drift(report: Report, links: Links, snapshot: SnapshotOutcome | null, step: Step): KnownBlock[] {
  const outcome = snapshotText(snapshot, slackLink, slackText)
  if (report.drift.length === 0) return outcome ? [context(outcome)] : []
  const { shown, more } = atMost(orderDrift(report.drift), step.drift)
  return sections([
    `*Limits changed*: ${driftCounts(report.drift)}`,
    ...shown.map((item) => {
      const serious = isCut(item) || crossesAlertLine(item, report)
      return `${serious ? '▼' : '•'} ${driftSentence(item, report, slackText)}`
    }),
    ...(more > 0 ? [andMore(more, links)] : []),
    ...(outcome ? [outcome] : []),
  ])
}

function endedMutes({ findings }: Report, step: Step): KnownBlock[] {
  const ended = findings.filter(({ kind }) => kind === 'mute-expired')
  const { shown, more } = atMost(ended, step.failures)
  const lines = shown.map(({ message }) => `• ${slackText(message, SENTENCE_LENGTH)}`)
  return ended.length === 0
    ? []
    : sections(['*Mutes that have ended*', ...lines, ...(more > 0 ? [`and ${count(more)} more`] : [])])
}

function firstSteps(report: Report, step: Step): KnownBlock[] {
  const steps = advice(report, slackText).slice(0, step.advice)
  return steps.length === 0
    ? []
    : sections(['*What to do first*', ...steps.map((text, index) => `${index + 1}. ${text}`)])
}

function andMore(more: number, links: Links): string {
  const text = `and ${count(more)} more`
  return links.run ? `${slackLink(text, links.run)} in the run's summary` : `${text} in the run's summary`
}

import type { KnownBlock } from '@slack/types'
import type { DriftRow, HotMinuteRow, RefusedRow, Report } from '../../report/report.ts'
import { capital, count, listing } from '../../vocabulary/figures.ts'
import type { SnapshotOutcome } from '../../vocabulary/snapshot-outcome.ts'
import { isSerious, orderDrift } from '../drift/drift-figures.ts'
import { driftCounts, driftSentence } from '../drift/drift-text.ts'
import { advice } from '../words/advice.ts'
import { oneLine, SENTENCE_LENGTH, slackLink, slackText } from '../words/escape.ts'
import {
  atPeakTime,
  BAND_MARK,
  groupName,
  limiterName,
  limitName,
  percentOf,
  period,
  scopeName,
  timeBefore,
} from '../words/format.ts'
import type { Links } from '../words/links.ts'
import { andMore, list } from '../words/list.ts'
import { drivenMinute, incidentText, minuteText } from '../words/live-text.ts'
import { refusedCount, refusedName, refusedText } from '../words/refused-text.ts'
import { hasUnclaimedUse, highest, type Measured, ofBand, recovered, refusedRows } from '../words/select.ts'
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
  subject,
  transitionText,
  unclaimedSentences,
  unclaimedShare,
  used,
  verdictLine,
} from '../words/sentences.ts'
import { firstFitting } from '../words/shrink.ts'
import { buttons, context, header, LONGEST_HEADER, message, sections } from './blocks.ts'
import { type SlackMessage, slackViolations } from './slack-limits.ts'

/** How many of each are shown: few enough for a phone, and fewer where long names would break Slack's limits. */
type MessageExtent = {
  alerts: number
  watch: number
  recovered: number
  drift: number
  failures: number
  advice: number
}
const EXTENTS: [MessageExtent, ...MessageExtent[]] = [
  { alerts: 10, watch: 3, recovered: 5, drift: 5, failures: 3, advice: 5 },
  { alerts: 5, watch: 1, recovered: 2, drift: 3, failures: 2, advice: 3 },
  { alerts: 3, watch: 1, recovered: 1, drift: 1, failures: 1, advice: 2 },
  { alerts: 1, watch: 0, recovered: 0, drift: 0, failures: 1, advice: 0 },
]

/** The one message of a run: the verdict, alerts (worst first), what recovered, what changed, what to do first, links. */
export function renderSlack(report: Report, links: Links, snapshot: SnapshotOutcome | null): SlackMessage {
  return firstFitting(
    EXTENTS,
    (extent) => message(fallback(report, links, extent), blocks(report, links, snapshot, extent)),
    (rendered) => slackViolations(rendered).length === 0,
  )
}

function blocks(report: Report, links: Links, snapshot: SnapshotOutcome | null, extent: MessageExtent): KnownBlock[] {
  return [
    header(headline(report)),
    context(`${period(report.window)} · ${coverage(report)}`),
    ...live(report, links, extent),
    ...incomplete(report, extent),
    ...refusals(report, links, extent),
    ...rows('Alerts', ofBand(report, 'alert'), extent.alerts, report, links, alertLine),
    ...rows('Watch', watched(report), extent.watch, report, links, alertLine),
    ...rows('Recovered', recovered(report), extent.recovered, report, links, recoveredLine),
    // A live window keeps no snapshot, and that is no news.
    ...drift(report, links, report.live ? null : snapshot, extent),
    ...unclaimed(report, extent),
    ...endedMutes(report, extent),
    ...firstSteps(report, extent),
    ...buttons(links, snapshot?.pullRequest ?? null),
  ]
}

function headline(report: Report): string {
  const worst = highest(report)
  const name = worst ? ` (${groupName(worst.group, plainText)}, ${limiterName(worst, plainText)})` : ''
  const text = (whose: string) => `${BAND_MARK[overallBand(report)]} ${subject(report)}: ${verdictLine(report, whose)}`
  // A long name must not push what follows it out of the header.
  return text(name).length <= LONGEST_HEADER ? text(name) : text('')
}

/** For `plain_text`, in which Slack reads no markup. */
const plainText = (text: string, length?: number) => oneLine(text, length)

/** Stands alone in a notification: verdict, worst row, what else happened, where to look. */
function fallback(report: Report, links: Links, extent: MessageExtent): string {
  const worst = highest(report)
  const [refused] = refusedRows(report)
  const incident = incidentText(report, slackText)
  const back = recovered(report).length
  const parts = [
    `${subject(report)}, ${period(report.window)}: ${verdictLine(report)}.`,
    refused && `${refusedName(refused, slackText)}: ${refusedText(refused)}.`,
    incident,
    worst && !incident && `Highest: ${rowSentence(worst, report, slackText)}.`,
    back > 0 && `${count(back)} recovered.`,
    report.drift.length > 0 && `Limits changed: ${driftCounts(report.drift)}.`,
    report.live ? null : missingData(report),
    report.failures.length > 0 &&
      `Not complete: ${listing(
        report.failures.map(({ resource }) => slackText(resource)),
        extent.failures,
      )}.`,
    links.run && `Run: ${slackText(links.run, SENTENCE_LENGTH)}`,
  ]
  return parts.filter(Boolean).join(' ')
}

function incomplete(report: Report, extent: MessageExtent): KnownBlock[] {
  // Live, the headline says up to when it is known.
  const missing = report.live ? null : missingData(report)
  const failures = list(
    report.failures,
    extent.failures,
    (failure) => `• ${slackText(failure.resource)}: ${slackText(failure.message, SENTENCE_LENGTH)}`,
    (more) => `and ${count(more)} more that could not be read or delivered`,
  )
  const lines = [...(missing ? [missing] : []), ...failures]
  return lines.length === 0 ? [] : sections(['*Not complete*', ...lines])
}

/** The headline of a live window, and its hot minutes. */
function live(report: Report, links: Links, extent: MessageExtent): KnownBlock[] {
  if (!report.live) return []
  const line = (minute: HotMinuteRow) => {
    const driven = drivenMinute(minute, report, slackText)
    return `${minuteText(minute, report)} UTC · *${percentOf(report)(minute.utilization)}* · ${limitName(minute, slackText)}${driven && ` · by ${driven}`}`
  }
  const minutes = list(report.live.hot_minutes, extent.alerts, line, moreIn(links))
  return sections([
    bold(incidentText(report, slackText)),
    ...(minutes.length > 0 ? ['*Hot minutes, newest first*', ...minutes] : []),
  ])
}

function refusals(report: Report, links: Links, extent: MessageExtent): KnownBlock[] {
  const refused = refusedRows(report)
  if (refused.length === 0) return []
  const line = (row: RefusedRow) =>
    `${BAND_MARK.alert} ${bold(refusedName(row, slackText))}: ${refusedText(row)} · ${row.transition}`
  return sections([`*${capital(refusedCount(report))}*`, ...list(refused, extent.alerts, line, moreIn(links))])
}

function rows(
  title: string,
  all: readonly Measured[],
  most: number,
  report: Report,
  links: Links,
  rowLine: (row: Measured, report: Report) => string,
): KnownBlock[] {
  if (all.length === 0) return []
  return sections([
    `*${title}* (${count(all.length)})`,
    ...list(all, most, (row) => rowLine(row, report), moreIn(links)),
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
  const when = `${report.window.days > 1 ? 'in ' : ''}${timeBefore(report)}`
  const before = row.previous === null ? '' : ` · was ${shareOf(row, report)(row.previous.utilization)} ${when}`
  return `${BAND_MARK[row.band]} ${rowName(row)}: *${used(row, report)}* of ${bindingLimit(row)}${before}`
}

/** A row that has just recovered is listed under that, not here too. */
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

function drift(report: Report, links: Links, snapshot: SnapshotOutcome | null, extent: MessageExtent): KnownBlock[] {
  const outcome = snapshotText(snapshot, slackLink, slackText)
  if (report.drift.length === 0) return outcome ? [context(outcome)] : []
  return sections([
    `*Limits changed*: ${driftCounts(report.drift)}`,
    ...list(orderDrift(report.drift), extent.drift, (item) => driftLine(item, report), moreIn(links)),
    ...(outcome ? [outcome] : []),
  ])
}

function driftLine(item: DriftRow, report: Report): string {
  return `${isSerious(item, report) ? '▼' : '•'} ${driftSentence(item, report, slackText)}`
}

function unclaimed(report: Report, extent: MessageExtent): KnownBlock[] {
  if (!hasUnclaimedUse(report)) return []
  const lines = list(unclaimedSentences(report, slackText), extent.failures, (sentence) => `• ${sentence}`)
  return sections([`*Counted by no limit*: ${unclaimedShare(report)}`, ...lines])
}

function endedMutes({ findings }: Report, extent: MessageExtent): KnownBlock[] {
  const ended = findings.filter(({ kind }) => kind === 'mute-expired')
  const lines = list(ended, extent.failures, (mute) => `• ${slackText(mute.message, SENTENCE_LENGTH)}`)
  return lines.length === 0 ? [] : sections(['*Mutes that have ended*', ...lines])
}

function firstSteps(report: Report, extent: MessageExtent): KnownBlock[] {
  const steps = advice(report, slackText).slice(0, extent.advice)
  return steps.length === 0
    ? []
    : sections(['*What to do first*', ...steps.map((text, index) => `${index + 1}. ${text}`)])
}

/** What was left out, and where it is. */
function moreIn({ run }: Links): (more: number) => string {
  return (more) => `${run ? slackLink(andMore(more), run) : andMore(more)} in the run's summary`
}

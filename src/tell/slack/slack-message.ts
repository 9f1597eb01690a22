import type { KnownBlock } from '@slack/types'
import type { DriftRow, RefusedRow, Report } from '../../report/report.ts'
import { capital, count, listing, plural } from '../../vocabulary/figures.ts'
import type { Lapse } from '../../vocabulary/lapse.ts'
import type { SnapshotOutcome } from '../../vocabulary/snapshot-outcome.ts'
import { isSerious, orderDrift } from '../drift/drift-figures.ts'
import { driftCounts, driftSentence } from '../drift/drift-text.ts'
import { liveBlocks } from '../live/live-blocks.ts'
import { incidentText } from '../live/live-text.ts'
import { spendSentence } from '../planning/spend-text.ts'
import { advice } from '../words/advice.ts'
import { inReadersZone } from '../words/clock.ts'
import { oneLine, SENTENCE_LENGTH, slackLink, slackText } from '../words/escape.ts'
import { BAND_MARK, groupName, limiterName, period, scopeName } from '../words/format.ts'
import type { Links } from '../words/links.ts'
import { andMore, list } from '../words/list.ts'
import { refusedCount, refusedName, refusedText } from '../words/refused-text.ts'
import { hasUnclaimedUse, highest, type Measured, measured, recovered, refusedRows } from '../words/select.ts'
import {
  coverage,
  drillMark,
  drillText,
  missingData,
  overallBand,
  rowSentence,
  snapshotText,
  subject,
  unclaimedSentences,
  unclaimedShare,
  verdictLine,
} from '../words/sentences.ts'
import { firstFitting } from '../words/shrink.ts'
import { buttons, context, header, LONGEST_HEADER, message, sections } from './blocks.ts'
import { lapseText } from './lapse-text.ts'
import { bold, limitRows, moreIn, type RowsExtent } from './limit-rows.ts'
import { isFirstSnapshot, type Notify } from './notify.ts'
import { type SlackMessage, slackViolations } from './slack-limits.ts'

/** How many of each are shown: few enough for a phone, and fewer where long names would break Slack's limits. */
type MessageExtent = RowsExtent & { refused: number; drift: number; failures: number; advice: number }
const EXTENTS: [MessageExtent, ...MessageExtent[]] = [
  extentOf({ organization: 10, workspaces: 3, folded: 12, watch: 3, recovered: 5, name: 100 }, 5, 3, 5),
  extentOf({ organization: 5, workspaces: 3, folded: 3, watch: 1, recovered: 2, name: 60 }, 3, 2, 3),
  extentOf({ organization: 3, workspaces: 1, folded: 1, watch: 1, recovered: 1, name: 30 }, 1, 1, 2),
  extentOf({ organization: 1, workspaces: 0, folded: 0, watch: 0, recovered: 0, name: 12 }, 0, 1, 0),
]

function extentOf(rows: RowsExtent, changes: number, failures: number, steps: number): MessageExtent {
  return { ...rows, refused: rows.organization, drift: changes, failures, advice: steps }
}

type Occasion = { notify?: Notify; lapse?: Lapse | null }

/**
 * The one message of a run: the verdict, what is near or over its line (the organization first, worst first), what
 * recovered, what changed, what to do first, links. `notify` is what it says of the time after a first snapshot, `lapse`
 * why it reports what is not new.
 */
export function renderSlack(
  report: Report,
  links: Links,
  snapshot: SnapshotOutcome | null,
  { notify = 'on-alert', lapse = null }: Occasion = {},
): SlackMessage {
  return firstFitting(
    EXTENTS,
    (extent) => message(fallback(report, links, extent), blocks(report, links, snapshot, { notify, lapse }, extent)),
    (rendered) => slackViolations(rendered).length === 0,
  )
}

function blocks(
  report: Report,
  links: Links,
  snapshot: SnapshotOutcome | null,
  { notify, lapse }: Required<Occasion>,
  extent: MessageExtent,
): KnownBlock[] {
  return [
    header(headline(report)),
    context(`${period(report.window)} · ${coverage(report)}`),
    ...(lapse ? [context(lapseText(lapse))] : []),
    ...(report.drill ? sections([`*${drillText(report)}*`]) : []),
    ...(isFirstSnapshot(report, snapshot) ? sections([watching(report, notify)]) : []),
    ...liveBlocks(report, extent.organization, (more) => moreIn(links, andMore(more))),
    ...incomplete(report, extent),
    ...refusals(report, links, extent),
    ...limitRows(report, links, extent),
    // A live window keeps no snapshot, and that is no news.
    ...drift(report, links, report.live ? null : snapshot, extent),
    ...unclaimed(report, extent),
    ...spend(report),
    ...endedMutes(report, extent),
    ...firstSteps(report, extent),
    ...buttons(links, snapshot?.pullRequest ?? null),
  ]
}

function headline(report: Report): string {
  const worst = highest(report)
  const text = (whose: string) =>
    `${BAND_MARK[overallBand(report)]} ${drillMark(report)}${subject(report)}: ${verdictLine(report, whose)}`
  const whole = text(worst ? ` (${inShort(worst)})` : '')
  // A long name must not push what follows it out of the header.
  return whole.length <= LONGEST_HEADER ? whole : text('')
}

/** `workspace production, Opus 4.x requests/min`, for a header that speaks of Claude already. */
function inShort({ scope, group, limiter }: Measured): string {
  const name = groupName(group, plainText).replace(/^Claude /, '')
  return `${scopeName(scope, plainText)}, ${name} ${limiterName({ group, limiter }, plainText).replace(/ \((.*)\)$/, ', $1')}`
}

/** For `plain_text`, in which Slack reads no markup. */
const plainText = (text: string, length?: number) => oneLine(text, length)

const QUIET_UNLESS: Record<Notify, string> = {
  'on-alert': 'quiet unless one comes near its limit, recovers or is changed',
  'on-change': 'quiet unless one newly comes near its limit, recovers or is changed',
  always: 'a message after every run',
  never: 'no messages',
}

/** Of the first run: what is watched from now on, so that silence can be told from a webhook that is dead. */
function watching(report: Report, notify: Notify): string {
  const rows = measured(report)
  const workspaces = new Set(rows.flatMap(({ scope }) => (scope.type === 'workspace' ? [scope.id] : []))).size
  const whose = workspaces > 0 ? ` of the organization and ${plural(workspaces, 'workspace')}` : ''
  return `Watching ${plural(rows.length, 'limit')}${whose}; ${QUIET_UNLESS[notify]}.`
}

/** Stands alone in a notification: verdict, worst row, what else happened, where to look. */
function fallback(report: Report, links: Links, extent: MessageExtent): string {
  const worst = highest(report)
  const [refused] = refusedRows(report)
  const incident = incidentText(report, slackText)
  const back = recovered(report).length
  const parts = [
    `${drillMark(report)}${subject(report)}, ${period(report.window)}: ${verdictLine(report)}.`,
    drillText(report),
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

function refusals(report: Report, links: Links, extent: MessageExtent): KnownBlock[] {
  const refused = refusedRows(report)
  if (refused.length === 0) return []
  const line = (row: RefusedRow) =>
    `${BAND_MARK.alert} ${bold(refusedName(row, slackText))}: ${refusedText(row, inReadersZone)} · ${row.transition}`
  return sections([`*${capital(refusedCount(report))}*`, ...list(refused, extent.refused, line, rest(links))])
}

function drift(report: Report, links: Links, snapshot: SnapshotOutcome | null, extent: MessageExtent): KnownBlock[] {
  const outcome = snapshotText(snapshot, slackLink, slackText)
  if (report.drift.length === 0) return outcome ? [context(outcome)] : []
  return sections([
    `*Limits changed*: ${driftCounts(report.drift)}`,
    ...list(orderDrift(report.drift), extent.drift, (item) => driftLine(item, report), rest(links)),
    ...(outcome ? [outcome] : []),
  ])
}

function driftLine(item: DriftRow, report: Report): string {
  return `${isSerious(item, report) ? '▼' : '•'} ${driftSentence(item, report, slackText, inReadersZone)}`
}

function unclaimed(report: Report, extent: MessageExtent): KnownBlock[] {
  if (!hasUnclaimedUse(report)) return []
  const lines = list(unclaimedSentences(report, slackText), extent.failures, (sentence) => `• ${sentence}`)
  return sections([`*Counted by no limit*: ${unclaimedShare(report)}`, ...lines])
}

function spend(report: Report): KnownBlock[] {
  const sentence = spendSentence(report)
  return sentence === null ? [] : sections([sentence])
}

function endedMutes({ findings }: Report, extent: MessageExtent): KnownBlock[] {
  const ended = findings.filter(({ kind }) => kind === 'mute-expired')
  const lines = list(ended, extent.failures, (mute) => `• ${slackText(mute.message, SENTENCE_LENGTH)}`)
  return lines.length === 0 ? [] : sections(['*Mutes that have ended*', ...lines])
}

function firstSteps(report: Report, extent: MessageExtent): KnownBlock[] {
  const steps = advice(report, slackText, inReadersZone).slice(0, extent.advice)
  return steps.length === 0
    ? []
    : sections(['*What to do first*', ...steps.map((text, index) => `${index + 1}. ${text}`)])
}

const rest = (links: Links) => (more: number) => moreIn(links, andMore(more))

import type { Report } from '../../report/report.ts'
import { atMost, count, plural } from '../../vocabulary/figures.ts'
import { sameLimit } from '../../vocabulary/limits/limit-key.ts'
import type { FilesInCommit, Rename } from '../../vocabulary/snapshot-outcome.ts'
import { firstTeller } from '../drift/drift-consequence.ts'
import { isCut, limitsOverAlertLine, orderDrift, pressedLimits } from '../drift/drift-figures.ts'
import { driftTable } from '../drift/drift-table.ts'
import { driftCounts, driftHeadline } from '../drift/drift-text.ts'
import { drivenBy } from '../words/driven-by.ts'
import { gitText, markdownText, oneLine } from '../words/escape.ts'
import { isPerDay, period } from '../words/format.ts'
import type { Links } from '../words/links.ts'
import { list } from '../words/list.ts'
import { bullets, seeAlso, stack, under } from '../words/markdown.ts'
import { measured } from '../words/select.ts'
import { rowSentence } from '../words/sentences.ts'
import { firstFitting } from '../words/shrink.ts'
import { renamed } from './renamed.ts'

/** The open pull request is found by this comment, which GitHub does not show. */
export const PULL_REQUEST_MARKER = '<!-- claude-rate-limit-audit -->'

export type PullRequestText = { title: string; body: string }

/** GitHub refuses a longer body; it counts characters, and so do we. */
const LONGEST_BODY = 65_536

/** How many changes are shown in the table; the consequence is the longest cell. */
const EXTENTS: [BodyExtent, ...BodyExtent[]] = [
  { changes: Number.POSITIVE_INFINITY, consequence: true },
  { changes: Number.POSITIVE_INFINITY, consequence: false },
  { changes: 200, consequence: true },
  { changes: 50, consequence: true },
  { changes: 0, consequence: false },
]
type BodyExtent = { changes: number; consequence: boolean }
/** The first sentences, which are the same in every extent. */
type Lead = { lead: string }

/** What a pull request proposes beside the limits: which files, what is only renamed, and what is new since its last update. */
export type Proposed = { files: FilesInCommit; renames: readonly Rename[]; sinceUpdate: string }

/** The pull request that proposes a changed snapshot: its title and its Markdown body, at most 65,536 characters. */
export function renderPullRequest(report: Report, links: Links, proposed: Proposed): PullRequestText {
  // Once, whatever the extent: of thousands of changes it takes seconds to say which leave less room.
  const lead = proposed.files === 'gateway' ? '' : intro(report)
  return {
    title: title(report, proposed.files),
    body: firstFitting(
      EXTENTS,
      (extent) => body(report, links, proposed, { ...extent, lead }),
      (text) => text.length <= LONGEST_BODY,
    ),
  }
}

/** GitHub takes 256 characters. */
const LONGEST_TITLE = 250

/** Names the worst change and counts the rest. Use is not in it: it is another one each day. */
function title(report: Report, files: FilesInCommit): string {
  if (files === 'gateway') return 'Claude rate limits: the gateway file, same limits'
  if (report.first_snapshot) return 'Record the Claude rate limits'
  const [worst, ...rest] = orderDrift(report.drift)
  if (!worst) return 'Claude rate limits: new names, same limits'
  const more = rest.length === 0 ? '' : `, and ${plural(rest.length, 'more change')}`
  return `${oneLine(`Claude rate limits: ${driftHeadline(worst, gitText)}`, LONGEST_TITLE - more.length)}${more}`
}

function body(report: Report, links: Links, proposed: Proposed, extent: BodyExtent & Lead): string {
  return stack(
    PULL_REQUEST_MARKER,
    changes(report, proposed.files, extent),
    proposed.files !== 'gateway' && renamed(proposed.renames, markdownText),
    proposed.sinceUpdate,
    under('### Who drives what the changes press', pressed(report)),
    approving(report, proposed.files),
    seeAlso(links, 'The audit run'),
  )
}

const MOST_PRESSED = 10

/** Who drives each limit, at or over the watch line, of whose use a change makes a larger share. */
function pressed(report: Report): string {
  const rows = pressedLimits(report.drift).flatMap((limit) => {
    const row = measured(report).find((verdict) => sameLimit(verdict, limit))
    return row?.drivers ? [{ row, drivers: row.drivers }] : []
  })
  const lines = list(rows, MOST_PRESSED, ({ row, drivers }) => {
    const span = isPerDay(row) ? 'day' : report.peak_window
    return `${rowSentence(row, report, markdownText)}. ${drivenBy(drivers, span)}`
  })
  return bullets(lines)
}

function changes(report: Report, files: FilesInCommit, extent: BodyExtent & Lead): string {
  if (files === 'gateway') {
    return 'Only the gateway file changes: it is new, or workspaces have come, gone or been renamed. Every limit is as it was.'
  }
  if (report.first_snapshot) {
    const groups = new Set(report.verdicts.map(({ group }) => `${group.type} ${group.name}`)).size
    return `This is the first snapshot of the organization's Claude rate limits (${plural(groups, 'group')}). There is nothing to compare it with yet.`
  }
  if (report.drift.length === 0) {
    return 'Only names have changed: every limit, and every model that draws on it, is as it was.'
  }
  const ordered = orderDrift(report.drift)
  const { shown, more } = atMost(ordered, extent.changes)
  const left =
    more > 0 &&
    `${count(more)} more of ${count(ordered.length)} changes are not shown here, to stay within GitHub's size for a pull request; the diff has them all.`
  const shortened =
    extent.consequence || shown.length === 0
      ? ''
      : "What each change does to the peak is left out, to stay within GitHub's size for a pull request; the run's summary has it."
  const consequence = extent.consequence ? `What it does to the peak of ${period(report.window)}` : null
  return stack(extent.lead, driftTable(shown, report, consequence), shortened, left)
}

function intro(report: Report): string {
  const cuts = report.drift.filter((item) => isCut(item) && firstTeller(item, report) === null).length
  const over = limitsOverAlertLine(report)
  const parts = [
    `The configured Claude rate limits differ from the committed snapshot: ${driftCounts(report.drift)}.`,
    cuts > 0 && `${cuts === 1 ? 'One leaves' : `${count(cuts)} leave`} less room than before.`,
    over > 0 && `**${over === 1 ? 'One limit is' : `${count(over)} limits are`} over the alert line by it.**`,
  ]
  return parts.filter(Boolean).join(' ')
}

function approving(report: Report, files: FilesInCommit): string {
  const merging =
    files === 'gateway'
      ? 'Merging brings the gateway file up to date. It changes nothing at Anthropic.'
      : `Merging records ${subjectOf(report)} as known. It changes nothing at Anthropic, where they are in force already: the next audit compares with them.`
  const gateway = files === 'snapshot' ? '' : ' What reads the gateway file goes by it from then on.'
  const end = report.first_snapshot
    ? 'is kept up to date.'
    : 'is kept up to date, and closes by itself once nothing differs from what was recorded.'
  return stack(
    '### What approving means',
    `${merging}${gateway} Left open, this pull request ${end}`,
    report.drift.length > 0 &&
      "If a change is not one you expected: the organization's own limits are set by Anthropic, a workspace's by your administrators (Console, API or CLI).",
  )
}

function subjectOf({ first_snapshot, drift }: Report): string {
  if (first_snapshot) return 'these limits'
  return drift.length > 0 ? 'the new limits' : 'the new names'
}

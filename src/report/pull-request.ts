import { driftChange, driftConsequence, driftCounts, driftSubject, isCut, orderDrift } from './drift-text.ts'
import { markdownLink, markdownText } from './escape.ts'
import { atMost, count, period, plural } from './format.ts'
import { stack, table, unbroken } from './markdown.ts'
import type { Drift, Links, Report } from './report.ts'
import { firstFitting } from './shrink.ts'

/** By this the open pull request is found again; GitHub shows nothing of it. */
export const PULL_REQUEST_MARKER = '<!-- claude-rate-limit-audit -->'

/** GitHub refuses a longer body; it counts characters, and so do we. */
const LONGEST_BODY = 65_536

/** How many changes are shown in the table; the consequence is the longest cell. */
const STEPS: [Step, ...Step[]] = [
  { changes: Number.POSITIVE_INFINITY, consequence: true },
  { changes: Number.POSITIVE_INFINITY, consequence: false },
  { changes: 200, consequence: true },
  { changes: 50, consequence: true },
  { changes: 0, consequence: false },
]
type Step = { changes: number; consequence: boolean }

/** The pull request that proposes a changed snapshot: its title and its Markdown body, at most 65,536 characters. */
export function renderPullRequest(report: Report, links: Links): { title: string; body: string } {
  return {
    title: title(report),
    body: firstFitting(
      STEPS,
      (step) => body(report, links, step),
      (text) => text.length <= LONGEST_BODY,
    ),
  }
}

function title(report: Report): string {
  if (report.first_snapshot) return 'Record the Claude rate limits'
  if (report.drift.length === 0) return 'Claude rate limits: new names, same limits'
  return `Claude rate limits: ${driftCounts(report.drift, 2)}`
}

function body(report: Report, links: Links, step: Step): string {
  return stack(PULL_REQUEST_MARKER, changes(report, step), approving(report), nextSteps(links))
}

function changes(report: Report, step: Step): string {
  if (report.first_snapshot) {
    const groups = new Set(report.verdicts.map(({ group }) => `${group.type} ${group.name}`)).size
    return `This is the first snapshot of the organization's Claude rate limits (${plural(groups, 'group')}). There is nothing to compare it with yet.`
  }
  if (report.drift.length === 0) {
    return 'Only names have changed: every limit, and every model that draws on it, is as it was.'
  }
  const ordered = orderDrift(report.drift)
  const cuts = ordered.filter(isCut).length
  const { shown, more } = atMost(ordered, step.changes)
  const intro = `The configured Claude rate limits differ from the committed snapshot: ${driftCounts(report.drift)}.${
    cuts > 0 ? ` ${cuts === 1 ? 'One leaves' : `${count(cuts)} leave`} less room than before.` : ''
  }`
  const left =
    more > 0
      ? `${count(more)} more of ${count(ordered.length)} changes are not shown here, to stay within GitHub's size for a pull request; the diff has them all.`
      : ''
  const shortened =
    step.consequence || shown.length === 0
      ? ''
      : "What each change does to the peak is left out, to stay within GitHub's size for a pull request; the run's summary has it."
  return stack(intro, changeTable(shown, report, step), shortened, left)
}

function changeTable(drift: readonly Drift[], report: Report, step: Step): string {
  const consequence = { head: `What it does to the peak of ${period(report.window)}` }
  const rows = drift.map((item) => [
    driftSubject(item, markdownText),
    unbroken(isCut(item) ? `**${driftChange(item, markdownText)}**` : driftChange(item, markdownText)),
    ...(step.consequence ? [unbroken(driftConsequence(item, report.thresholds)) || 'Not measured.'] : []),
  ])
  return table([{ head: 'Limit' }, { head: 'Change' }, ...(step.consequence ? [consequence] : [])], rows)
}

function approving(report: Report): string {
  const subject = report.first_snapshot ? 'these limits' : report.drift.length > 0 ? 'the new limits' : 'the new names'
  return stack(
    '### What approving means',
    `Merging records ${subject} as known. It changes nothing at Anthropic, where they are in force already: the next audit compares with them. Left open, this pull request is kept up to date and closes by itself when the limits return to what was recorded.`,
    report.drift.length > 0 &&
      "If a change is not one you expected: the organization's own limits are set by Anthropic, a workspace's by your own administrators in the Console.",
  )
}

function nextSteps(links: Links): string {
  const entries = [
    links.run && markdownLink('the audit run', links.run),
    markdownLink('limits in the Console', links.limits),
    markdownLink('usage in the Console', links.usage),
    links.runbook && markdownLink('runbook', links.runbook),
  ].filter((entry) => entry !== null && entry !== '')
  return `See also: ${entries.join(' · ')}`
}

import type { AccountingPart, Report } from '../../report/report.ts'
import { count, listing, percent, plural } from '../../vocabulary/figures.ts'
import type { PullRequestOutcome, SnapshotOutcome } from '../../vocabulary/snapshot-outcome.ts'
import { isUnclaimed, PART_TITLES, UNCLAIMED_LINE } from '../../vocabulary/use/accounting.ts'
import { MINUTE } from '../../vocabulary/use/window.ts'
import type { Band } from '../../vocabulary/verdict.ts'
import { knownText } from '../live/live-text.ts'
import { spendInShort } from '../planning/spend-text.ts'
import { type Escape, type Link, sentenceWithLinks } from './escape.ts'
import { atPeakTime, limitName, percentOf } from './format.ts'
import { refusedCount } from './refused-text.ts'
import {
  hasUnclaimedUse,
  highest as highestRow,
  isInert,
  type Measured,
  measured,
  movedTo,
  muted,
  ofBand,
  soFar,
  thresholdsOf,
  unmeasured,
} from './select.ts'

/** Sentences that the summary and Slack share, so that both say the same. */

/** What the headline of every rendering begins with. */
export function subject(report: Pick<Report, 'live'>): string {
  return report.live ? 'Claude rate limits, live' : 'Claude rate limits'
}

/**
 * The one band of the whole report. An incomplete run never looks healthy: where something failed or is missing, it is
 * `unmeasured`, unless there is an alert.
 */
export function overallBand(report: Report): Band {
  if (report.status === 'alert' || report.spend?.band === 'alert') return 'alert'
  // What is over a line stays so, whatever the minutes that are missing hold.
  if (report.live && report.status === 'watch' && report.failures.length === 0) return 'watch'
  if (report.status === null || report.failures.length > 0 || isPartial(report)) return 'unmeasured'
  if (report.status === 'ok' && hasUnclaimedUse(report)) return 'unmeasured'
  return report.status === 'ok' ? (report.spend?.band ?? 'ok') : report.status
}

/** Whether use or limits are missing that could have changed the verdict. */
function isPartial(report: Report): boolean {
  return report.unread_workspaces !== undefined || !report.window.complete || report.accounting?.reconciled === false
}

/** Goes before the headline of every rendering of a made-up alert. */
export const drillMark = ({ drill }: Pick<Report, 'drill'>) => (drill ? 'DRILL · ' : '')

/** What the reader of a made-up alert has to know first; empty for any other report. */
export const drillText = ({ drill }: Pick<Report, 'drill'>) =>
  drill ? 'This is a drill: the alert is made up, and so is every figure in it. Nothing has to be done.' : ''

/** The verdict in a few words: `3 limits at or over 75 %, highest 104 %`; `worst`, the name of that limit, follows it where it is near or over a line. */
export function verdictLine(report: Report, worst = ''): string {
  const top = highestRow(report)
  const refused = refusedCount(report)
  if (report.live && report.status !== 'alert') return liveVerdict(report)
  if (report.status === null || !top)
    return refused ? `${refused}, no use could be measured` : 'nothing could be measured'
  const highest = shareOf(top, report)(top.utilization)
  const open = [unclaimedShare(report), spendInShort(report)].map((part) => part && `, ${part}`).join('')
  const silent = muted(report)
  const silenced = silent[0]
    ? `, ${count(silent.length)} muted at up to ${shareOf(silent[0], report)(silent[0].utilization)}`
    : ''
  const all = measured(report).length - silent.length
  if (report.status !== 'alert' && isPartial(report))
    return `not fully measured, highest seen ${highest}${silenced}${open}`
  const failed = `${open}${report.failures.length > 0 ? ', but not everything could be read or delivered' : ''}`
  switch (report.status) {
    case 'alert': {
      const over = ofBand(report, 'alert').length
      const overText = over > 0 && `${plural(over, 'limit')} at or over ${thresholdName('alert', report)}`
      const what = [refused, overText].filter(Boolean).join(', ')
      return `${what}, highest ${highest}${worst}${silenced}${failed}`
    }
    case 'watch':
      return `${plural(ofBand(report, 'watch').length, 'limit')} to watch, highest ${highest}${worst}${silenced}${failed}`
    case 'ok':
      if (all === 0) return `every limit measured is muted, highest ${highest}${failed}`
      return all === 1
        ? `the one limit measured is at ${highest}${silenced}${failed}`
        : `all ${count(all)} measured below ${thresholdName('watch', report)}, highest ${highest}${silenced}${failed}`
  }
}

/** Of a live window without an alert: what is seen so far is no verdict on the minutes that are missing. */
function liveVerdict(report: Report): string {
  const [next] = soFar(report)
  const failed = report.failures.length > 0 ? ', but not everything could be read or delivered' : ''
  const highest = highestRow(report)
  if (highest)
    return `${plural(ofBand(report, 'watch').length, 'limit')} to watch so far, highest ${shareOf(highest, report)(highest.utilization)}${failed}`
  const share = percentOf(report)
  return next?.so_far
    ? `nothing at or over ${thresholdName('watch', report)} so far, highest ${share(next.so_far.utilization)}${failed}`
    : `nothing could be measured${failed}`
}

/** A line in words: `75 %`, or `the alert line` where the policy file gives some limits lines of their own. */
export function thresholdName(band: 'watch' | 'alert', report: Report): string {
  return report.verdicts.some(({ thresholds }) => thresholds)
    ? `the ${band} line`
    : percentOf(report)(report.thresholds[band])
}

/** Ratios of one row, never rounded over the lines it is judged by. */
export function shareOf(row: Measured, report: Report): (ratio: number) => string {
  return percentOf({ thresholds: thresholdsOf(row, report) })
}

/** What is missing, or null: `35 of 1,440 minutes of usage are not in yet: every peak is at least what is shown.` */
export function missingData(report: Report): string | null {
  const { complete, missing_minutes: missing, start, end } = report.window
  if (complete) return null
  if (report.live) return `${knownText(report.live.known_until)}: what comes after may be higher.`
  if (report.usage_source === 'headers')
    return 'Some lines or headers of the log could not be read: every peak is at least what is shown.'
  if (missing === 0) return 'The usage data may still change: every peak is at least what is shown.'
  const all = (Date.parse(end) - Date.parse(start)) / MINUTE
  return `${count(missing)} of ${plural(all, 'minute')} of usage ${missing === 1 ? 'is' : 'are'} not in yet: every peak is at least what is shown.`
}

/** How much was looked at: `24 limits measured, 5 not measurable`. */
export function coverage(report: Report): string {
  const [over, open, not] = [measured(report).length, soFar(report).length, unmeasured(report).length]
  const parts = report.live
    ? [
        over > 0 && `${plural(over, 'limit')} to watch or over`,
        open > 0 && `${count(open)} below ${thresholdName('watch', report)} so far`,
      ]
    : [`${plural(over, 'limit')} measured`]
  return [...parts, not > 0 && `${count(not)} not measurable`].filter(Boolean).join(', ')
}

/** The limit as it binds: `4,000`, `4,000 (the organization's; its own 5,000 has no effect)`, or as it bound: `1,000 (now 4,000)`. */
export function bindingLimit(row: Measured): string {
  const now = movedTo(row)
  if (now !== null) return `${count(row.limit)} (now ${count(now)})`
  if (!isInert(row)) return count(row.limit)
  return `${count(row.limit)} (the organization's; its own ${count(row.configured ?? 0)} has no effect)`
}

/** `83 %`, or `at least 83 %` where the figure is a lower bound. */
export function used(row: Measured, report: Report): string {
  return `${row.lower_bound ? 'at least ' : ''}${shareOf(row, report)(row.utilization)}`
}

/** How the row compares with the day before: `new`, `worse, was 70 %`, `recovered, was 83 %`; empty where there is nothing to say. */
export function transitionText(row: Measured, report: Report): string {
  if (row.transition === null) return ''
  return row.previous === null || row.transition === 'new'
    ? row.transition
    : `${row.transition}, was ${shareOf(row, report)(row.previous.utilization)}`
}

/** From this share of a peak on, who drove it is worth a name: below it, others drove it as much. */
const NAMED_FROM = 0.25

/**
 * Who drove the peak, a quarter of it at least: a workspace where the limit is the organization's, else an API key, else a
 * model. Null where nobody drove that much of it, or nobody is known.
 */
export function mainDriver(
  row: Measured,
  safe: Escape,
): { name: string; kind: 'workspace' | 'API key' | 'model'; share: number } | null {
  if (!row.drivers) return null
  const { workspaces, api_keys, models } = row.drivers
  const candidates = [
    { kind: 'workspace' as const, first: row.scope.type === 'organization' ? workspaces[0] : undefined },
    { kind: 'API key' as const, first: api_keys[0] },
    { kind: 'model' as const, first: models[0] },
  ]
  const found = candidates.find(({ first }) => first !== undefined && first.share >= NAMED_FROM)
  return found?.first ? { kind: found.kind, name: safe(found.first.name), share: found.first.share } : null
}

/** `at its limit for 12 minutes`, which is within 5 % of it or above; empty elsewhere. */
export function atItsLimit({ clipped }: Measured): string {
  return clipped ? `at its limit for ${plural(clipped.minutes, 'minute')}` : ''
}

/** What happened to the snapshot, in a sentence or two; empty where there is nothing to report. `link` renders a link. */
export function snapshotText(snapshot: SnapshotOutcome | null, link: Link, safe: Escape): string {
  if (!snapshot) return ''
  const { commit, pullRequest } = snapshot
  const path = safe(snapshot.path)
  const operation = {
    created: `First snapshot ${pullRequest ? 'proposed for' : 'recorded in'} ${path}.`,
    updated: pullRequest ? `Change of ${path} proposed.` : `Snapshot ${path} updated.`,
    unchanged: '',
    written: `Snapshot written to ${path} in the workspace.`,
    skipped: 'The snapshot was not written.',
  }[snapshot.operation]
  const committed = commit
    ? `${link(`Commit ${commit.sha.slice(0, 7)}`, commit.url)}${commit.verified ? ', verified' : ', not verified'}.`
    : ''
  return [
    operation,
    committed,
    pullRequestText(pullRequest, link),
    snapshot.note === null ? '' : sentenceWithLinks(snapshot.note, safe, link),
  ]
    .filter(Boolean)
    .join(' ')
}

function pullRequestText(pullRequest: PullRequestOutcome | null, link: Link): string {
  if (!pullRequest) return ''
  if (pullRequest.operation === 'branch-only') return 'The branch is pushed, but no pull request could be opened.'
  const name = pullRequest.number === null ? 'Pull request' : `Pull request #${pullRequest.number}`
  const shown = pullRequest.url === null ? name : link(name, pullRequest.url)
  return {
    none: pullRequest.url === null ? '' : `${shown} waits for review.`,
    created: `${shown} is open for review.`,
    updated: `${shown} is updated for review.`,
    closed: `${shown} is closed: nothing differs from what is recorded.`,
  }[pullRequest.operation]
}

/** A row in full: `Claude Opus 4.x, output tokens/min: 83 % of 400,000 at 14:05 UTC`. */
export function rowSentence(row: Measured, report: Report, safe: Escape): string {
  return `${limitName(row, safe)}: ${used(row, report)} of ${count(row.limit)}${atPeakTime(row, report)}`
}

/** `use that no limit counts: 4.2 %`, to go on a verdict; empty where there is none to speak of. */
export function unclaimedShare(report: Pick<Report, 'accounting'>): string {
  if (!report.accounting || !hasUnclaimedUse(report)) return ''
  return `${percent(report.accounting.unmuted_share, [UNCLAIMED_LINE])} of use counted by no limit`
}

/** One sentence for each kind: `Use of models that no rate-limit group lists: claude-opus-6.` */
export function unclaimedSentences({ accounting }: Pick<Report, 'accounting'>, safe: Escape): string[] {
  return (accounting?.parts ?? []).filter(isUnclaimed).flatMap((part) => {
    const names = unmutedNames(part).map((text) => safe(text))
    return names.length === 0 ? [] : [`${PART_TITLES[part.kind]}: ${listing(names, NAMED_USE)}.`]
  })
}

function unmutedNames({ kind, of }: AccountingPart['parts'][number]): string[] {
  return of.filter((item) => !item.muted).map(({ name }) => (name === kind ? 'no name given' : name))
}

const NAMED_USE = 3

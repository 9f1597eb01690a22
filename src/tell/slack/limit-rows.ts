import type { KnownBlock } from '@slack/types'
import type { Report } from '../../report/report.ts'
import { atMost, count, plural } from '../../vocabulary/figures.ts'
import type { Scope } from '../../vocabulary/scope.ts'
import { inReadersZone } from '../words/clock.ts'
import { slackLink, slackText } from '../words/escape.ts'
import { atPeakTime, BAND_MARK, groupName, limiterName, percentOf, scopeName, timeBefore } from '../words/format.ts'
import type { Links } from '../words/links.ts'
import { andMore, list } from '../words/list.ts'
import { type Measured, ofBand, recovered } from '../words/select.ts'
import { atItsLimit, bindingLimit, mainDriver, shareOf, transitionText, used } from '../words/sentences.ts'
import { sections } from './blocks.ts'

/** Limits near or over a line: those of the organization, which throttle everybody, before those of a workspace. */

/** How many rows of each kind are shown. `name`: how long a name is where rows are only counted by it. */
export type RowsExtent = {
  organization: number
  /** Workspaces in full; after them, so many in a line each. */
  workspaces: number
  folded: number
  watch: number
  recovered: number
  name: number
}

type Row = (row: Measured) => string

/** The organization's alerts, what it has to watch and what recovered there; then the same of workspaces. */
export function limitRows(report: Report, links: Links, extent: RowsExtent): KnownBlock[] {
  const inFull: Row = (row) => fullRow(row, report)
  const folded: Row = (row) => foldedRow(row, report)
  const organization = rowsOf(report, 'organization')
  const workspaces = rowsOf(report, 'workspace')
  const others = (what: string) => (more: number) => moreIn(links, `${andMore(more)} ${what}`)
  return [
    ...scopeSection('Organization', organization, [
      ...organization.alerts.slice(0, extent.organization).map(inFull),
      ...countedByName(organization.alerts.slice(extent.organization), extent.name),
      ...list(organization.watch, extent.watch, inFull, others('to watch')),
      ...list(organization.recovered, extent.recovered, (row) => recoveredRow(row, report), others('recovered')),
    ]),
    ...scopeSection('Workspaces', workspaces, [
      ...workspaces.alerts.slice(0, extent.workspaces).map(inFull),
      ...list(workspaces.alerts.slice(extent.workspaces), extent.folded, folded, others('in alert')),
      ...list(workspaces.watch, extent.watch, folded, others('to watch')),
      ...list(workspaces.recovered, extent.recovered, (row) => recoveredRow(row, report), others('recovered')),
    ]),
  ]
}

type Rows = { alerts: Measured[]; watch: Measured[]; recovered: Measured[] }

/** Worst first; of what is to watch, what has newly come there before the rest. A row that recovered is nowhere else. */
function rowsOf(report: Report, type: Scope['type']): Rows {
  const ofScope = ({ scope }: Measured) => scope.type === type
  const isNew = ({ transition }: Measured) => Number(transition === 'new')
  return {
    alerts: ofBand(report, 'alert').filter(ofScope),
    watch: ofBand(report, 'watch')
      .filter((row) => ofScope(row) && row.transition !== 'recovered')
      .sort((a, b) => isNew(b) - isNew(a)),
    recovered: recovered(report).filter(ofScope),
  }
}

function scopeSection(title: string, { alerts, watch, recovered: back }: Rows, lines: readonly string[]): KnownBlock[] {
  if (lines.length === 0) return []
  const parts = [
    alerts.length > 0 && `${plural(alerts.length, 'alert')}${newly(alerts)}`,
    watch.length > 0 && `${count(watch.length)} to watch${newly(watch)}`,
    back.length > 0 && `${count(back.length)} recovered`,
  ]
  return sections([`*${title}*: ${parts.filter(Boolean).join(', ')}`, ...lines])
}

/** How many are new or worse, where some are not: with those alone, each row says so. */
function newly(rows: readonly Measured[]): string {
  const fresh = rows.filter(({ transition }) => transition === 'new' || transition === 'worse').length
  return fresh > 0 && fresh < rows.length ? ` (${count(fresh)} new or worse)` : ''
}

/** Groups in one line of those that are only counted; more than these in all are no organization's. */
const IN_A_LINE = 6
const MOST_GROUPS = 100

/** Rows that there is no room for, counted by the group they are of: none of the organization's goes unnamed. */
function countedByName(rows: readonly Measured[], length: number): string[] {
  if (rows.length === 0) return []
  const groups = Map.groupBy(rows, ({ group }) => groupName(group, (text) => slackText(text, length)))
  const named = [...groups].map(([name, { length: limits }]) => (limits > 1 ? `${name} (${count(limits)})` : name))
  const { shown, more } = atMost(named, MOST_GROUPS)
  const lines = Array.from({ length: Math.ceil(shown.length / IN_A_LINE) }, (_, index) =>
    shown.slice(index * IN_A_LINE, (index + 1) * IN_A_LINE).join(', '),
  )
  const title = `${BAND_MARK.alert} and ${plural(rows.length, 'more alert')} of ${plural(groups.size, 'group')}:`
  return [title, ...lines, ...(more > 0 ? [andMore(more)] : [])]
}

function fullRow(row: Measured, report: Report): string {
  const driver = mainDriver(row, slackText)
  const parts = [
    `${rowName(row)}: *${used(row, report)}* of ${bindingLimit(row)}`,
    `peak ${count(row.peak)}${atPeakTime(row, report, inReadersZone)}`,
    transitionText(row, report),
    driver && driverText(driver, report),
    atItsLimit(row),
  ]
  return `${BAND_MARK[row.band]} ${parts.filter(Boolean).join(' · ')}`
}

function foldedRow(row: Measured, report: Report): string {
  const transition = row.transition === 'continuing' || row.transition === null ? '' : ` · ${row.transition}`
  return `${BAND_MARK[row.band]} ${rowName(row)}: *${used(row, report)}*${transition}`
}

function recoveredRow(row: Measured, report: Report): string {
  const when = `${report.window.days > 1 ? 'in ' : ''}${timeBefore(report)}`
  const before = row.previous === null ? '' : `, was ${shareOf(row, report)(row.previous.utilization)} ${when}`
  return `${BAND_MARK[row.band]} ${rowName(row)}: *${used(row, report)}* of ${bindingLimit(row)} · recovered${before}`
}

function driverText({ kind, name, share }: NonNullable<ReturnType<typeof mainDriver>>, report: Report): string {
  const who = `${kind} ${bold(name)}`
  if (share > 0.995) return `all by ${who}`
  return `${share >= 0.5 ? 'mostly' : 'led by'} ${who} ${percentOf(report)(share)}`
}

function rowName(row: Measured): string {
  const limiter = limiterName(row, slackText)
  const group = groupName(row.group, slackText)
  return row.scope.type === 'organization'
    ? `${bold(group)} · ${limiter}`
    : `${bold(scopeName(row.scope, slackText))} · ${group} · ${limiter}`
}

/** Inline code stays as it is: it may hold the very marks that bold is made of. */
export function bold(text: string): string {
  return text.includes('`') ? text : `*${text}*`
}

/** What was left out, and where it is. */
export function moreIn({ run }: Links, what: string): string {
  return `${run ? slackLink(what, run) : what} in the run's summary`
}

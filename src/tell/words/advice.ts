import type { GroupViewRow, Report, VerdictRow } from '../../report/report.ts'
import { count, listing, percent, plural } from '../../vocabulary/figures.ts'
import { MODEL_GROUP } from '../../vocabulary/limits/groups.ts'
import { limiterRule } from '../../vocabulary/limits/limiters.ts'
import { sameScope } from '../../vocabulary/scope.ts'
import { type Clock, inUtc } from './clock.ts'
import type { Escape } from './escape.ts'
import { groupName, limiterName, limitName, peakTime, percentOf, scopeName } from './format.ts'
import { refusedAdvice } from './refused-text.ts'
import { isMeasured, type Measured, measured, ofBand, thresholdsOf } from './select.ts'

/** Anthropic considers a request for higher limits once use has reached half (support.claude.com, article 8243635). */
export const INCREASE_CONSIDERED_FROM = 0.5
/** Below this share of cache reads, cache breakpoints are the cheapest way to gain room. */
const LOW_READ_SHARE = 0.5
/** A burst: at most this many minutes a day at or over the alert line, while 99 of 100 minutes stay below the watch line. */
const BURST_MINUTES_A_DAY = 10
const NAMED = 3

/** A step, and the highest utilization that it brings down. */
type Step = { text: string; helps: number }
type Advise = (report: Report, safe: Escape, clock: Clock) => Step | null

/** Cheapest first: so they stay where they help against the same limit. */
const STEPS: readonly Advise[] = [raiseOwnLimit, cacheMore, spreadOut, useBatches, askForMore]

/**
 * What to do first, one sentence or two each: about what was refused, then what helps against the limit that is furthest
 * over its line. Empty on a quiet day.
 */
export function advice(report: Report, safe: Escape, clock: Clock = inUtc): string[] {
  const steps = STEPS.map((advise) => advise(report, safe, clock)).filter((step) => step !== null)
  const best = steps.toSorted((a, b) => b.helps - a.helps)
  return [...refusedAdvice(report, safe, clock), ...best.map(({ text }) => text)]
}

const highestOf = (rows: readonly Measured[]) => Math.max(...rows.map(({ utilization }) => utilization))

/** A limit of one's own making is raised by oneself, where the organization's has room for what it holds back. */
function raiseOwnLimit(report: Report, safe: Escape): Step | null {
  const ofOrganization = report.verdicts.filter(({ scope, limit }) => scope.type === 'organization' && limit)
  const held = ofBand(report, 'alert').flatMap((row) => {
    const room = isOwnCap(row) ? roomAbove(row, ofOrganization, report, safe) : null
    return room === null ? [] : [{ row, room }]
  })
  if (held.length === 0) return null
  const named = held.map(
    ({ row, room }) => `${scopeName(row.scope, safe)} (${limiterName(row, safe)}: ${count(row.limit)}${room})`,
  )
  return {
    text: `Have a limit of your own making raised by your administrators (Console, API or CLI): ${listing(named, NAMED)}.`,
    helps: highestOf(held.map(({ row }) => row)),
  }
}

/** What of the organization's own limit is left for a workspace's; null where that would only meet the next limit. */
function roomAbove(row: Measured, ofOrganization: readonly VerdictRow[], report: Report, safe: Escape): string | null {
  const organization = ofOrganization.filter(
    ({ group }) => group.type === row.group.type && group.name === row.group.name,
  )
  const same = organization.find(({ limiter }) => limiter === row.limiter)
  // Cache reads may count toward a workspace's input limit where they are free for the organization.
  const above = same ?? organization.find(({ limiter }) => isOfInput(limiter) && isOfInput(row.limiter))
  if (!above?.limit) return ', if the organization has room'
  // Below its alert line there is room above.
  if ((same && above.limit <= row.limit) || (isMeasured(above) && above.band === 'alert')) return null
  const has = `${count(above.limit)}${same ? '' : ` ${limiterName(above, safe)}`}`
  const use = isMeasured(above) ? `, used to ${percentOf(report)(above.utilization)}` : ''
  return `, where the organization has ${has}${use}`
}

function isOfInput(limiter: string): boolean {
  const rule = limiterRule(MODEL_GROUP, limiter)
  return rule?.stream === 'standard' && rule.counts.includes('uncachedInput') && !rule.counts.includes('output')
}

const isOwnCap = ({ scope, limit_source }: Measured) => scope.type === 'workspace' && limit_source === 'workspace'

function cacheMore(report: Report, safe: Escape): Step | null {
  const share = percentOf(report)
  const rows = [...ofBand(report, 'alert'), ...ofBand(report, 'watch')].filter((row) => {
    const view = viewOf(row, report)
    const binds = row.limiter === 'input_tokens_per_minute_cache_aware' && view?.binds[0]?.limiter === row.limiter
    return binds && view.cache && view.cache.read_share < LOW_READ_SHARE
  })
  if (rows.length === 0) return null
  const groups = new Map(rows.map((row) => [groupName(row.group, safe), viewOf(row, report)?.cache?.read_share ?? 0]))
  const named = [...groups].map(([name, readShare]) => `${name} reads ${share(readShare)}`)
  return {
    text: `Add cache breakpoints where input binds: ${listing(named, NAMED)} of its input from the cache. Cache reads do not count toward this limit; at a share of 70 % it carries 3.3 times the input.`,
    helps: highestOf(rows),
  }
}

function spreadOut(report: Report, safe: Escape, clock: Clock): Step | null {
  const bursts = ofBand(report, 'alert').filter((row) => {
    const { minutes_over_threshold: minutes, p99, limit } = row
    return (
      minutes !== null &&
      minutes <= BURST_MINUTES_A_DAY * report.window.days &&
      p99 !== null &&
      p99 < thresholdsOf(row, report).watch * limit
    )
  })
  const worst = bursts[0]
  if (!worst) return null
  const { watch, alert } = thresholdsOf(worst, report)
  const minutes = plural(worst.minutes_over_threshold ?? 0, 'minute')
  return {
    text: `Spread out what runs around ${peakTime(worst, report, clock)}: ${limitName(worst, safe)} was at or over ${percent(alert)} for only ${minutes}, and below ${percent(watch)} in 99 of 100 minutes.`,
    helps: worst.utilization,
  }
}

/** A workspace's own cap is raised, not fled from. */
function useBatches(report: Report): Step | null {
  const standard = ofBand(report, 'alert').filter(
    (row) =>
      !isOwnCap(row) &&
      row.group.type === MODEL_GROUP &&
      limiterRule(row.group.type, row.limiter)?.stream === 'standard',
  )
  if (standard.length === 0) return null
  return {
    text: 'Move work that can wait to the Message Batches API: it draws on limits of its own.',
    helps: highestOf(standard),
  }
}

function askForMore(report: Report, safe: Escape): Step | null {
  const eligible = measured(report).filter(
    (row) => row.limit_source === 'organization' && row.utilization >= INCREASE_CONSIDERED_FROM,
  )
  if (eligible.length === 0) return null
  const distinct = [...new Set(eligible.map((row) => `${groupName(row.group, safe)} ${limiterName(row, safe)}`))]
  return {
    text: `Ask Anthropic for more: it considers an increase from 50 % use on, which holds for ${listing(distinct, NAMED)}.`,
    helps: highestOf(eligible),
  }
}

/** The group as the row's scope sees it; a workspace without a view of its own shares the organization's. */
export function viewOf(row: Pick<Measured, 'scope' | 'group'>, report: Report): GroupViewRow | undefined {
  const views = report.groups.filter(({ group }) => group.type === row.group.type && group.name === row.group.name)
  return (
    views.find(({ scope }) => sameScope(scope, row.scope)) ?? views.find(({ scope }) => scope.type === 'organization')
  )
}

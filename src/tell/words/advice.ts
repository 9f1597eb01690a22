import type { GroupViewRow, Report } from '../../report/report.ts'
import { count, listing, percent, plural } from '../../vocabulary/figures.ts'
import { MODEL_GROUP } from '../../vocabulary/groups.ts'
import { limiterRule } from '../../vocabulary/limiters.ts'
import { sameScope } from '../../vocabulary/scope.ts'
import type { Escape } from './escape.ts'
import { groupName, limiterName, limitName, peakTime, percentOf, scopeName } from './format.ts'
import { refusedAdvice } from './refused-text.ts'
import { type Measured, measured, ofBand, thresholdsOf } from './select.ts'

/** Anthropic considers a request for higher limits once use has reached half (support.claude.com, article 8243635). */
export const INCREASE_CONSIDERED_FROM = 0.5
/** Below this share of cache reads, cache breakpoints are the cheapest way to gain room. */
const LOW_READ_SHARE = 0.5
/** A burst: at most this many minutes a day at or over the alert line, while 99 of 100 minutes stay below the watch line. */
const BURST_MINUTES_A_DAY = 10
const NAMED = 3

/** What to do first: about what was refused, then cheapest first, one sentence or two each; empty on a quiet day. */
export function advice(report: Report, safe: Escape): string[] {
  const steps = [cacheMore, spreadOut, useBatches, raiseOwnLimit, askForMore].map((advise) => advise(report, safe))
  return [...refusedAdvice(report, safe), ...steps.filter((text) => text !== null)]
}

type Advise = (report: Report, safe: Escape) => string | null

const cacheMore: Advise = (report, safe) => {
  const share = percentOf(report)
  const groups = new Map<string, number>()
  for (const row of [...ofBand(report, 'alert'), ...ofBand(report, 'watch')]) {
    const view = viewOf(row, report)
    const binds = row.limiter === 'input_tokens_per_minute_cache_aware' && view?.binds[0]?.limiter === row.limiter
    if (binds && view.cache && view.cache.read_share < LOW_READ_SHARE)
      groups.set(groupName(row.group, safe), view.cache.read_share)
  }
  if (groups.size === 0) return null
  const named = [...groups].map(([name, readShare]) => `${name} reads ${share(readShare)}`)
  return `Add cache breakpoints where input binds: ${listing(named, NAMED)} of its input from the cache. Cache reads do not count toward this limit; at a share of 70 % it carries 3.3 times the input.`
}

const spreadOut: Advise = (report, safe) => {
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
  return `Spread out what runs around ${peakTime(worst, report)}: ${limitName(worst, safe)} was at or over ${percent(alert)} for only ${minutes}, and below ${percent(watch)} in 99 of 100 minutes.`
}

const useBatches: Advise = (report) => {
  const standard = ofBand(report, 'alert').some(
    ({ group, limiter }) => group.type === MODEL_GROUP && limiterRule(group.type, limiter)?.stream === 'standard',
  )
  return standard ? 'Move work that can wait to the Message Batches API: it draws on limits of its own.' : null
}

const raiseOwnLimit: Advise = (report, safe) => {
  const held = ofBand(report, 'alert').filter(
    (row) => row.scope.type === 'workspace' && row.limit_source === 'workspace',
  )
  if (held.length === 0) return null
  const named = held.map((row) => {
    const above = report.verdicts.find(
      (other) =>
        other.scope.type === 'organization' &&
        other.group.type === row.group.type &&
        other.group.name === row.group.name &&
        other.limiter === row.limiter,
    )
    const organization = above?.limit ? ` where the organization has ${count(above.limit)}` : ''
    return `${scopeName(row.scope, safe)} (${limiterName(row, safe)}: ${count(row.limit)}${organization})`
  })
  return `Raise a workspace's own limit in the Console, if you set it yourself and the organization has room: ${listing(named, NAMED)}.`
}

const askForMore: Advise = (report, safe) => {
  const eligible = measured(report).filter(
    (row) => row.limit_source === 'organization' && row.utilization >= INCREASE_CONSIDERED_FROM,
  )
  if (eligible.length === 0) return null
  const distinct = [...new Set(eligible.map((row) => `${groupName(row.group, safe)} ${limiterName(row, safe)}`))]
  return `Ask Anthropic for more: it considers an increase from 50 % use on, which holds for ${listing(distinct, NAMED)}.`
}

/** The group as the row's scope sees it; a workspace without a view of its own shares the organization's. */
export function viewOf(row: Pick<Measured, 'scope' | 'group'>, report: Report): GroupViewRow | undefined {
  const views = report.groups.filter(({ group }) => group.type === row.group.type && group.name === row.group.name)
  return (
    views.find(({ scope }) => sameScope(scope, row.scope)) ?? views.find(({ scope }) => scope.type === 'organization')
  )
}

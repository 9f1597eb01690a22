import type { DriftRow } from '../../report/report.ts'
import type { DriftClass } from '../../vocabulary/drift.ts'
import { atMost, capital, changeInPercent, count, plural } from '../../vocabulary/figures.ts'
import { limiterLabel } from '../../vocabulary/limiters.ts'
import { crossesAlertLine, driftConsequence, type Judged } from './drift-consequence.ts'
import type { Escape } from './escape.ts'
import { groupName, limiterName, moment, scopeName } from './format.ts'

/** A drift as a person reads it: what it is about, what changed, and how many there are of each kind. */

/** Whose limit changed: `Claude Opus 4.x, output tokens/min`, `Workspace production, Claude Opus 4.x, requests/min`. */
export function driftSubject(drift: DriftRow, safe: Escape): string {
  const scope = drift.scope.type === 'workspace' ? [capital(scopeName(drift.scope, safe))] : []
  const limiter = drift.limiter === null ? [] : [limiterName({ group: drift.group, limiter: drift.limiter }, safe)]
  return [...scope, groupName(drift.group, safe), ...limiter].join(', ')
}

/** What changed: `800,000 → 400,000 (−50 %)`, `new limit of 400,000`, `claude-opus-5 moved here from Claude Opus 4.x`. */
export function driftChange(drift: DriftRow, safe: Escape): string {
  const before = drift.before === null ? null : count(drift.before)
  const after = drift.after === null ? null : count(drift.after)
  const model = safe(drift.model ?? 'a model')
  switch (drift.class) {
    case 'raised':
    case 'cut':
      return `${values(drift)}${seenFrom(drift)}`
    case 'limiter-added':
      return after === null ? 'new limit' : `new limit of ${after}`
    case 'limiter-removed':
      return before === null ? 'no longer limited' : `limit of ${before} no longer listed`
    case 'limiter-changed':
      return `${counted(drift, safe)}, ${values(drift)}`
    case 'group-added':
      return 'new group of limits'
    case 'group-retired':
      return 'group no longer listed'
    case 'model-added':
      return `${model} now draws on these limits`
    case 'model-removed':
      return `${model} no longer listed`
    case 'model-moved':
      return `${model} moved here from ${safe(drift.from ?? 'another group')}`
    case 'override-added':
      return after === null ? 'limit of its own set' : `limit of its own set to ${after}`
    case 'override-changed':
      return drift.from === null
        ? `limit of its own ${values(drift)}${seenFrom(drift)}`
        : `limit of its own ${counted(drift, safe)}, ${values(drift)}`
    case 'override-removed':
      return before === null
        ? "no limit of its own any more, the organization's applies"
        : `limit of its own of ${before} removed, the organization's applies`
  }
}

/** Whether the policy file expects the change: `As the policy expects.`; empty where it says nothing of this limit. */
export function driftIntent({ intended }: DriftRow): string {
  if (intended === undefined) return ''
  return intended ? 'As the policy expects.' : 'Not what the policy expects.'
}

/** The whole drift in one to three sentences. */
export function driftSentence(drift: DriftRow, report: Judged, safe: Escape): string {
  const change = `${driftSubject(drift, safe)}: ${driftChange(drift, safe)}.`
  return [change, driftConsequence(drift, report, safe), driftIntent(drift)].filter(Boolean).join(' ')
}

/** Whether a drift leaves less room: the peak is a larger share of what binds or, where there is no peak, a limit is lower or new. */
export function isCut(drift: DriftRow): boolean {
  const { peak, utilization_before: before, utilization_after: after } = drift
  if (peak !== null && peak > 0 && before !== null && after !== null) return after > before
  if (drift.class === 'limiter-added' || drift.class === 'override-added') return true
  return drift.before !== null && drift.after !== null && drift.after < drift.before
}

/** What a reader should not pass over: less room than before, or a peak that is now over the alert line. */
export function isSerious(drift: DriftRow, report: Judged): boolean {
  return isCut(drift) || crossesAlertLine(drift, report)
}

/** Cuts first, then the highest utilization after the change first; otherwise in the report's order. */
export function orderDrift(drift: readonly DriftRow[]): DriftRow[] {
  return drift.toSorted(
    (a, b) => Number(isCut(b)) - Number(isCut(a)) || (b.utilization_after ?? -1) - (a.utilization_after ?? -1),
  )
}

const CLASS_WORDS: Record<DriftClass, [one: string, many: string]> = {
  cut: ['limit cut', 'limits cut'],
  raised: ['limit raised', 'limits raised'],
  'limiter-added': ['limit added', 'limits added'],
  'limiter-removed': ['limit removed', 'limits removed'],
  'limiter-changed': ['limit counted differently', 'limits counted differently'],
  'group-added': ['group added', 'groups added'],
  'group-retired': ['group retired', 'groups retired'],
  'model-added': ['model added', 'models added'],
  'model-removed': ['model removed', 'models removed'],
  'model-moved': ['model moved', 'models moved'],
  'override-added': ['workspace limit added', 'workspace limits added'],
  'override-changed': ['workspace limit changed', 'workspace limits changed'],
  'override-removed': ['workspace limit removed', 'workspace limits removed'],
}

/** How many of what, most serious class first: `2 limits cut, 1 limit raised`; classes beyond `most` as `3 more changes`. */
export function driftCounts(drift: readonly DriftRow[], most = Number.POSITIVE_INFINITY): string {
  const classes = (Object.entries(CLASS_WORDS) as [DriftClass, [string, string]][])
    .map(([driftClass, words]) => ({ words, number: drift.filter((item) => item.class === driftClass).length }))
    .filter(({ number }) => number > 0)
  const { shown } = atMost(classes, most)
  const rest = drift.length - shown.reduce((sum, { number }) => sum + number, 0)
  const parts = shown.map(({ words: [one, many], number }) => plural(number, one, many))
  return [...parts, ...(rest > 0 ? [plural(rest, 'more change')] : [])].join(', ')
}

/** When a log of responses first shows the new limit; empty where that is not known. */
function seenFrom({ at }: DriftRow): string {
  return at === undefined ? '' : `, from ${moment(at)} on`
}

function values({ before, after }: DriftRow): string {
  const change = before === null || after === null ? '' : changeInPercent(before, after)
  const arrow = `${before === null ? 'none' : count(before)} → ${after === null ? 'none' : count(after)}`
  return change ? `${arrow} (${change})` : arrow
}

function counted(drift: DriftRow, safe: Escape): string {
  const from = drift.from === null ? 'another limiter' : limiterLabel(drift.group.type, drift.from)
  return `changed from ${from === drift.from ? safe(from) : from}`
}

import type { DriftRow } from '../../report/report.ts'
import type { DriftClass } from '../../vocabulary/drift.ts'
import { capital, changeInPercent, count, listing, plural } from '../../vocabulary/figures.ts'
import { type Clock, inUtc } from '../words/clock.ts'
import type { Escape } from '../words/escape.ts'
import { groupName, limiterName, moment, scopeName } from '../words/format.ts'
import { changedByText } from './changed-by-text.ts'
import { driftConsequence } from './drift-consequence.ts'
import type { Judged } from './drift-figures.ts'

/** A drift as a person reads it: what it is about, what changed, and how many there are of each kind. */

/** Whose limit changed: `Claude Opus 4.x, output tokens/min`, `Workspace production, Claude Opus 4.x, requests/min`. */
export function driftSubject({ scope, group, limiter }: DriftRow, safe: Escape): string {
  const ofScope = scope.type === 'workspace' ? [capital(scopeName(scope, safe))] : []
  const ofGroup = group === null ? [] : [groupName(group, safe)]
  const ofLimiter = group === null || limiter === null ? [] : [limiterName({ group, limiter }, safe)]
  return [...ofScope, ...ofGroup, ...ofLimiter].join(', ')
}

/** What changed: `800,000 → 400,000 (−50 %)`, `new limit of 400,000`, `claude-opus-5 moved here from Claude Opus 4.x`. */
export function driftChange(drift: DriftRow, safe: Escape, clock: Clock = inUtc): string {
  const model = safe(drift.model ?? 'a model')
  switch (drift.class) {
    case 'raised':
    case 'cut':
      return `${values(drift)}${seenFrom(drift, clock)}`
    case 'limiter-added':
      return `new limit of ${limitText(drift.after)}`
    case 'limiter-removed':
      return `limit of ${limitText(drift.before)} no longer listed`
    case 'limiter-changed':
      return `${values(drift)}, ${countedNow(drift)}`
    case 'group-added':
      return ['new group', contents(drift, safe)].filter(Boolean).join(': ')
    case 'group-retired':
      return 'group no longer listed'
    case 'model-added':
      return `${model} now draws on these limits`
    case 'model-removed':
      return `${model} no longer listed`
    case 'model-moved':
      return `${model} moved here from ${safe(drift.from ?? 'another group')}`
    case 'override-added':
      return drift.inherited == null
        ? `limit of its own set to ${limitText(drift.after)}`
        : `${limitText(drift.inherited)} (the organization's) → ${limitText(drift.after)}`
    case 'override-changed':
      return `limit of its own ${values(drift)}${drift.from === null ? seenFrom(drift, clock) : `, ${countedNow(drift)}`}`
    case 'override-removed':
      return drift.inherited == null
        ? `limit of its own of ${limitText(drift.before)} removed, and the organization has none`
        : `${limitText(drift.before)} → ${limitText(drift.inherited)} (the organization's)`
    case 'workspace-added':
      return 'new workspace'
    case 'workspace-archived':
      return 'archived: its own limits are gone'
  }
}

/** Subject and change in a line: what a new group holds is left out. */
export function driftHeadline(drift: DriftRow, safe: Escape): string {
  const change = drift.class === 'group-added' ? 'new group' : driftChange(drift, safe)
  return `${driftSubject(drift, safe)}: ${change}`
}

/** Whether the policy file expects the change: `As the policy expects.`; empty where it says nothing of this limit. */
export function driftIntent({ intended }: DriftRow): string {
  if (intended === undefined) return ''
  return intended ? 'As the policy expects.' : 'Not what the policy expects.'
}

/** The whole drift in one to three sentences. */
export function driftSentence(drift: DriftRow, report: Judged, safe: Escape, clock: Clock = inUtc): string {
  const change = `${driftSubject(drift, safe)}: ${driftChange(drift, safe, clock)}.`
  return [change, driftConsequence(drift, report, safe), driftIntent(drift), changedByText(drift, safe)]
    .filter(Boolean)
    .join(' ')
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
  'workspace-added': ['workspace added', 'workspaces added'],
  'workspace-archived': ['workspace archived', 'workspaces archived'],
}

const SHORT_WORDS: typeof CLASS_WORDS = { ...CLASS_WORDS, cut: ['cut', 'cut'], raised: ['raised', 'raised'] }
const MOST_SHORT = 3

/** How many of what, most serious class first: `2 limits cut, 1 limit raised`. */
export function driftCounts(drift: readonly DriftRow[]): string {
  return countsOf(drift, CLASS_WORDS).join(', ')
}

/** The same in a few words, for a line of git's log: `1 cut, 2 raised`; what is in none of the first three classes as `3 more`. */
export function driftTally(drift: readonly DriftRow[]): string {
  const classes = classesOf(drift).slice(0, MOST_SHORT)
  const rest = drift.filter((item) => !classes.includes(item.class))
  const counted = countsOf(drift, SHORT_WORDS).slice(0, MOST_SHORT)
  return [...counted, ...(rest.length > 0 ? [`${count(rest.length)} more`] : [])].join(', ')
}

const classesOf = (drift: readonly DriftRow[]) =>
  (Object.keys(CLASS_WORDS) as DriftClass[]).filter((each) => drift.some((item) => item.class === each))

function countsOf(drift: readonly DriftRow[], words: typeof CLASS_WORDS): string[] {
  return classesOf(drift).map((driftClass) => {
    const [one, many] = words[driftClass]
    return plural(drift.filter((item) => item.class === driftClass).length, one, many)
  })
}

/** When a log of responses first shows the new limit; empty where that is not known. */
function seenFrom({ at }: DriftRow, clock: Clock): string {
  return at === undefined ? '' : `, from ${moment(at, clock)} on`
}

/** `660,000` where the value stayed, else `660,000 → 500,000 (−24.2 %)`. */
function values({ before, after }: DriftRow): string {
  if (before === after) return limitText(after)
  const change = before === null || after === null ? '' : changeInPercent(before, after)
  const arrow = `${limitText(before)} → ${limitText(after)}`
  return change ? `${arrow} (${change})` : arrow
}

const limitText = (value: number | null | undefined) => (value == null ? 'none' : count(value))

/** How input is counted now that was counted by the other rule. */
function countedNow({ limiter }: DriftRow): string {
  return limiter === 'input_tokens_per_minute_cache_aware'
    ? 'which no longer counts cache reads'
    : 'which now counts cache reads too'
}

const CONTENTS = 6

/** What a new group holds: `claude-opus-5; 350 output tokens/min and 4,000 requests/min`. */
function contents({ group, models = [], limits = [] }: DriftRow, safe: Escape): string {
  if (group === null) return ''
  const names = models.map((model) => safe(model))
  const shown = limits.map(({ limiter, limit }) => {
    const name = limiterName({ group, limiter }, safe)
    return limit === null ? `${name} without a value` : `${count(limit)} ${name}`
  })
  return [listing(names, CONTENTS), listing(shown, CONTENTS)].filter(Boolean).join('; ')
}

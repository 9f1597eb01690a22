import type { DriftRow, Report, VerdictRow } from '../../report/report.ts'
import { count, listing, plural } from '../../vocabulary/figures.ts'
import { limitKey, sameLimit } from '../../vocabulary/limits/limit-key.ts'
import { sameScope } from '../../vocabulary/scope.ts'
import type { Escape } from '../words/escape.ts'
import { limiterName, limitName, percentOf, scopeName } from '../words/format.ts'
import { list } from '../words/list.ts'
import { isInert } from '../words/select.ts'
import { type Effect, effectsOf, isOwn, type Judged, linesOf, ownConsequence } from './drift-figures.ts'

/** What a drift does, in words: to the peaks of the audited window, and to limits that workspaces set themselves. */

const NAMED = 5
/** Limits of one group or move that are shown with their figures. */
const EFFECTS = 3

/**
 * What the change does: `The day's peak 310,000 was 39 % and is now 78 %: over the alert line.` Of a group or a model, for
 * each limit that it touches. Empty where no peak is known.
 */
export function driftConsequence(drift: DriftRow, report: Judged, safe: Escape): string {
  const parts =
    drift.limiter === null
      ? [figuresOf(drift, report, safe), fate(drift, report, safe)]
      : [ofPeak(drift, report), inert(drift, report, safe)]
  return parts.filter(Boolean).join(' ')
}

/** The change of one limit. */
function ofPeak(drift: DriftRow, report: Judged): string {
  const own = ownConsequence(drift)
  if (!own) return ''
  const { before, after } = own
  const lines = linesOf(own, report)
  const share = percentOf({ thresholds: lines })
  const whose = whosePeak(report)
  if (before && after) {
    const crossing = crossed(before.utilization, after.utilization, lines)
    const end = crossing && `: ${crossing}`
    // Where another limiter took over, each side counts its own peak.
    if (drift.from !== null) {
      const [was, is] = [before, after].map(({ peak, utilization }) => `${count(peak)} (${share(utilization)})`)
      return `${whose}, counted each way, was ${was} and is now ${is}${end}.`
    }
    if (before.peak !== after.peak) return `${whose}: ${moved({ before, after }, lines)}`
    return before.utilization === after.utilization
      ? `${whose} ${count(after.peak)} is ${share(after.utilization)} of what binds, as before.`
      : `${whose} ${count(after.peak)} was ${share(before.utilization)} and is now ${share(after.utilization)}${end}.`
  }
  if (after) {
    const crossing = crossed(0, after.utilization, lines)
    return `${whose} ${count(after.peak)} is ${share(after.utilization)} of it${crossing && `: ${crossing}`}.`
  }
  return before ? `${whose} ${count(before.peak)} was ${share(before.utilization)} of it.` : ''
}

const whosePeak = ({ window }: Judged) => (window.days > 1 ? `The ${window.days} days' peak` : "The day's peak")

type Sides = { before: NonNullable<Effect['before']>; after: NonNullable<Effect['after']> }

/** `27,183 of 70,000 (38.8 %) → 50,668 of 35,000 (144.8 %): over the limit itself.`, and what of it is the move where the limit moved too. */
function moved({ before, after }: Sides, lines: Report['thresholds']): string {
  const share = percentOf({ thresholds: lines })
  const crossing = crossed(before.utilization, after.utilization, lines)
  const alone =
    before.limit === after.limit
      ? ''
      : ` By the old limit, the move alone would make it ${share(after.peak / before.limit)}.`
  return `${figures(before, share)} → ${figures(after, share)}${crossing && `: ${crossing}`}.${alone}`
}

function figures({ peak, limit, utilization }: Sides['before'], share: (ratio: number) => string): string {
  return `${count(peak)} of ${count(limit)} (${share(utilization)})`
}

/** What a change of groups, models or workspaces does to each limit, the highest first. */
function figuresOf(drift: DriftRow, report: Judged, safe: Escape): string {
  const effects = effectsOf(drift)
  if (effects.length === 0) return ''
  const teller = firstTeller(drift, report)
  if (teller) return `Its figures are those of ${safe(teller)}.`
  const lines = list(
    effects,
    EFFECTS,
    (effect) => `${nameOf(effect, drift, safe)}: ${effectText(effect, report)}`,
    (more) => `And ${plural(more, 'more limit')}, in the report file.`,
  )
  return `${whosePeak(report)} by limit: ${lines.join(' ')}`
}

function effectText({ consequence, before, after, origin }: Effect, report: Judged): string {
  const lines = linesOf(consequence, report)
  const share = percentOf({ thresholds: lines })
  if (before && after) return moved({ before, after }, lines)
  if (before) return `was ${figures(before, share)}.`
  if (!after) return ''
  const crossing = crossed(origin?.utilization ?? 0, after.utilization, lines)
  const now = `${figures(after, share)}${crossing && `: ${crossing}`}.`
  if (!origin) return now
  return origin.isPart
    ? `${count(after.peak)} was part of ${figures(origin, share)} and is now ${now}`
    : `${figures(origin, share)} with the rest of its old group, and now ${now}`
}

/** The limiter alone where it is of the very group the drift is about. */
function nameOf({ consequence }: Effect, drift: DriftRow, safe: Escape): string {
  return isOwn(consequence, drift) ? limiterName(consequence, safe) : limitName(consequence, safe)
}

/** The change before this one in the report whose figures hold all of this one's: several models may move at once. */
export function firstTeller(drift: DriftRow, { drift: all }: Judged): string | null {
  const keysOf = ({ consequences }: DriftRow) => consequences.map(limitKey)
  const own = keysOf(drift)
  const earlier = all.slice(0, Math.max(0, all.indexOf(drift))).filter(({ limiter }) => limiter === null)
  const teller = earlier.find((item) => {
    const keys = new Set(keysOf(item))
    return own.every((key) => keys.has(key))
  })
  return teller?.model ?? teller?.group?.name ?? null
}

/** What becomes of the use itself. */
function fate(drift: DriftRow, report: Judged, safe: Escape): string {
  const { class: driftClass, unlisted_models: unlisted = [], consequences } = drift
  switch (driftClass) {
    case 'workspace-added':
      return hasOwnLimits(drift, report)
        ? "Where it has no limit of its own, it may use all of the organization's."
        : "It has no limits of its own: it may use all of the organization's limits."
    case 'group-added':
      return consequences.some(({ after }) => after !== null) ? '' : 'Its limits are judged from this run on.'
    case 'group-retired':
      return unlisted.length === 0
        ? ''
        : `Use of ${listing(
            unlisted.map((model) => safe(model)),
            NAMED,
          )} is reported as unmatched from now on.`
    case 'model-added':
      return 'Its use was unmatched and counts toward this group from now on.'
    case 'model-removed':
      return 'Its use is reported as unmatched from now on.'
    case 'model-moved':
      return consequences.some(({ after }) => after !== null) ? '' : 'Its use counts toward this group from now on.'
    default:
      return ''
  }
}

/** Whether the limits that a new workspace came with are among the changes. */
function hasOwnLimits({ scope }: DriftRow, { drift }: Judged): boolean {
  return drift.some((item) => item.class === 'override-added' && sameScope(item.scope, scope))
}

/** Which values that workspaces set bind nothing now: the one that drifted, or those that an organization's cut went below. */
function inert(drift: DriftRow, report: Judged, safe: Escape): string {
  if (drift.scope.type === 'workspace') {
    const verdict = verdictOn(drift, report)
    return verdict && isInert(verdict)
      ? `It has no effect: the organization's ${count(verdict.limit ?? 0)} is lower and binds.`
      : ''
  }
  const { before, after } = drift
  if (after === null || (before !== null && after >= before)) return ''
  const wereBinding = report.verdicts.filter(
    (row) =>
      isInert(row) &&
      isOn({ ...row, scope: drift.scope }, drift) &&
      (row.configured ?? 0) <= (before ?? Number.POSITIVE_INFINITY),
  )
  if (wereBinding.length === 0) return ''
  const named = wereBinding.map((row) => `${scopeName(row.scope, safe)} (${count(row.configured ?? 0)})`)
  return `${plural(named.length, 'limit')} of workspaces ${named.length === 1 ? 'has' : 'have'} no effect any more: ${listing(named, NAMED)}.`
}

/** The verdict on the limit that drifted; none where it is gone. */
function verdictOn(drift: DriftRow, { verdicts }: Judged): VerdictRow | undefined {
  return verdicts.find((verdict) => isOn(verdict, drift))
}

function isOn(row: Pick<VerdictRow, 'scope' | 'group' | 'limiter'>, { scope, group, limiter }: DriftRow): boolean {
  return group !== null && limiter !== null && sameLimit(row, { scope, group, limiter })
}

/** Which line the utilization is at or over now, or is back below. */
function crossed(before: number, after: number, { watch, alert }: Report['thresholds']): string {
  const lines = [
    { at: watch, name: 'the watch line' },
    { at: alert, name: 'the alert line' },
    { at: 1, name: 'the limit itself' },
  ]
  const over = lines.filter(({ at }) => after >= at)
  const highest = over.at(-1)
  const left = lines.filter(({ at }) => before >= at && after < at)
  if (left[0]) return `back below ${left[0].name}`
  if (!highest) return ''
  return `${after === highest.at ? 'at' : 'over'} ${highest.name}`
}

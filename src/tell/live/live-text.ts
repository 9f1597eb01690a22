import type { HotMinuteRow, Report, UnmeasuredRow } from '../../report/report.ts'
import { listing, plural } from '../../vocabulary/figures.ts'
import type { Escape } from '../words/escape.ts'
import { limitName, percentOf } from '../words/format.ts'
import { highest, type Measured, soFar, thresholdsOf } from '../words/select.ts'

/** What is said of a live window: up to when it is known, and the headline for whoever is on call. */

type Known = NonNullable<Report['live']>['known_until']
type DriversPart = NonNullable<Measured['drivers']>

const time = (iso: string) => iso.slice(11, 16)

/** `Known until 14:47 UTC`, or `Known until 14:47 UTC in tokens, 13:05 UTC in requests`. */
export function knownText({ tokens, requests }: Known): string {
  const until = `Known until ${time(tokens)} UTC`
  return tokens === requests ? until : `${until} in tokens, ${time(requests)} UTC in requests`
}

/**
 * The headline in an incident: `Claude Sonnet 5, output tokens/min: 104 % at 14:41 UTC, at its limit for 11
 * minutes; mostly mobile-app, API key batch-retry. Known until 14:47 UTC.` Empty where the window is not live.
 */
export function incidentText(report: Report, safe: Escape): string {
  if (!report.live) return ''
  const known = `${knownText(report.live.known_until)}.`
  const worst = highest(report)
  if (worst) {
    const share = percentOf({ thresholds: thresholdsOf(worst, report) })(worst.utilization)
    const pressed = worst.clipped ? `, at its limit for ${plural(worst.clipped.minutes, 'minute')}` : ''
    const who = worst.drivers ? whoText(worst.drivers, worst.scope.type === 'organization', safe) : ''
    return `${limitName(worst, safe)}: ${share} at ${time(worst.peak_at)} UTC${pressed}${who && `; ${who}`}. ${known}`
  }
  const [next] = soFar(report)
  return next ? `Closest so far: ${limitName(next, safe)}, ${soFarText(next, report)}. ${known}` : known
}

/** `mostly mobile-app, API key batch-retry`; empty where nobody is known. */
function whoText({ workspaces, models, api_keys }: DriversPart, isOrganization: boolean, safe: Escape): string {
  const key = firstKey(api_keys)
  const first = [isOrganization ? workspaces[0] : undefined, key, key ? undefined : models[0]].filter(
    (item) => item !== undefined,
  )
  if (first.length === 0) return ''
  const isMost = (first[0]?.share ?? 0) >= 0.5
  return `${isMost ? 'mostly' : 'led by'} ${first.map(({ name }) => safe(name)).join(', ')}`
}

/** The key that drove most, by its name; use without a key has a name of its own. */
function firstKey([key]: DriversPart['api_keys']): DriversPart['api_keys'][number] | undefined {
  return key && { ...key, name: key.id === null ? key.name : `API key ${key.name}` }
}

/** `31 % at 13:02 UTC`. */
export function soFarText(row: UnmeasuredRow, report: Report): string {
  if (!row.so_far) return ''
  const { utilization, peak, peak_at } = row.so_far
  const share = percentOf({ thresholds: thresholdsOf(row, report) })(utilization)
  return peak === 0 ? share : `${share} at ${time(peak_at)} UTC`
}

/** `mobile-app 71 %, claude-sonnet-5 100 %, API key batch-retry 64 %`: who drove a minute; empty where nobody is known. */
export function drivenMinute({ scope, drivers }: HotMinuteRow, report: Report, safe: Escape): string {
  if (!drivers) return ''
  const share = percentOf(report)
  const first = [
    scope.type === 'organization' ? drivers.workspaces[0] : undefined,
    drivers.models[0],
    firstKey(drivers.api_keys),
  ].filter((item) => item !== undefined)
  return listing(first.map(({ name, share: part }) => `${safe(name)} ${share(part)}`))
}

/** `14:41`, with its day where the window has several. */
export function minuteText({ at }: Pick<HotMinuteRow, 'at'>, { window }: Report): string {
  return window.days > 1 ? `${at.slice(5, 10)} ${time(at)}` : time(at)
}

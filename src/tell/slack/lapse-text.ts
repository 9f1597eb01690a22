import { plural } from '../../vocabulary/figures.ts'
import type { Lapse } from '../../vocabulary/lapse.ts'
import { isoTime } from '../../vocabulary/use/window.ts'

/** Why a message reports what is not new. */
export function lapseText(lapse: Lapse): string {
  if (lapse.kind === 'missing')
    return `There was no run since ${isoTime(lapse.since).slice(0, 16).replace('T', ' ')} UTC, so what still stands is reported too.`
  const [, ...more] = lapse.runIds
  const before = more.length > 0 ? `${plural(lapse.runIds.length, 'run')} before this one` : 'run before this one'
  return `The ${before} failed, so what still stands and what changed since then is reported too.`
}

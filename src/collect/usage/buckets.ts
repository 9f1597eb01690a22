import { AuditError } from '../../errors.ts'
import { isoTime } from '../../vocabulary/window.ts'
import type { Range } from './usage-reader.ts'

/**
 * Reads a bucket's `starting_at`; the same text as before costs nothing, and rows in time order repeat it.
 * Throws AuditError for a time that starts none of the buckets of `width` milliseconds that were asked for:
 * such a row would be counted twice, or in a wrong place, or not at all.
 */
export function bucketStarts(resource: string, { start, end }: Range, width: number): (text: string) => number {
  let lastText: string | null = null
  let lastTime = Number.NaN
  return (text) => {
    if (text === lastText) return lastTime
    const time = Date.parse(text)
    if (!(time >= start && time < end && (time - start) % width === 0))
      throw new AuditError(
        `${resource} answered with a bucket that starts at "${text.slice(0, 40)}", which is none of those asked for from ${isoTime(start)} to ${isoTime(end)}.`,
        { remedy: 'Run the job again; if it happens twice, report it.' },
      )
    lastText = text
    lastTime = time
    return time
  }
}

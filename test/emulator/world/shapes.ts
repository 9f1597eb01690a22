/** How use is spread over a day: a factor from 0 to 1 for each UTC minute of it (0–1439). */
export type Shape = (minute: number) => number

const bump = (minute: number, peak: number, width: number): number => Math.exp(-(((minute - peak) / width) ** 2))

/** People at work in Europe and on the American east coast. */
export const workday: Shape = (minute) => 0.06 + 0.94 * Math.max(0.85 * bump(minute, 570, 130), bump(minute, 880, 150))

/** Machines: the same around the clock. */
export const steady: Shape = () => 1

/** A job that starts at one minute of the day at full force and trails off within a quarter of an hour. */
export const cron =
  (start: number): Shape =>
  (minute) => {
    if (minute < start || minute > start + 15) return 0
    return minute === start ? 1 : 0.5 * bump(minute, start, 8)
  }

/** A job that starts with each full hour, exactly on the minute. */
export const hourly: Shape = (minute) => {
  if (minute % 60 === 0) return 1
  return minute % 60 < 4 ? 0.35 : 0.04
}

/** A number in [0, 1), always the same for the same three. */
export function chance(seed: number, stream: number, minute: number): number {
  let hash =
    Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35) ^ Math.imul(minute, 0x27d4eb2f)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32
}

import { listing } from '../../vocabulary/figures.ts'
import type { Rename } from '../../vocabulary/snapshot-outcome.ts'
import type { Escape } from '../words/escape.ts'

const NAMED = 10

/** `Renamed, without effect: group A → B, workspace a → b.`; empty where nothing was. */
export function renamed(renames: readonly Rename[], safe: Escape): string {
  if (renames.length === 0) return ''
  const names = renames.map(({ what, from, to }) => `${what} ${safe(from)} → ${safe(to)}`)
  return `Renamed, without effect: ${listing(names, NAMED)}.`
}

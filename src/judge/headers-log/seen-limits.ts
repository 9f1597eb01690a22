import type { SeenLimit } from '../../collect/headers-log/log-day.ts'
import type { LimiterReading } from '../../collect/headers-log/window-reading.ts'

/** What the limits that responses named in the window say of a limiter. */

/** The combined `tokens` header is whichever token limit is the most restrictive at the time: it moves without a limit moving. */
export const COMBINED = 'tokens_per_minute'

/** Whether several limits stood side by side: one was named before and after another. Those of several workspaces do. */
export function isMixed({ limiter, limits }: Pick<LimiterReading, 'limiter' | 'limits'>): boolean {
  return (
    limiter !== COMBINED && limits.some(({ last }, index) => limits.slice(index + 1).some(({ first }) => first <= last))
  )
}

/** Whether the limit moved: each was named only after the last of the one before. */
export function hasMoved(reading: Pick<LimiterReading, 'limiter' | 'limits'>): boolean {
  return reading.limiter !== COMBINED && reading.limits.length > 1 && !isMixed(reading)
}

/** What is set now, by the latest response; null where the limit is not one that can be told from the latest response. */
export function limitNow({
  limiter,
  limits,
  latest,
}: Pick<LimiterReading, 'limiter' | 'limits' | 'latest'>): number | null {
  const varies = limiter === COMBINED ? limits.some(({ limit }) => limit !== latest) : isMixed({ limiter, limits })
  return varies ? null : latest
}

/** A limit that moved; `at`: when the new one was first seen, UTC ms, null where the log does not show it. */
export type Move = { before: number; after: number; at: number | null }

/**
 * The moves since the committed value, of a limit that moved: what the committed snapshot knows already is no news. The
 * latest limit comes last, though it may be from after the window.
 */
export function movesSince(
  committed: number | null,
  { limits, latest }: Pick<LimiterReading, 'limits' | 'latest'>,
): Move[] {
  const seen = limits.map(({ limit, first }: SeenLimit) => ({ limit, at: first as number | null }))
  const chain = seen.at(-1)?.limit === latest ? seen : [...seen, { limit: latest, at: null }]
  const known = chain.findLastIndex(({ limit }) => limit === committed)
  const news = known === -1 ? sinceUnseen(committed, chain) : chain.slice(known)
  return news.slice(1).map(({ limit: after, at }, index) => ({ before: news[index]?.limit ?? after, after, at }))
}

type Link = { limit: number; at: number | null }

/** The first limit of the window was there when the log begins: when it came is not known. */
function sinceUnseen(committed: number | null, chain: readonly Link[]): Link[] {
  const [first, ...others] = chain
  if (committed === null || !first) return [...chain]
  return [{ limit: committed, at: null }, { ...first, at: null }, ...others]
}

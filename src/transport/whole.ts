import type { Deps } from '../deps.ts'
import { readText } from './body.ts'

/** What one exchange may take: milliseconds from its start to the last byte of the body, and bytes of that body. */
type Bounds = { timeout: () => number; maxBytes: number }

/** These have no body, and a Response must not be given one (Fetch standard, "null body status"). */
const WITHOUT_BODY = new Set([101, 103, 204, 205, 304])

/**
 * A fetch whose replies come whole: their bodies have been read, within the bounds. It is for clients that themselves would
 * read a body of any length for any time. Rejects with what could not be read and why, the network's error as its cause.
 */
export function wholeReplies(fetch: Deps['fetch'], { timeout, maxBytes }: Bounds): Deps['fetch'] {
  return async (input, init) => {
    const milliseconds = Math.max(1, timeout())
    const limit = AbortSignal.timeout(milliseconds)
    const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit
    try {
      const reply = await fetch(input, { ...init, signal })
      const { status, statusText, headers } = reply
      const text = await readText(reply, { maxBytes })
      return new Response(WITHOUT_BODY.has(status) ? null : text, { status, statusText, headers: [...headers] })
    } catch (error) {
      if (!limit.aborted) throw error
      throw new Error(`there was no whole reply within ${Math.ceil(milliseconds / 1000)} s`, { cause: error })
    }
  }
}

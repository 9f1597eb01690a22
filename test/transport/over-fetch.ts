import type { Deps, Fetch } from '../../src/deps.ts'
import { readText } from '../../src/transport/body.ts'

/** An exchange that goes by a test's own `fetch`. */
export function overFetch(fetch: Fetch): Deps['exchange'] {
  return async (url, { method, headers, body = null, signal }) => {
    const reply = await fetch(url, { method, headers, body, signal, redirect: 'manual' })
    return {
      status: reply.status,
      header: (name) => reply.headers.get(name),
      text: (bounds) => readText(reply, bounds),
      leave: () => void reply.body?.cancel(),
    }
  }
}

import type * as Core from '@actions/core'

/** A `fetch` by address: nobody here passes a Request. */
export type Fetch = (input: string | URL, init?: RequestInit) => Promise<Response>

/** A reply whose body has not been read. */
export type OpenReply = {
  status: number
  /** By its name in small letters; null where the reply has none. */
  header: (name: string) => string | null
  /** The whole body, unpacked. Throws BodyTooLarge, and what the network and unpacking throw. */
  text: (bounds: { maxBytes: number }) => Promise<string>
  /** Gives the body up. */
  leave: () => void
}

/** One request that follows no redirect. */
export type Exchange = (
  url: URL,
  request: { method: 'GET' | 'POST'; headers: Readonly<Record<string, string>>; body?: string; signal: AbortSignal },
) => Promise<OpenReply>

/** Everything the run may touch outside its own memory. Made once at each door, `main.ts` and `desk/`; tests make their own. */
export type Deps = {
  core: Pick<
    typeof Core,
    | 'getInput'
    | 'setOutput'
    | 'setSecret'
    | 'setFailed'
    | 'debug'
    | 'info'
    | 'notice'
    | 'warning'
    | 'error'
    | 'startGroup'
    | 'endGroup'
  >
  env: Readonly<Record<string, string | undefined>>
  /** undici's own `fetch` bound to the one dispatcher, for the clients of GitHub and Slack, which take one. */
  fetch: Fetch
  /** The same way out for Anthropic's many pages. */
  exchange: Exchange
  /** The clock, in milliseconds since the epoch. */
  now: () => number
  /** Resolves after that time, or as soon as `signal` is aborted; never rejects. */
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
  /** Asks the runtime to collect garbage early from now on: less memory, for a little more CPU. */
  saveMemory: () => void
  /** Uniform in [0, 1): jitter only. */
  random: () => number
  /** Shows how far a long read is, in place of what it showed before; nothing where nobody watches. */
  showProgress: (line: string) => void
}

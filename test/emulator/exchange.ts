/** What goes over the wire between a service of the emulator and whoever asks it. */

/** A request as it came in; `reply` is filled once it has been answered. */
export type Received = {
  method: string
  /** Path and query, as sent. */
  url: string
  /** The path alone. */
  path: string
  query: URLSearchParams
  /** Names in lower case; repeated headers joined by commas. */
  headers: Record<string, string>
  body: string
  reply?: { status: number; bytes: number }
}

export type Reply = { status: number; headers?: Record<string, string>; body: string | Buffer }

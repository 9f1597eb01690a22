/** A place in a file, counted from 1, and what is wrong there. */
export type Place = { line: number; column: number; message: string }

/**
 * An error that teaches: what failed, for which resource, why, and what to do next.
 * `message` holds the first three in one sentence, `remedy` the last; both are safe to print once redacted.
 */
export class AuditError extends Error {
  readonly remedy: string | undefined
  /** HTTP status of the reply that caused it, where there was one. */
  readonly status: number | undefined
  /** The `request-id` of that reply: what Anthropic's support asks for first. */
  readonly requestId: string | undefined
  /** Where in a file that people write it is, so that they can be shown it there. */
  readonly places: readonly Place[]

  constructor(
    message: string,
    details: {
      remedy?: string | undefined
      status?: number | undefined
      requestId?: string | undefined
      places?: readonly Place[]
      cause?: unknown
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'AuditError'
    this.remedy = details.remedy
    this.status = details.status
    this.requestId = details.requestId
    this.places = details.places ?? []
  }
}

/** The sentence a person reads: message, then remedy. Unknown throwables are turned into text, never rethrown. */
export function describeError(error: unknown): string {
  if (error instanceof AuditError) return error.remedy ? `${error.message} ${error.remedy}` : error.message
  if (error instanceof Error) return error.message || error.name
  return String(error)
}

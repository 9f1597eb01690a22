/** What one combination of the asked dimensions used in one bucket. A dimension is null where it was not asked for or does not apply. */
export type UsageRow = {
  /** Start of the bucket, UTC milliseconds. */
  at: number
  model: string | null
  /** The legacy report says null for the default workspace. */
  workspaceId: string | null
  apiKeyId: string | null
  /** Said of a parent organization's children; null where it was not asked for. */
  organizationId: string | null
  serviceTier: string | null
  speed: string | null
  product: string | null
  /** Null: not counted, which is not zero. */
  requests: number | null
  uncachedInput: number
  /** Writes to the 5-minute and the 1-hour cache together. */
  cacheCreation: number
  cacheRead: number
  output: number
  /** Tokens of kinds newer than this code: what the API's own total has beyond the four above. */
  unknownTokens: number
  webSearches: number
}

/** Tokens of the kinds that are known. */
export function knownTokens({ uncachedInput, cacheCreation, cacheRead, output }: UsageRow): number {
  return uncachedInput + cacheCreation + cacheRead + output
}

/** A row of so many times the use, in the same minute. */
export function times(row: UsageRow, factor: number): UsageRow {
  return {
    ...row,
    requests: row.requests === null ? null : row.requests * factor,
    uncachedInput: row.uncachedInput * factor,
    cacheCreation: row.cacheCreation * factor,
    cacheRead: row.cacheRead * factor,
    output: row.output * factor,
    unknownTokens: row.unknownTokens * factor,
    webSearches: row.webSearches * factor,
  }
}

/** What two rows of one combination come to, at the time of the first. */
export function sumOf(a: UsageRow, b: UsageRow): UsageRow {
  return {
    ...a,
    requests: a.requests === null || b.requests === null ? null : a.requests + b.requests,
    uncachedInput: a.uncachedInput + b.uncachedInput,
    cacheCreation: a.cacheCreation + b.cacheCreation,
    cacheRead: a.cacheRead + b.cacheRead,
    output: a.output + b.output,
    unknownTokens: a.unknownTokens + b.unknownTokens,
    webSearches: a.webSearches + b.webSearches,
  }
}

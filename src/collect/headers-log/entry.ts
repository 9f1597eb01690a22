import * as z from 'zod'
import { publishedGroupOfModel } from '../../vocabulary/limits/published-tiers.ts'
import { type Headers, headersOf, headerText } from './headers.ts'
import { type Refusal, refusalOf, retryAfterSeconds } from './refusals.ts'

/**
 * One line of a headers log: what one response of the Messages API said of the limits. JSON with `timestamp` (RFC 3339),
 * `model` and `headers` (they may also stand beside the others), optionally `status` and `error` (the body).
 */

export type Level = {
  limiter: string
  limit: number
  /** What was left when the response was sent; null where that header is missing. Tokens are rounded to the nearest 1,000. */
  remaining: number | null
}

export type Entry = {
  /** UTC ms. */
  at: number
  model: string
  /** `anthropic-workspace-id`, where it was logged. */
  workspaceId: string | null
  /** `anthropic-organization-id`, where it was logged. */
  organizationId: string | null
  /** `request-id`, where it was logged: what Anthropic's support asks for first. */
  requestId: string | null
  levels: readonly Level[]
  refusal: Refusal | null
  /** The first rate-limit header that is there and could not be used, and why; null: none. */
  unusable: string | null
  /** The names of the headers of a response without a limit: what was seen instead. */
  seen: readonly string[]
}

const status = z.union([z.int(), z.stringFormat('an HTTP status', /^\d{3}$/).transform(Number)])
const schema = z.looseObject({
  timestamp: z.iso.datetime({ offset: true }),
  model: z.string().min(1),
  headers: z.unknown().optional(),
  status: status.nullish(),
  error: z.unknown().optional(),
})

/** A line as an entry, or why it is none: nothing is thrown, since one bad line of a log says little about the others. */
export function parseEntry(line: string): Entry | { problem: string } {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    return { problem: `not JSON: ${(cause as Error).message}` }
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return { problem: `${issue?.path.join('.') || 'the line'}: ${issue?.message}` }
  }
  const { timestamp, model, headers: logged, status: code = null, error, ...beside } = parsed.data
  const at = Date.parse(timestamp)
  const headers = headersOf(beside, logged)
  const text = (name: string) => headerText(headers, name) || null
  const levels = levelsOf(model, headers)
  const kind = refusalOf(code, error)
  return {
    at,
    model,
    workspaceId: text('anthropic-workspace-id'),
    organizationId: text('anthropic-organization-id'),
    requestId: text('request-id'),
    levels,
    refusal: kind && { kind, retryAfter: retryAfterSeconds(headerText(headers, 'retry-after'), at) },
    unusable: unusableHeader(headers),
    seen: levels.length > 0 ? [] : [...headers.keys()],
  }
}

/** Headers by what they limit (docs: Rate limits, Response headers; fast mode). Priority Tier capacity is no rate limit. */
const HEADERS: readonly (readonly [prefix: string, limiter: string])[] = [
  ['anthropic-ratelimit-requests', 'requests_per_minute'],
  ['anthropic-ratelimit-input-tokens', 'input'],
  ['anthropic-ratelimit-output-tokens', 'output_tokens_per_minute'],
  ['anthropic-ratelimit-tokens', 'tokens_per_minute'],
  ['anthropic-fast-input-tokens', 'fast_itpmca'],
  ['anthropic-fast-output-tokens', 'fast_otpm'],
]

function levelsOf(model: string, headers: Headers): Level[] {
  return HEADERS.flatMap(([prefix, limiter]): Level[] => {
    const limit = amount(headerText(headers, `${prefix}-limit`))
    if (limit === null) return []
    const remaining = amount(headerText(headers, `${prefix}-remaining`))
    return [{ limiter: limiter === 'input' ? inputLimiter(model) : limiter, limit, remaining }]
  })
}

function amount(text: string | undefined): number | null {
  if (text === undefined || !/^\d+$/.test(text)) return null
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : null
}

/** A limit or a remainder that is no whole number, or a remainder whose limit is missing. A missing remainder is no fault. */
function unusableHeader(headers: Headers): string | null {
  for (const [prefix] of HEADERS)
    for (const part of ['limit', 'remaining'] as const) {
      const name = `${prefix}-${part}`
      if (headers.has(name) && amount(headerText(headers, name)) === null) return `${name} is no whole number`
      if (part === 'remaining' && headers.has(name) && !headers.has(`${prefix}-limit`))
        return `${name} stands without its limit`
    }
  return null
}

/**
 * The header does not say whether cache reads count. The documentation does: they count only for the models it marks, and
 * for the others (those it does not know yet among them) only uncached input does.
 */
function inputLimiter(model: string): string {
  const countsReads = publishedGroupOfModel(model)?.limits.input_tokens_per_minute !== undefined
  return countsReads ? 'input_tokens_per_minute' : 'input_tokens_per_minute_cache_aware'
}

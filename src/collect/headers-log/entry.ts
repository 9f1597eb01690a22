import * as z from 'zod'
import { publishedGroupOfModel } from '../../vocabulary/published-tiers.ts'
import { type Refusal, refusalOf } from './refusals.ts'

/**
 * One line of a headers log: what one response of the Messages API said of the limits. JSON with `timestamp` (RFC 3339),
 * `model` and `headers` (an object; the headers may also stand beside the others), optionally `status` and `error` (the body).
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
  levels: readonly Level[]
  refusal: Refusal | null
}

const header = z.union([z.string(), z.number()])
const schema = z.looseObject({
  timestamp: z.iso.datetime({ offset: true }),
  model: z.string().min(1),
  headers: z.record(z.string(), z.unknown()).nullish(),
  status: z.int().nullish(),
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
  const { timestamp, model, headers, status, error, ...beside } = parsed.data
  const get = lookup({ ...beside, ...headers })
  return {
    at: Date.parse(timestamp),
    model,
    workspaceId: get('anthropic-workspace-id') ?? null,
    organizationId: get('anthropic-organization-id') ?? null,
    levels: levelsOf(model, get),
    refusal: refusalOf(status ?? null, error),
  }
}

/** Header names differ in case only by who wrote them down. */
function lookup(headers: Record<string, unknown>): (name: string) => string | undefined {
  const byName = new Map(
    Object.entries(headers).flatMap(([name, value]) => {
      const parsed = header.safeParse(value)
      return parsed.success ? [[name.toLowerCase(), String(parsed.data)] as const] : []
    }),
  )
  return (name) => byName.get(name)
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

function levelsOf(model: string, get: (name: string) => string | undefined): Level[] {
  return HEADERS.flatMap(([prefix, limiter]): Level[] => {
    const limit = amount(get(`${prefix}-limit`))
    if (limit === null) return []
    const remaining = amount(get(`${prefix}-remaining`))
    return [{ limiter: limiter === 'input' ? inputLimiter(model) : limiter, limit, remaining }]
  })
}

function amount(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : null
}

/**
 * The header does not say whether cache reads count. The documentation does: they count only for the models it marks, and
 * for the others (those it does not know yet among them) only uncached input does.
 */
function inputLimiter(model: string): string {
  const countsReads = publishedGroupOfModel(model)?.limits.input_tokens_per_minute !== undefined
  return countsReads ? 'input_tokens_per_minute' : 'input_tokens_per_minute_cache_aware'
}

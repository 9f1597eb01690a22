import * as z from 'zod'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'

/**
 * The rows of a page of GET /v1/organizations/analytics/usage. They come by the ten thousands, and so are read by hand: Zod
 * makes several objects for each field of each row (docs/performance.md has what that costs). An issue names the row and
 * its first field that is not as documented.
 */
export const analyticsRowsSchema = z.array(z.unknown()).transform((values, context): UsageRow[] => {
  const rows: UsageRow[] = []
  try {
    for (const value of values) rows.push(readRow(value))
    return rows
  } catch (error) {
    if (!(error instanceof WrongField)) throw error
    context.addIssue({
      code: 'custom',
      path: [rows.length, ...error.path.split('.').filter(Boolean)],
      message: `expected ${error.expected}`,
    })
    return z.NEVER
  }
})

class WrongField extends Error {
  readonly path: string
  readonly expected: string

  constructor(expected: string, path: string) {
    super(`expected ${expected}`)
    this.path = path
    this.expected = expected
  }
}

function readRow(value: unknown): UsageRow {
  const { starting_at: time, group: grouped, usage: used } = fieldsOf(value, '')
  if (typeof time !== 'string') throw new WrongField('a text', 'starting_at')
  const group = fieldsOf(grouped, 'group')
  const usage = fieldsOf(used, 'usage')
  const cache = fieldsOf(usage.cache_creation, 'usage.cache_creation')
  const tools = isNothing(usage.server_tool_use) ? null : fieldsOf(usage.server_tool_use, 'usage.server_tool_use')

  const uncachedInput = count(usage.uncached_input_tokens, 'usage.uncached_input_tokens')
  const cacheCreation =
    count(cache.ephemeral_5m_input_tokens, 'usage.cache_creation.ephemeral_5m_input_tokens') +
    count(cache.ephemeral_1h_input_tokens, 'usage.cache_creation.ephemeral_1h_input_tokens')
  const cacheRead = count(usage.cache_read_input_tokens, 'usage.cache_read_input_tokens')
  const output = count(usage.output_tokens, 'usage.output_tokens')
  const known = uncachedInput + cacheCreation + cacheRead + output
  const total = countOrNull(usage.total_tokens, 'usage.total_tokens') ?? known
  return {
    at: Date.parse(time),
    model: textOrNull(group.model, 'group.model'),
    workspaceId: textOrNull(group.workspace_id, 'group.workspace_id'),
    apiKeyId: textOrNull(group.api_key_id, 'group.api_key_id'),
    organizationId: textOrNull(group.organization_id, 'group.organization_id'),
    serviceTier: textOrNull(group.service_tier, 'group.service_tier'),
    speed: textOrNull(group.speed, 'group.speed'),
    product: textOrNull(group.product, 'group.product'),
    requests: countOrNull(usage.requests, 'usage.requests'),
    uncachedInput,
    cacheCreation,
    cacheRead,
    output,
    unknownTokens: Math.max(0, total - known),
    webSearches: countOrNull(tools?.web_search_requests, 'usage.server_tool_use.web_search_requests') ?? 0,
  }
}

type Fields = Readonly<Record<string, unknown>>

const isNothing = (value: unknown) => value === undefined || value === null
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

function fieldsOf(value: unknown, path: string): Fields {
  if (!isFields(value) || Array.isArray(value)) throw new WrongField('an object', path)
  return value
}

function count(value: unknown, path: string): number {
  if (typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY) return value
  throw new WrongField('a number of 0 or more', path)
}

function countOrNull(value: unknown, path: string): number | null {
  return isNothing(value) ? null : count(value, path)
}

function textOrNull(value: unknown, path: string): string | null {
  if (typeof value === 'string') return value
  if (isNothing(value)) return null
  throw new WrongField('a text or null', path)
}

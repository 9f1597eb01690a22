import { describeError } from '../../errors.ts'
import type { CostPart, PaidKind } from '../../vocabulary/use/cost-part.ts'
import { DAY, isoTime, type Span } from '../../vocabulary/use/window.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import { earliest, statedTime } from '../usage/freshness.ts'
import type { Source } from '../usage/usage-reader.ts'
import { type CostPage, costPages } from './cost-pages.ts'

/** Shares of the cost, or why they are not known; `isFailure`: the service was asked, and did not answer. */
export type CostReading =
  | { kind: 'read'; parts: readonly CostPart[]; refreshedAt: number | null }
  | { kind: 'unknown'; problem: string; isFailure: boolean }

/** The longest range of one query. */
const LONGEST = 31 * DAY
/** Five, which is the most that one query may be grouped by. */
const DIMENSIONS = ['model', 'workspace_id', 'service_tier', 'speed', 'token_type']

/**
 * Of what the use of a span of whole days cost: which part was for which model, workspace and kind of token. Amounts are
 * divided by their sum before they leave this folder. It is a help, not the verdict: where it cannot be read, it says why.
 */
export async function collectCostShares(client: AnthropicClient, span: Span, source: Source): Promise<CostReading> {
  if (source === 'legacy') return unknown('The cost is known from the analytics API only, which was not read.')
  try {
    const rows: CostPage['data'] = []
    const stated: (number | null)[] = []
    for (let start = span.start; start < span.end; start += LONGEST) {
      const end = Math.min(span.end, start + LONGEST)
      const query = { starting_at: isoTime(start), ending_at: isoTime(end), group_by: DIMENSIONS }
      for await (const reply of costPages(client, query)) {
        rows.push(...reply.data)
        stated.push(statedTime(reply))
      }
    }
    const whole = rows.reduce((sum, { cost }) => sum + Number(cost.amount), 0)
    if (!(whole > 0)) return unknown('No cost is on record.')
    return { kind: 'read', parts: rows.map((row) => partOf(row, whole)), refreshedAt: earliest(stated) }
  } catch (error) {
    return { kind: 'unknown', problem: describeError(error), isFailure: true }
  }
}

const unknown = (problem: string): CostReading => ({ kind: 'unknown', problem, isFailure: false })

function partOf({ group, cost }: CostPage['data'][number], whole: number): CostPart {
  return {
    model: group?.model ?? null,
    workspaceId: group?.workspace_id ?? null,
    serviceTier: group?.service_tier ?? null,
    speed: group?.speed ?? null,
    kind: KINDS[group?.token_type ?? ''] ?? null,
    share: Number(cost.amount) / whole,
  }
}

const KINDS: Readonly<Record<string, PaidKind>> = {
  uncached_input_tokens: 'uncachedInput',
  'cache_creation.ephemeral_5m_input_tokens': 'cacheCreation',
  'cache_creation.ephemeral_1h_input_tokens': 'cacheCreation',
  cache_read_input_tokens: 'cacheRead',
  output_tokens: 'output',
}

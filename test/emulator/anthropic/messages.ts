import * as z from 'zod'
import type { Received, Reply } from '../exchange.ts'
import { json } from '../http.ts'
import type { World } from '../world/world.ts'
import { ApiError, invalid, notFound } from './errors.ts'

const body = z.looseObject({
  model: z.string(),
  max_tokens: z.int().min(1),
  messages: z.array(z.looseObject({ role: z.enum(['user', 'assistant']), content: z.unknown() })).min(1),
  stream: z.literal(false, 'The emulator answers in one piece').optional(),
})

type Use = { requests: number; input: number; output: number }
/** Use of each model group in the minute it was last used in. */
export type Minutes = Map<string, Use & { minute: number }>

const ANSWER = 'Good morning.'
const OUTPUT_TOKENS = 4

/**
 * `POST /v1/messages`, for the rate-limit headers on its reply: limit, remaining and reset of requests, input tokens,
 * output tokens and both (docs: Rate limits, Response headers). Limits are those of the model's group, by calendar minute.
 */
export function createMessage(request: Received, world: World, minutes: Minutes): Reply {
  const parsed = body.safeParse(parseJson(request.body))
  if (!parsed.success) throw invalid(`${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`)
  const { model, messages } = parsed.data
  const group = world.groups.find((each) => each.models?.includes(model))
  if (!group) throw notFound(`model: ${model}`)

  const minute = Math.floor(world.now() / 60_000)
  const before = minutes.get(group.id)
  const used: Use = before?.minute === minute ? before : { requests: 0, input: 0, output: 0 }
  const input = Math.ceil(JSON.stringify(messages).length / 4)
  const after = { requests: used.requests + 1, input: used.input + input, output: used.output + OUTPUT_TOKENS }
  const limits = {
    requests: group.limits.requests_per_minute,
    input: group.limits.input_tokens_per_minute_cache_aware ?? group.limits.input_tokens_per_minute,
    output: group.limits.output_tokens_per_minute,
  }
  const over = (['requests', 'input', 'output'] as const).find(
    (name) => after[name] > (limits[name] ?? Number.POSITIVE_INFINITY),
  )
  const headers = { ...idsOf(world), ...rateLimitHeaders(limits, over ? used : after, (minute + 1) * 60_000) }
  if (over) {
    const seconds = Math.ceil(((minute + 1) * 60_000 - world.now()) / 1000)
    const message = 'This request would exceed the rate limit of your organization'
    throw new ApiError(429, message, undefined, { ...headers, 'retry-after': String(seconds) })
  }
  minutes.set(group.id, { ...after, minute })
  const reply = {
    id: `msg_01Emulator${String(after.requests).padStart(16, '0')}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: ANSWER }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: input, output_tokens: OUTPUT_TOKENS },
  }
  return json(200, reply, headers)
}

/** The one key that may call this is of the default workspace (docs: API overview, Response headers). */
function idsOf({ organization, workspaces }: World): Record<string, string> {
  const workspace = workspaces.find(({ isDefault }) => isDefault)
  return {
    'anthropic-organization-id': organization.id,
    ...(workspace && { 'anthropic-workspace-id': workspace.id }),
  }
}

function rateLimitHeaders(
  limits: Record<keyof Use, number | null | undefined>,
  used: Use,
  reset: number,
): Record<string, string> {
  const { requests, input, output } = limits
  const tokens = input == null || output == null ? null : input + output
  const rows = [
    ['requests', requests, used.requests, 1],
    ['input-tokens', input, used.input, 1_000],
    ['output-tokens', output, used.output, 1_000],
    ['tokens', tokens, used.input + used.output, 1_000],
  ] as const
  return Object.fromEntries(
    rows.flatMap(([name, limit, use, rounding]) =>
      limit == null
        ? []
        : [
            [`anthropic-ratelimit-${name}-limit`, String(limit)],
            [`anthropic-ratelimit-${name}-remaining`, String(Math.round((limit - use) / rounding) * rounding)],
            [`anthropic-ratelimit-${name}-reset`, new Date(reset).toISOString()],
          ],
    ),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

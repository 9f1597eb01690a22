import type { Counter as UsageCounter } from '../use/use-by-minute.ts'
import type { KnownUntil } from '../use/window.ts'
import { MODEL_GROUP } from './groups.ts'

/**
 * The catalogue of limiters: what each one counts. This is the one place that knows a limiter type.
 * Counting rules: Anthropic's rate-limits documentation and the SDK's comments on `WorkspaceRateLimitType`.
 */

/** A limiter counts the sum of some of what usage is counted in. */
export type Counter = Exclude<UsageCounter, 'unknownTokens'>

/** Fast-mode traffic draws on limits of its own; batch traffic on none of these. */
export type Stream = 'standard' | 'fast' | 'any'

export type LimiterRule = {
  type: string
  /** The group type whose use it limits. */
  group: string
  /** As a person reads it: "input tokens/min (cache reads free)". */
  label: string
  /** As it is spelled out in a sentence: "input tokens per minute, cache reads not counted". */
  long: string
  /** Unit of the limit: the limiter's value is in `unit` per `per`. */
  unit: 'requests' | 'tokens' | 'tool uses'
  per: 'minute' | 'day' | 'second'
  stream: Stream
  counts: readonly Counter[]
  /** The minute's mean per second says only that the busiest second was at least that. */
  lowerBound: boolean
}

const INPUT = ['uncachedInput', 'cacheCreation'] as const
const ALL_INPUT = [...INPUT, 'cacheRead'] as const

const model = { group: MODEL_GROUP, unit: 'tokens', per: 'minute', stream: 'standard', lowerBound: false } as const

export const LIMITERS: readonly LimiterRule[] = [
  {
    ...model,
    type: 'requests_per_minute',
    label: 'requests/min',
    long: 'requests per minute',
    unit: 'requests',
    counts: ['requests'],
  },
  {
    ...model,
    type: 'input_tokens_per_minute_cache_aware',
    label: 'input tokens/min (cache reads free)',
    long: 'input tokens per minute, cache reads not counted',
    counts: INPUT,
  },
  {
    ...model,
    type: 'input_tokens_per_minute',
    label: 'input tokens/min (cache reads count)',
    long: 'input tokens per minute, cache reads counted',
    counts: ALL_INPUT,
  },
  {
    ...model,
    type: 'output_tokens_per_minute',
    label: 'output tokens/min',
    long: 'output tokens per minute',
    counts: ['output'],
  },
  {
    ...model,
    type: 'tokens_per_minute',
    label: 'tokens/min (input + output)',
    long: 'input and output tokens per minute',
    counts: [...ALL_INPUT, 'output'],
  },
  {
    ...model,
    type: 'tokens_per_day',
    label: 'tokens/day (input + output)',
    long: 'input and output tokens per UTC day',
    per: 'day',
    counts: [...ALL_INPUT, 'output'],
  },
  {
    ...model,
    type: 'fast_itpmca',
    label: 'fast input tokens/min (cache reads free)',
    long: 'fast-mode input tokens per minute, cache reads not counted',
    stream: 'fast',
    counts: INPUT,
  },
  {
    ...model,
    type: 'fast_otpm',
    label: 'fast output tokens/min',
    long: 'fast-mode output tokens per minute',
    stream: 'fast',
    counts: ['output'],
  },
  {
    type: 'tool_uses_per_second',
    group: 'web_search',
    label: 'web searches/s',
    long: 'web searches per second',
    unit: 'tool uses',
    per: 'second',
    stream: 'any',
    counts: ['webSearches'],
    lowerBound: true,
  },
]

/** The rule for a limiter of a group type, or undefined where usage cannot measure it (batch queues, an unknown type, …). */
export function limiterRule(groupType: string, limiterType: string): LimiterRule | undefined {
  return LIMITERS.find((rule) => rule.type === limiterType && rule.group === groupType)
}

/** Up to when the use that a limiter counts is known, UTC milliseconds. */
export function knownFor({ unit }: Pick<LimiterRule, 'unit'>, known: KnownUntil): number {
  return unit === 'tokens' ? known.tokens : known.requests
}

/** A person's name for any limiter, known or not: never fails, an unknown type is shown as Anthropic spells it. */
export function limiterLabel(groupType: string, limiterType: string): string {
  if (limiterType === 'enqueued_batch_requests') return 'batch requests in queue'
  if (limiterType === 'requests_per_minute' && groupType !== MODEL_GROUP) return 'requests/min'
  return limiterRule(groupType, limiterType)?.label ?? limiterType
}

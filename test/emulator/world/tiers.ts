import { group, type WorldGroup } from './world.ts'

/** The Scale tier as published (Anthropic's rate-limits page, copy of 2026-10-08); what it does not publish is made up. */

const scale = { requests: 10_000, input: 10_000_000, output: 2_000_000 }
const fable = { requests: 4_000, input: 4_000_000, output: 800_000 }
/** Fast-mode limits are not published. */
const FAST = { fast_itpmca: 1_000_000, fast_otpm: 200_000 }

function models(name: string, list: string[], figures: typeof scale, more: Record<string, number> = {}): WorldGroup {
  const limits = {
    requests_per_minute: figures.requests,
    input_tokens_per_minute_cache_aware: figures.input,
    output_tokens_per_minute: figures.output,
    ...more,
  }
  return group({ name, models: list, limits })
}

export const SCALE_TIER: readonly WorldGroup[] = [
  models('Claude Fable 5.x', ['claude-fable-5', 'claude-fable-5-1'], fable),
  models('Claude Opus 5.5', ['claude-opus-5-5'], scale, FAST),
  models('Claude Opus 5', ['claude-opus-5'], scale, FAST),
  models(
    'Claude Opus 4.x',
    ['claude-opus-4-5', 'claude-opus-4-5-20251101', 'claude-opus-4-6', 'claude-opus-4-7', 'claude-opus-4-8'],
    scale,
    FAST,
  ),
  models('Claude Sonnet 5.5', ['claude-sonnet-5-5'], scale),
  models('Claude Sonnet 5', ['claude-sonnet-5'], scale),
  models('Claude Sonnet 4.x', ['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929', 'claude-sonnet-4-6'], scale),
  models('Claude Haiku 5.5', ['claude-haiku-5-5'], scale),
  models('Claude Haiku 4.5', ['claude-haiku-4-5', 'claude-haiku-4-5-20251001'], scale),
  // The one group whose published input limit counts cache reads.
  group({
    name: 'Claude Haiku 3.5',
    models: ['claude-3-5-haiku-20241022', 'claude-3-5-haiku-latest'],
    limits: { requests_per_minute: 4_000, input_tokens_per_minute: 400_000, output_tokens_per_minute: 80_000 },
  }),
  group({ type: 'batch', limits: { requests_per_minute: 4_000, enqueued_batch_requests: 500_000 } }),
  group({ type: 'token_count', limits: { requests_per_minute: 8_000 } }),
  group({ type: 'files', limits: { requests_per_minute: 500 } }),
  group({ type: 'skills', limits: { requests_per_minute: 200 } }),
  group({ type: 'web_search', limits: { tool_uses_per_second: 30 } }),
]

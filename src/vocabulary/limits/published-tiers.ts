/**
 * Anthropic's published tier table, as data. It is what the documentation said on `date`; an organization's real limits come
 * from the API. When the table is published anew: replace the figures and the date, nothing else.
 */

export const TIERS = ['Start', 'Build', 'Scale'] as const
export type Tier = (typeof TIERS)[number]

/** One value for each tier. */
type ByTier = Readonly<Record<Tier, number>>

export type PublishedGroup = {
  name: string
  /** Base names of its models; empty for a group that is named by its type. */
  models: readonly string[]
  type: string
  /** By limiter. Input is given under the limiter that counts as the table's footnote says. */
  limits: Readonly<Record<string, ByTier>>
}

const perMinute = (requests: ByTier, input: ByTier, output: ByTier, inputLimiter: string) => ({
  requests_per_minute: requests,
  [inputLimiter]: input,
  output_tokens_per_minute: output,
})

/** "For most Claude models, only uncached input tokens count towards your ITPM rate limits"; those marked † count cache reads. */
const CACHE_AWARE = 'input_tokens_per_minute_cache_aware'
const COUNTS_CACHE_READS = 'input_tokens_per_minute'

const CURRENT = perMinute(
  { Start: 1_000, Build: 5_000, Scale: 10_000 },
  { Start: 2_000_000, Build: 5_000_000, Scale: 10_000_000 },
  { Start: 400_000, Build: 1_000_000, Scale: 2_000_000 },
  CACHE_AWARE,
)
const FABLE = perMinute(
  { Start: 1_000, Build: 2_000, Scale: 4_000 },
  { Start: 500_000, Build: 1_500_000, Scale: 4_000_000 },
  { Start: 100_000, Build: 300_000, Scale: 800_000 },
  CACHE_AWARE,
)
const HAIKU_3_5 = perMinute(
  { Start: 1_000, Build: 2_000, Scale: 4_000 },
  { Start: 100_000, Build: 200_000, Scale: 400_000 },
  { Start: 20_000, Build: 40_000, Scale: 80_000 },
  COUNTS_CACHE_READS,
)

const models = (name: string, limits: PublishedGroup['limits'], ...baseNames: string[]): PublishedGroup => ({
  name,
  models: baseNames,
  type: 'model_group',
  limits,
})

export const PUBLISHED = {
  date: '2026-10-08',
  source: 'https://platform.claude.com/docs/en/api/rate-limits',
  /** Spend cap per calendar month, US dollars. */
  monthlySpend: { Start: 500, Build: 1_000, Scale: 200_000 } satisfies ByTier,
  groups: [
    models('Claude Fable 5.x', FABLE, 'claude-fable-5-1', 'claude-fable-5'),
    models('Claude Opus 5.5', CURRENT, 'claude-opus-5-5'),
    models('Claude Opus 5', CURRENT, 'claude-opus-5'),
    models('Claude Opus 4.x', CURRENT, 'claude-opus-4-8', 'claude-opus-4-7', 'claude-opus-4-6', 'claude-opus-4-5'),
    models('Claude Sonnet 5.5', CURRENT, 'claude-sonnet-5-5'),
    models('Claude Sonnet 5', CURRENT, 'claude-sonnet-5'),
    models('Claude Sonnet 4.x', CURRENT, 'claude-sonnet-4-6', 'claude-sonnet-4-5'),
    models('Claude Haiku 5.5', CURRENT, 'claude-haiku-5-5'),
    models('Claude Haiku 4.5', CURRENT, 'claude-haiku-4-5'),
    models('Claude Haiku 3.5', HAIKU_3_5, 'claude-3-5-haiku'),
    {
      name: 'Message Batches',
      models: [],
      type: 'batch',
      limits: {
        requests_per_minute: { Start: 1_000, Build: 2_000, Scale: 4_000 },
        enqueued_batch_requests: { Start: 200_000, Build: 300_000, Scale: 500_000 },
      },
    },
    {
      name: 'Token counting',
      models: [],
      type: 'token_count',
      limits: { requests_per_minute: { Start: 2_000, Build: 4_000, Scale: 8_000 } },
    },
  ] satisfies PublishedGroup[] as readonly PublishedGroup[],
} as const

/** The published group of a model by its name, its snapshot (`-20251101`) or its alias (`-latest`). */
export function publishedGroupOfModel(model: string): PublishedGroup | undefined {
  const baseName = model.replace(/-(\d{8}|latest)$/, '')
  return PUBLISHED.groups.find((group) => group.models.includes(baseName))
}

import { cron, hourly, type Shape, steady, workday } from './shapes.ts'
import { apiKey, type usage, workspace } from './world.ts'

/** Who uses Claude in the example organization, and how. Percentages are of the published Scale limits. */

/** One source of use: a key of a workspace that sends one kind of request. */
export type Stream = {
  /** What an atom of it is, its numbers being those of one request. */
  one: Omit<Parameters<typeof usage>[0], 'at'>
  /** Requests in its busiest minute. */
  peak: number
  shape: Shape
  /** Factor on the day before the audited one; default 1. */
  dayBefore?: number
}

export const WORKSPACES = [
  // The ordinary override.
  workspace({ name: 'production', overrides: { 'Claude Opus 4.x': { requests_per_minute: 1_000 } } }),
  // Counts cache reads, which the organization's own limit does not: mostly cached traffic can hit it.
  workspace({ name: 'support-bot', overrides: { 'Claude Sonnet 5': { input_tokens_per_minute: 8_000_000 } } }),
  // Inert: above the organization's 10,000.
  workspace({ name: 'staging', overrides: { 'Claude Haiku 4.5': { requests_per_minute: 20_000 } } }),
  workspace({ name: 'data-pipeline', overrides: { 'Claude Haiku 5.5': { output_tokens_per_minute: 600_000 } } }),
  ...['code-review', 'claude-code', 'research', 'document-ai', 'mobile-app', 'sales-assistant', 'evaluation'].map(
    (name) => workspace({ name }),
  ),
  workspace({ name: 'search-ranking' }),
  workspace({ name: 'legacy-chatbot', archived: true }),
]

export const KEYS = [
  apiKey('checkout', 'production'),
  apiKey('support-live', 'support-bot'),
  apiKey('staging', 'staging'),
  apiKey('etl', 'data-pipeline'),
  apiKey('pull-requests', 'code-review'),
  apiKey('agents', 'research'),
  apiKey('nightly-digest', 'document-ai'),
  apiKey('moderation', 'mobile-app'),
  apiKey('assistant-ios', 'mobile-app'),
  apiKey('crm', 'sales-assistant'),
  apiKey('evals', 'evaluation'),
  apiKey('reranker', 'search-ranking'),
  apiKey('chatbot-2025', 'legacy-chatbot'),
]

export const STREAMS: readonly Stream[] = [
  // 84 % of Opus 5.5's input at 02:00 sharp; 70 % the day before.
  {
    one: {
      workspace: 'document-ai',
      apiKey: 'nightly-digest',
      model: 'claude-opus-5-5',
      uncachedInput: 12_000,
      output: 900,
    },
    peak: 705,
    shape: cron(120),
    dayBefore: 0.83,
  },
  {
    one: {
      workspace: 'code-review',
      apiKey: 'pull-requests',
      model: 'claude-opus-5-5',
      uncachedInput: 2_400,
      cacheCreation5m: 1_500,
      cacheRead: 18_000,
      output: 850,
      contextWindow: '200k-1M',
    },
    peak: 420,
    shape: workday,
  },
  {
    one: {
      workspace: 'code-review',
      apiKey: 'pull-requests',
      model: 'claude-opus-5-5',
      fast: true,
      uncachedInput: 2_100,
      cacheRead: 9_000,
      output: 700,
    },
    peak: 120,
    shape: workday,
  },
  // 83 % of production's own request limit; 8 % of the organization's.
  {
    one: {
      workspace: 'production',
      apiKey: 'checkout',
      model: 'claude-opus-4-8',
      uncachedInput: 2_600,
      cacheRead: 4_000,
      output: 640,
    },
    peak: 560,
    shape: workday,
  },
  {
    one: { workspace: 'production', apiKey: 'checkout', model: 'claude-opus-4-6', uncachedInput: 1_900, output: 380 },
    peak: 275,
    shape: workday,
  },
  // 113 % of the workspace's plain input limit, 91 % of it cache reads; 8 % of the organization's cache-aware one.
  {
    one: {
      workspace: 'support-bot',
      apiKey: 'support-live',
      model: 'claude-sonnet-5',
      uncachedInput: 300,
      cacheCreation1h: 250,
      cacheRead: 5_500,
      output: 180,
    },
    peak: 1_510,
    shape: workday,
  },
  // With the two below and support: 40 % of Sonnet 5's output, 79 % once the limit is cut by half.
  {
    one: {
      workspace: 'mobile-app',
      apiKey: 'assistant-ios',
      model: 'claude-sonnet-5',
      uncachedInput: 1_100,
      cacheRead: 1_800,
      output: 350,
    },
    peak: 900,
    shape: workday,
  },
  {
    one: { workspace: 'sales-assistant', apiKey: 'crm', model: 'claude-sonnet-5', uncachedInput: 2_800, output: 540 },
    peak: 400,
    shape: workday,
  },
  // 56 % of Sonnet 5.5's input: watch.
  {
    one: {
      workspace: 'claude-code',
      product: 'claude_code',
      model: 'claude-sonnet-5-5',
      uncachedInput: 1_000,
      cacheCreation5m: 3_000,
      cacheRead: 42_000,
      output: 450,
    },
    peak: 1_410,
    shape: workday,
  },
  // 62 % of the workspace's output limit with every full hour: watch.
  {
    one: { workspace: 'data-pipeline', apiKey: 'etl', model: 'claude-haiku-5-5', uncachedInput: 1_400, output: 310 },
    peak: 1_210,
    shape: hourly,
  },
  // 55 % of Haiku 4.5's requests: watch; 80 % the day before: recovered.
  {
    one: {
      workspace: 'mobile-app',
      apiKey: 'moderation',
      model: 'claude-haiku-4-5-20251001',
      uncachedInput: 220,
      output: 12,
    },
    peak: 5_300,
    shape: workday,
    dayBefore: 1.47,
  },
  {
    one: { workspace: 'staging', apiKey: 'staging', model: 'claude-haiku-4-5', uncachedInput: 400, output: 60 },
    peak: 260,
    shape: workday,
  },
  {
    one: { workspace: 'search-ranking', apiKey: 'reranker', model: 'claude-haiku-5-5', uncachedInput: 900, output: 25 },
    peak: 800,
    shape: workday,
  },
  {
    one: {
      workspace: 'research',
      apiKey: 'agents',
      product: 'managed_agents_api',
      model: 'claude-opus-5',
      uncachedInput: 3_500,
      cacheCreation5m: 2_000,
      cacheRead: 30_000,
      output: 1_900,
      webSearches: 1,
    },
    peak: 240,
    shape: workday,
  },
  {
    one: { workspace: 'research', apiKey: 'agents', model: 'claude-fable-5-1', uncachedInput: 6_000, output: 1_400 },
    peak: 110,
    shape: workday,
  },
  {
    one: { workspace: 'evaluation', apiKey: 'evals', model: 'claude-sonnet-4-6', uncachedInput: 1_800, output: 420 },
    peak: 640,
    shape: cron(1290),
  },
  // Batch work at a multiple of the limit, which is not what the limit is for.
  {
    one: {
      workspace: 'evaluation',
      apiKey: 'evals',
      batch: true,
      model: 'claude-sonnet-4-6',
      uncachedInput: 3_000,
      output: 800,
    },
    peak: 24_000,
    shape: cron(1300),
  },
  {
    one: {
      workspace: 'legacy-chatbot',
      apiKey: 'chatbot-2025',
      model: 'claude-3-5-haiku-20241022',
      uncachedInput: 500,
      cacheRead: 900,
      output: 110,
    },
    peak: 24,
    shape: steady,
  },
  // Its model is listed by no group.
  {
    one: { workspace: 'staging', apiKey: 'staging', model: 'claude-opus-4-1-20250805', uncachedInput: 800, output: 90 },
    peak: 3,
    shape: steady,
  },
  {
    one: { model: 'claude-opus-5-5', product: 'claude_console', uncachedInput: 900, output: 500 },
    peak: 6,
    shape: workday,
  },
]

import type { Policy } from '../../../src/collect/repository/policy-schema.ts'
import type { Target } from '../../../src/judge/policy/selector.ts'
import type { RateLimitGroup } from '../../../src/vocabulary/limits/groups.ts'
import type { Snapshot } from '../../../src/vocabulary/limits/snapshot.ts'

/** A small organization to speak of in policies. */

export const OPUS: RateLimitGroup = {
  type: 'model_group',
  name: 'Claude Opus 4.x',
  models: ['claude-opus-4-5', 'claude-opus-4-6'],
  limits: { output_tokens_per_minute: 400_000, requests_per_minute: 4000 },
}
export const BATCH: RateLimitGroup = {
  type: 'batch',
  name: 'batch',
  models: [],
  limits: { requests_per_minute: 4000 },
}
export const PRODUCTION = { id: 'wrkspc_01Production', name: 'production' }
export const RESEARCH = { id: 'wrkspc_01Research', name: 'research' }

export const SNAPSHOT: Snapshot = {
  groups: [BATCH, OPUS],
  workspaces: [{ ...PRODUCTION, overrides: [{ ...OPUS, models: [], limits: { requests_per_minute: 1000 } }] }],
}

export const policyOf = (rules: Partial<Policy>): Policy => ({
  path: 'policy.yml',
  thresholds: [],
  mutes: [],
  expected: [],
  spendCap: null,
  ...rules,
})

export const inWorkspace = (group: RateLimitGroup, limiter: string, workspace = PRODUCTION): Target => ({
  scope: { type: 'workspace', ...workspace },
  group,
  limiter,
})

export const inOrganization = (group: RateLimitGroup, limiter: string): Target => ({
  scope: { type: 'organization' },
  group,
  limiter,
})

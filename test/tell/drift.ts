import type { DriftRow } from '../../src/report/report.ts'

/** A drift of the organization's output limit, but for what is given. */
export const drift = (given: Partial<DriftRow>): DriftRow => ({
  class: 'cut',
  scope: { type: 'organization' },
  group: { type: 'model_group', name: 'Claude Opus 4.x' },
  limiter: 'output_tokens_per_minute',
  before: 800_000,
  after: 400_000,
  utilization_before: null,
  utilization_after: null,
  peak: null,
  model: null,
  from: null,
  ...given,
})

/** What else a reader should know, beside the verdicts. */
export const FINDING_KINDS = [
  'inert-override',
  'pinned-override',
  'cached-traffic-override',
  'oversubscribed',
  'uncapped-workspaces',
  'model-in-two-groups',
  'requests-unknown',
  'legacy-usage',
  'freshness-unknown',
  'data-incomplete',
  'drivers-unknown',
  'read-twice',
  'what-if',
  'spend-unknown',
  'budgets-unknown',
  'unclaimed-use',
  'unreconciled',
  'unknown-product',
  'mute-expired',
  'unexpected-limit',
  'policy-unmatched',
  'headers-log',
  'limits-moved',
  'mixed-limits',
] as const

/** `message` is one sentence for a person. */
export type Finding = { kind: (typeof FINDING_KINDS)[number]; message: string }

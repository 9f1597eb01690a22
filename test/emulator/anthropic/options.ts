/** How this Anthropic differs from an ordinary day's. Every field may be changed while it runs. */
export type Options = {
  /** `by-version`: `group` (and `group_type` under 2023-06-01); `april-2026`: `group_type` alone, no IDs. */
  limitsShape: 'by-version' | 'april-2026'
  /** What the default workspace's rate limits answer: the documentation says 404, an earlier copy no entry. */
  defaultWorkspaceLimits: 'not-found' | 'empty'
  /** The analytics API returns at most this many rows a page, whatever `limit` asks for. */
  maxRows: number
  /** Rows come in an order of their own, whatever `order_by` asks for. */
  shuffled: boolean
  /**
   * How far the analytics data is complete; null: the service does not say. Rows after it are served as far as the
   * world has them: what has arrived of an unfinished minute. Undefined: five minutes before `now`.
   */
  dataRefreshedAt: string | null | undefined
  /** Every `usage.requests` is null. */
  requestsUnknown: boolean
  /** How many requests it takes before it answers 429; null: any number. */
  limiter: Limiter | null
  /** Whether the analytics API takes the filter by model; else it answers 400. */
  filtersByModel: boolean
  /** Whether an endpoint that is documented with one API version alone refuses the other. */
  strictVersions: boolean
  /** An organization with HIPAA readiness: the analytics API answers 400. */
  hipaa: boolean
  /** The credential is one of a parent organization, which sees the use of its children. */
  parentKey: boolean
  /** Rows of the spend-limit listing; null: the organization is not in its preview. */
  spendLimits: readonly SpendLimit[] | null
  /** The Activity Feed; null: the Compliance API is not switched on. */
  activities: readonly Activity[] | null
  /** What days (UTC) cost, in cents as a decimal string; the others cost nothing. */
  costs: readonly { day: string; amount: string }[]
  /** What a model costs, in cents for a million tokens; any other costs 300 and 1,500. */
  prices: Readonly<Record<string, { input: number; output: number }>>
  federation: Federation
}

/**
 * A limit on requests. `bucket` fills up evenly and holds a minute's worth, `calendar` begins anew with each minute of the
 * clock; whether a 429 says how long to wait is `retryAfter`. The documented figure is 60 a minute, for usage analytics
 * and for spend limits.
 */
export type Limiter = {
  kind: 'bucket' | 'calendar'
  perMinute: number
  retryAfter: boolean
  of: 'analytics' | 'everything'
}

export type Activity = {
  type: 'platform_workspace_rate_limit_updated' | 'platform_workspace_rate_limit_deleted'
  created_at: string
  workspace_id: string
  model_group: string
  limiter_type: string
  value?: number
  actor: { type: string } & Record<string, string>
}

export type SpendLimit = {
  scope: { type: string; workspace_id?: string }
  /** Cents, as a decimal string. */
  amount: string | null
  period?: 'daily' | 'weekly' | 'monthly'
}

/** The one federation rule of the organization, and what a token minted by it may do. */
export type Federation = {
  ruleId: string
  serviceAccountId: string
  /** Null: the rule is enabled for one workspace, and the request need not name it. */
  workspaceId: string | null
  /** `aud` of the JWT. */
  audience: string
  /** `sub` of the JWT, exactly. */
  subject: string
  /** Token lifetime of the rule, seconds (60–86400). */
  lifetime: number
  /** Anything but `org:admin` is refused by every Admin endpoint. */
  scope: string
  /** Whether the analytics API takes such a token: not documented, so both ways are tried. */
  analytics: boolean
}

export const ORDINARY: Options = {
  limitsShape: 'by-version',
  defaultWorkspaceLimits: 'not-found',
  maxRows: 1000,
  shuffled: false,
  dataRefreshedAt: undefined,
  requestsUnknown: false,
  limiter: null,
  filtersByModel: true,
  strictVersions: true,
  hipaa: false,
  parentKey: false,
  spendLimits: null,
  activities: null,
  costs: [],
  prices: {},
  federation: {
    ruleId: 'fdrl_01Emulator4WnFv8s2Kd9PqRsTu',
    serviceAccountId: 'svac_01Emulator7xYzAbCdEfGhJkMnP',
    workspaceId: null,
    audience: 'https://api.anthropic.com',
    subject: 'repo:acme/limits:ref:refs/heads/main',
    lifetime: 3600,
    scope: 'org:admin',
    analytics: true,
  },
}

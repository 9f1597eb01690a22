import type {
  Blind,
  DriftRow,
  GroupViewRow,
  MeasuredRow,
  Report,
  UnmeasuredRow,
  VerdictRow,
} from '../../src/report/report.ts'
import { reportSchema } from '../../src/report/schemas/report-schema.ts'
import type { Links } from '../../src/tell/words/links.ts'
import type { Scope } from '../../src/vocabulary/scope.ts'
import type { SnapshotOutcome } from '../../src/vocabulary/snapshot-outcome.ts'
import { consequence, withConsequence } from './drift.ts'

/** Reports of days as they happen, for golden files, for the preview and for looking at. All figures agree with each other. */

export type Example = { report: Report; snapshot: SnapshotOutcome | null } | { blind: Blind }

const THRESHOLDS = { watch: 0.5, alert: 0.75 }
const DAY = '2026-11-22T'

export const LINKS: Links = {
  run: 'https://github.com/acme/limits/actions/runs/19500000001',
  usage: 'https://platform.claude.com/usage',
  limits: 'https://platform.claude.com/usage/limits',
  runbook: 'https://wiki.acme.example/claude-rate-limits',
}

const ORGANIZATION: Scope = { type: 'organization' }
const PRODUCTION: Scope = { type: 'workspace', id: 'wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ', name: 'production' }
const RESEARCH: Scope = { type: 'workspace', id: 'wrkspc_01Nq8mPzL5bVJx2RkYtW3cDf', name: 'research_batch' }

const OPUS = { type: 'model_group', name: 'Claude Opus 4.x' }
const SONNET = { type: 'model_group', name: 'Claude Sonnet 4.x' }
const HAIKU = { type: 'model_group', name: 'Claude Haiku 4.5' }
const OPUS_5 = { type: 'model_group', name: 'Claude Opus 5' }
const BATCH = { type: 'batch', name: 'batch' }
const TOKEN_COUNT = { type: 'token_count', name: 'token_count' }
const WEB_SEARCH = { type: 'web_search', name: 'web_search' }

const INPUT = 'input_tokens_per_minute_cache_aware'
const PLAIN_INPUT = 'input_tokens_per_minute'
const OUTPUT = 'output_tokens_per_minute'
const REQUESTS = 'requests_per_minute'

/** Use by UTC hour in parts of the day's peak: a working day in Europe, with the peak at 14 h. */
const CURVE = [
  0.08, 0.06, 0.05, 0.05, 0.06, 0.1, 0.18, 0.35, 0.52, 0.66, 0.71, 0.74, 0.69, 0.83, 1, 0.88, 0.76, 0.6, 0.41, 0.33,
  0.27, 0.2, 0.15, 0.11,
]
const READ_SHARE = [
  0, 0, 0.02, 0.02, 0.03, 0.05, 0.1, 0.14, 0.17, 0.19, 0.2, 0.21, 0.18, 0.2, 0.22, 0.21, 0.19, 0.16, 0.12, 0.1, 0.08,
  0.06, 0.04, 0.02,
]

type Given = Pick<MeasuredRow, 'group' | 'limiter' | 'limit' | 'peak'> & Partial<MeasuredRow>

function bandOf(utilization: number) {
  if (utilization >= THRESHOLDS.alert) return 'alert'
  return utilization >= THRESHOLDS.watch ? 'watch' : 'ok'
}

/** A measured row: utilization, band and hours follow from peak and limit. */
function measured(given: Given): MeasuredRow {
  const { limit, peak } = given
  const utilization = peak / limit
  return {
    scope: ORGANIZATION,
    configured: limit,
    limit_source: given.scope?.type === 'workspace' ? 'workspace' : 'organization',
    peak_at: `${DAY}14:05:00Z`,
    bracket: Math.round(peak * 1.31),
    p99: Math.round(peak * 0.74),
    minutes_over_threshold: utilization >= THRESHOLDS.alert ? 4 : 0,
    utilization,
    band: bandOf(utilization),
    transition: null,
    reason: null,
    lower_bound: false,
    clipped: null,
    previous: previous(peak * 0.93, limit),
    hourly: CURVE.map((part) => Math.round(peak * part)),
    drivers: null,
    ...given,
  }
}

function previous(peak: number, limit: number): VerdictRow['previous'] {
  const utilization = peak / limit
  return { peak: Math.round(peak), limit, utilization, band: bandOf(utilization) }
}

function unmeasured(
  given: Pick<UnmeasuredRow, 'group' | 'limiter' | 'limit' | 'reason'> & Partial<UnmeasuredRow>,
): UnmeasuredRow {
  return {
    scope: ORGANIZATION,
    configured: given.limit,
    limit_source: 'organization',
    peak: null,
    peak_at: null,
    bracket: null,
    p99: null,
    minutes_over_threshold: null,
    utilization: null,
    band: 'unmeasured',
    transition: null,
    lower_bound: false,
    clipped: null,
    previous: null,
    hourly: null,
    drivers: null,
    ...given,
  }
}

const NOT_IN_USAGE = 'Usage data does not show these calls.'
const UNMEASURED: VerdictRow[] = [
  unmeasured({
    group: BATCH,
    limiter: 'enqueued_batch_requests',
    limit: 500_000,
    reason: 'The queue is a level, not a rate: usage data does not show it.',
  }),
  unmeasured({ group: BATCH, limiter: REQUESTS, limit: 4_000, reason: NOT_IN_USAGE }),
  unmeasured({ group: TOKEN_COUNT, limiter: REQUESTS, limit: 8_000, reason: NOT_IN_USAGE }),
]

const QUIET_ROWS: VerdictRow[] = [
  measured({ group: HAIKU, limiter: INPUT, limit: 4_000_000, peak: 181_000 }),
  measured({ group: HAIKU, limiter: OUTPUT, limit: 800_000, peak: 3_200 }),
  measured({ group: HAIKU, limiter: REQUESTS, limit: 4_000, peak: 212 }),
  measured({ group: OPUS, limiter: INPUT, limit: 2_000_000, peak: 431_000 }),
  measured({ group: OPUS, limiter: OUTPUT, limit: 400_000, peak: 102_400 }),
  measured({ group: OPUS, limiter: REQUESTS, limit: 4_000, peak: 611 }),
  measured({ group: SONNET, limiter: INPUT, limit: 2_000_000, peak: 902_500 }),
  measured({ group: SONNET, limiter: OUTPUT, limit: 400_000, peak: 121_900 }),
  measured({ group: SONNET, limiter: REQUESTS, limit: 4_000, peak: 1_204 }),
]
const WEB_SEARCHES = measured({
  group: WEB_SEARCH,
  limiter: 'tool_uses_per_second',
  limit: 30,
  peak: 0.35,
  bracket: null,
  p99: 0.05,
  lower_bound: true,
  previous: previous(0.35, 30),
  hourly: CURVE.map((part) => Number((part * 0.35).toFixed(3))),
})
const PRODUCTION_REQUESTS = measured({ scope: PRODUCTION, group: OPUS, limiter: REQUESTS, limit: 1_000, peak: 402 })
const RESEARCH_INERT = measured({
  scope: RESEARCH,
  group: SONNET,
  limiter: REQUESTS,
  limit: 4_000,
  configured: 5_000,
  limit_source: 'organization',
  peak: 88,
})

const VIEWS: GroupViewRow[] = [HAIKU, OPUS, SONNET].map((group, index) => {
  const shares = READ_SHARE.map((share) => Math.min(1, share * ([4.2, 1, 3.1][index] ?? 1)))
  const inputs = CURVE.map((part) => Math.round(part * 40_000_000))
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const readShare = sum(inputs.map((input, hour) => input * (shares[hour] ?? 0))) / sum(inputs)
  return {
    scope: ORGANIZATION,
    group,
    binds: [],
    cache: {
      read_share: readShare,
      stretch: 1 / (1 - readShare),
      hourly_read_share: shares,
      hourly_input: inputs,
    },
  }
})

function reportOf(given: Partial<Report> & { verdicts: VerdictRow[] }): Report {
  const ratios = given.verdicts.flatMap(({ utilization }) => (utilization === null ? [] : [utilization]))
  const bands = new Set(given.verdicts.map(({ band }) => band))
  return reportSchema.parse({
    version: 1,
    window: {
      start: `${DAY}00:00:00Z`,
      end: '2026-11-23T00:00:00Z',
      days: 1,
      complete: true,
      missing_minutes: 0,
      data_refreshed_at: '2026-11-23T05:40:00Z',
      compared_with: { start: '2026-11-21T00:00:00Z', end: `${DAY}00:00:00Z` },
    },
    usage_source: 'analytics',
    peak_window: 'minute',
    thresholds: THRESHOLDS,
    status: (['alert', 'watch', 'ok'] as const).find((band) => bands.has(band)) ?? null,
    highest_utilization: ratios.length === 0 ? null : Math.max(...ratios),
    groups: VIEWS.map((view) => ({ ...view, binds: bindsOf(view, given.verdicts) })),
    drift: [],
    first_snapshot: false,
    findings: [],
    unmatched_models: [],
    failures: [],
    ...given,
  } satisfies Report)
}

/** The same at 14:20 of the day: tokens are known until 14:14, requests until 13:55. */
function liveOf({ planning: _, ...report }: Report): Report {
  const known = { tokens: `${DAY}14:14:00Z`, requests: `${DAY}13:55:00Z` }
  const verdicts = report.verdicts.map((row): VerdictRow => {
    if (row.band === 'unmeasured' || !('bracket' in row) || 'refused' in row) return row
    const ofTokens = row.limiter.includes('tokens')
    const live = {
      known_until: ofTokens ? known.tokens : known.requests,
      missing_minutes: ofTokens ? 6 : 25,
    }
    const peak_at = ofTokens ? row.peak_at : `${DAY}13:41:00Z`
    if (row.band !== 'ok')
      return { ...row, ...live, peak_at, lower_bound: true, transition: null, previous: null, hourly: null }
    const { scope, group, limiter, configured, limit_source, lower_bound, limit, peak, utilization } = row
    const so_far = { peak, peak_at, utilization }
    const reason = `not known to its end: ${live.missing_minutes} minutes are not in yet`
    const now = { scope, group, limiter, configured, limit_source, lower_bound, limit, reason, so_far }
    return { ...(UNMEASURED[0] as UnmeasuredRow), ...now, ...live }
  })
  const hot = verdicts.filter((row) => row.band === 'alert').filter((row) => !('refused' in row))
  return reportSchema.parse({
    ...report,
    window: {
      ...report.window,
      end: `${DAY}14:20:00Z`,
      complete: false,
      missing_minutes: 25,
      data_refreshed_at: known.requests,
      compared_with: null,
    },
    status: verdicts.some(({ band }) => band === 'alert') ? 'alert' : null,
    verdicts,
    live: {
      known_until: known,
      hot_minutes: ['14:05', '14:04'].flatMap((at, index) =>
        hot.map(({ scope, group, limiter, limit, peak, utilization, drivers }) => ({
          ...{ scope, group, limiter, limit, used: peak, utilization },
          at: `${DAY}${at}:00Z`,
          drivers: index === 0 ? drivers : null,
        })),
      ),
      hot_minutes_left_out: hot.length > 0 ? 12 : 0,
    },
  })
}

function bindsOf(view: GroupViewRow, verdicts: readonly VerdictRow[]): GroupViewRow['binds'] {
  return verdicts
    .filter(({ scope, group }) => scope.type === 'organization' && group.name === view.group.name)
    .flatMap(({ limiter, utilization }) => (utilization === null ? [] : [{ limiter, utilization }]))
    .sort((a, b) => b.utilization - a.utilization)
}

function driftOf(given: Pick<DriftRow, 'class' | 'group'> & Partial<DriftRow>): DriftRow {
  return withConsequence({
    scope: ORGANIZATION,
    limiter: null,
    before: null,
    after: null,
    utilization_before: null,
    utilization_after: null,
    peak: null,
    consequences: [],
    model: null,
    from: null,
    ...given,
  })
}

/** Rows of `all`, each replaced by the given one for the same limit. */
function withRows(all: readonly VerdictRow[], ...changed: readonly VerdictRow[]): VerdictRow[] {
  const key = ({ scope, group, limiter }: VerdictRow) => JSON.stringify([scope, group, limiter])
  const keys = new Set(all.map(key))
  return [
    ...all.map((row) => changed.find((other) => key(other) === key(row)) ?? row),
    ...changed.filter((row) => !keys.has(key(row))),
  ]
}

const EVERY_DAY = [...UNMEASURED, ...QUIET_ROWS, WEB_SEARCHES, PRODUCTION_REQUESTS, RESEARCH_INERT]

const OPUS_INPUT_ALERT = measured({
  group: OPUS,
  limiter: INPUT,
  limit: 2_000_000,
  peak: 1_660_000,
  bracket: 2_010_000,
  p99: 610_000,
  transition: 'new',
  previous: previous(1_240_000, 2_000_000),
  drivers: {
    workspaces: [
      { id: PRODUCTION.type === 'workspace' ? PRODUCTION.id : null, name: 'production', share: 0.71 },
      { id: null, name: 'Default', share: 0.2 },
    ],
    models: [
      { id: null, name: 'claude-opus-4-6', share: 0.92 },
      { id: null, name: 'claude-opus-4-5', share: 0.08 },
    ],
    api_keys: [{ id: 'apikey_01Rj2N8SVvo6BePZj99NhmiT', name: 'checkout-assistant', share: 0.66 }],
  },
})
const PRODUCTION_ALERT = measured({
  scope: PRODUCTION,
  group: OPUS,
  limiter: REQUESTS,
  limit: 1_000,
  peak: 1_040,
  transition: 'worse',
  minutes_over_threshold: 41,
  p99: 790,
  clipped: { from: `${DAY}14:01:00Z`, minutes: 12 },
  previous: previous(830, 1_000),
  drivers: {
    workspaces: [],
    models: [{ id: null, name: 'claude-opus-4-6', share: 0.97 }],
    api_keys: [{ id: 'apikey_01Rj2N8SVvo6BePZj99NhmiT', name: 'checkout-assistant', share: 0.88 }],
  },
})
const SONNET_WATCH = measured({ group: SONNET, limiter: INPUT, limit: 2_000_000, peak: 1_499_200, transition: null })

/** Opus 5 gets a group of its own, in the run that cuts the output limit of the group it leaves. */
const OPUS_5_LEAVES = [
  consequence(OPUS_5.name, null, [52_000, 400_000]),
  consequence(OPUS.name, [348_000, 800_000], [310_000, 400_000]),
]
const CUT_ALONE = {
  ...{ class: 'cut', group: OPUS, limiter: OUTPUT, before: 800_000, after: 400_000 },
  ...{ peak: 310_000, utilization_before: 0.3875, utilization_after: 0.775 },
} as const
const OPUS_OUTPUT_CUT = driftOf({
  class: 'cut',
  group: OPUS,
  limiter: OUTPUT,
  before: 800_000,
  after: 400_000,
  peak: 310_000,
  utilization_before: 0.435,
  utilization_after: 0.775,
  consequences: OPUS_5_LEAVES.slice(1),
})
const DRIFT: DriftRow[] = [
  driftOf({
    class: 'group-added',
    group: OPUS_5,
    models: ['claude-opus-5'],
    limits: [{ limiter: OUTPUT, limit: 400_000 }],
    consequences: OPUS_5_LEAVES,
  }),
  driftOf({
    class: 'model-moved',
    group: OPUS_5,
    model: 'claude-opus-5',
    from: 'Claude Opus 4.x',
    consequences: OPUS_5_LEAVES,
  }),
  driftOf({
    class: 'raised',
    group: HAIKU,
    limiter: INPUT,
    before: 2_000_000,
    after: 4_000_000,
    peak: 181_000,
    utilization_before: 0.0905,
    utilization_after: 0.04525,
  }),
  OPUS_OUTPUT_CUT,
  driftOf({
    class: 'override-added',
    scope: RESEARCH,
    group: SONNET,
    limiter: REQUESTS,
    after: 5_000,
    inherited: 4_000,
    peak: 88,
    utilization_before: 0.022,
    utilization_after: 0.022,
  }),
  driftOf({
    class: 'limiter-changed',
    group: SONNET,
    limiter: INPUT,
    from: PLAIN_INPUT,
    before: 1_000_000,
    after: 2_000_000,
    peak: 902_500,
    utilization_before: 2.19,
    utilization_after: 0.45125,
    consequences: [consequence(SONNET.name, [2_190_000, 1_000_000], [902_500, 2_000_000], INPUT)],
  }),
]

const COMMIT = {
  sha: '4be1f0c9a7d2e8531b6c0f9d8a7e6b5c4d3f2a10',
  verified: true,
  url: 'https://github.com/acme/limits/commit/4be1f0c9a7d2e8531b6c0f9d8a7e6b5c4d3f2a10',
}
const UNCHANGED = {
  operation: 'unchanged',
  path: '.github/claude-rate-limits.json',
  commit: null,
  pullRequest: null,
  note: null,
} satisfies SnapshotOutcome

const NOT_WANTED = {
  ...UNCHANGED,
  operation: 'skipped',
  because: 'not-wanted',
  note: 'Nothing is committed or proposed from a live window.',
} satisfies SnapshotOutcome

/** Must show as just these characters wherever it is shown. */
export const HOSTILE_NAME = '<!channel> *x* | \n # h1 <script>'
const HOSTILE: Scope = { type: 'workspace', id: 'wrkspc_01HostiLe', name: HOSTILE_NAME }
export const HOSTILE_NAME_TOO =
  '@acme/oncall #123 GH-7 :fire: $x$ https://evil.example www.evil.example a@evil.example `c` _i_ ~s~ [l](http://e.example) ::error::x ##[error]y'
const HOSTILE_TOO: Scope = { type: 'workspace', id: 'wrkspc_01HostiLeToo', name: HOSTILE_NAME_TOO }

const MESSAGE_WITH_NAME = `The override of workspace ${HOSTILE_NAME} is above the organization's value.`

/** `number` alerts in as many workspaces, and some of the organization: what a message and a summary have to bear. */
export function manyAlerts(number: number, ofOrganization = 0): Report {
  const organization = Array.from({ length: ofOrganization }, (_, index) =>
    measured({
      group: { type: 'model_group', name: `Claude Group ${index + 1}` },
      limiter: OUTPUT,
      limit: 400_000,
      peak: 300_000 + index * 8_000,
      transition: index % 4 === 0 ? 'new' : 'continuing',
      drivers: { workspaces: [{ id: null, name: 'production', share: 0.2 + index / 20 }], models: [], api_keys: [] },
    }),
  )
  const rows = Array.from({ length: number }, (_, index) => {
    const peak = 750 + ((index * 37) % 300)
    const name = `team-${String(index + 1).padStart(3, '0')}`
    return measured({
      scope: { type: 'workspace', id: `wrkspc_${name}`, name },
      group: [OPUS, SONNET, HAIKU][index % 3] ?? OPUS,
      limiter: REQUESTS,
      limit: 1_000,
      peak,
      transition: index % 4 === 0 ? 'new' : 'continuing',
      drivers: { workspaces: [], models: [], api_keys: [{ id: null, name: `${name}-key`, share: 0.8 }] },
    })
  })
  return reportOf({ verdicts: [...EVERY_DAY, ...organization, ...rows] })
}

export const EXAMPLES = {
  'quiet-day': { report: reportOf({ verdicts: EVERY_DAY }), snapshot: UNCHANGED },
  'first-alert': {
    report: reportOf({
      verdicts: withRows(EVERY_DAY, OPUS_INPUT_ALERT, SONNET_WATCH, PRODUCTION_ALERT),
      findings: [
        {
          kind: 'inert-override',
          message:
            "Workspace research_batch sets 5,000 requests/min for Claude Sonnet 4.x, above the organization's 4,000: the organization's value binds.",
        },
      ],
    }),
    snapshot: UNCHANGED,
  },
  recovery: {
    report: reportOf({
      verdicts: withRows(
        EVERY_DAY,
        measured({
          group: OPUS,
          limiter: OUTPUT,
          limit: 400_000,
          peak: 164_000,
          transition: 'recovered',
          previous: previous(332_000, 400_000),
        }),
        measured({
          group: SONNET,
          limiter: INPUT,
          limit: 2_000_000,
          peak: 1_120_000,
          transition: 'recovered',
          previous: previous(1_580_000, 2_000_000),
        }),
      ),
    }),
    snapshot: UNCHANGED,
  },
  drift: {
    report: reportOf({
      verdicts: withRows(
        EVERY_DAY,
        measured({
          group: OPUS,
          limiter: OUTPUT,
          limit: 400_000,
          peak: 310_000,
          transition: 'new',
          previous: previous(300_000, 800_000),
        }),
      ),
      drift: DRIFT,
    }),
    snapshot: {
      ...UNCHANGED,
      operation: 'updated',
      commit: COMMIT,
      pullRequest: { operation: 'created', number: 12, url: 'https://github.com/acme/limits/pull/12' },
    },
  },
  blind: {
    blind: {
      window: { start: `${DAY}00:00:00Z`, end: '2026-11-23T00:00:00Z' },
      source: 'api',
      error:
        'Reading the rate limits failed: GET /v1/organizations/rate_limits answered 401 authentication_error (request req_011CTx). Check that anthropic-admin-key is an Admin API key that has not been revoked.',
    },
  },
  'partial-failure': {
    report: reportOf({
      verdicts: [
        ...EVERY_DAY,
        unmeasured({
          scope: { type: 'workspace', id: 'wrkspc_01Unreadable', name: 'payments' },
          group: OPUS,
          limiter: REQUESTS,
          limit: null,
          limit_source: 'workspace',
          reason: 'The limits of this workspace could not be read.',
        }),
      ],
      unread_workspaces: [{ id: 'wrkspc_01Unreadable', name: 'payments' }],
      failures: [
        {
          resource: 'limits of workspace payments',
          message:
            'GET /v1/organizations/workspaces/wrkspc_01Unreadable/rate_limits answered 500 after 4 tries (request req_011CTy).',
        },
      ],
    }),
    snapshot: {
      ...UNCHANGED,
      operation: 'skipped',
      because: 'partial',
      note: 'The limits of one workspace could not be read, and a snapshot without it would record them as gone.',
    },
  },
  'incomplete-data': {
    report: reportOf({
      verdicts: withRows(
        EVERY_DAY,
        measured({
          group: OPUS,
          limiter: INPUT,
          limit: 2_000_000,
          peak: 1_240_000,
          previous: previous(1_100_000, 2_000_000),
          hourly: CURVE.map((part, hour) => (hour >= 21 ? null : Math.round(1_240_000 * part))),
        }),
      ),
      window: {
        start: `${DAY}00:00:00Z`,
        end: '2026-11-23T00:00:00Z',
        days: 1,
        complete: false,
        missing_minutes: 155,
        data_refreshed_at: `${DAY}21:25:00Z`,
        compared_with: { start: '2026-11-21T00:00:00Z', end: `${DAY}00:00:00Z` },
      },
      usage_source: 'legacy',
      unmatched_models: [{ model: 'claude-orion-1', requests: null, tokens: 12_400 }],
      findings: [{ kind: 'data-incomplete', message: 'Usage after 2026-11-22 21:25 UTC is not in yet.' }],
    }),
    snapshot: {
      ...UNCHANGED,
      operation: 'skipped',
      because: 'dry-run',
      note: 'Dry run: the snapshot would have been left unchanged.',
    },
  },
  week: {
    report: reportOf({
      window: {
        start: '2026-11-16T00:00:00Z',
        end: '2026-11-23T00:00:00Z',
        days: 7,
        complete: true,
        missing_minutes: 0,
        data_refreshed_at: '2026-11-23T05:40:00Z',
        compared_with: { start: '2026-11-09T00:00:00Z', end: '2026-11-16T00:00:00Z' },
      },
      verdicts: withRows(
        UNMEASURED,
        measured({
          group: OPUS,
          limiter: INPUT,
          limit: 2_000_000,
          peak: 9_000_000,
          peak_at: '2026-11-18T14:05:00Z',
          transition: 'continuing',
          hourly: [0.4, 0.5, 1, 0.6, 0.5, 0.1, 0.1].flatMap((day) =>
            CURVE.map((part) => Math.round(9_000_000 * part * day)),
          ),
        }),
      ),
      groups: [],
      first_snapshot: true,
    }),
    snapshot: { ...UNCHANGED, operation: 'created', commit: COMMIT },
  },
  'nothing-measurable': { report: reportOf({ verdicts: UNMEASURED, groups: [] }), snapshot: UNCHANGED },
  incident: {
    report: liveOf(reportOf({ verdicts: withRows(EVERY_DAY, OPUS_INPUT_ALERT, SONNET_WATCH, PRODUCTION_ALERT) })),
    snapshot: NOT_WANTED,
  },
  'quiet-hour': { report: liveOf(reportOf({ verdicts: EVERY_DAY })), snapshot: NOT_WANTED },
  'alerts-5': { report: manyAlerts(3, 2), snapshot: UNCHANGED },
  'alerts-60': { report: manyAlerts(50, 10), snapshot: UNCHANGED },
  'alerts-50': { report: manyAlerts(50), snapshot: UNCHANGED },
  'alerts-500': { report: manyAlerts(500), snapshot: UNCHANGED },
  'hostile-names': {
    report: reportOf({
      verdicts: withRows(
        EVERY_DAY,
        { ...PRODUCTION_ALERT, scope: HOSTILE },
        { ...PRODUCTION_ALERT, scope: HOSTILE_TOO, peak: 800, utilization: 0.8, transition: 'new' },
        {
          ...OPUS_INPUT_ALERT,
          drivers: {
            workspaces: [{ id: null, name: HOSTILE_NAME, share: 0.71 }],
            models: [],
            api_keys: [{ id: null, name: HOSTILE_NAME_TOO, share: 0.4 }],
          },
        },
      ),
      drift: [
        driftOf({ ...CUT_ALONE, class: 'override-changed', scope: HOSTILE }),
        driftOf({ ...CUT_ALONE, class: 'override-changed', scope: HOSTILE_TOO }),
      ],
      findings: [{ kind: 'inert-override', message: MESSAGE_WITH_NAME }],
      unmatched_models: [{ model: HOSTILE_NAME, requests: 3, tokens: 1_200 }],
      failures: [{ resource: `limits of workspace ${HOSTILE_NAME}`, message: MESSAGE_WITH_NAME }],
    }),
    snapshot: UNCHANGED,
  },
} satisfies Record<string, Example>

export type ExampleName = keyof typeof EXAMPLES

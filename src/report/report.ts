import * as z from 'zod'

/**
 * The Report: one value that holds everything the audit found. It is written as it is to `report-path`,
 * and every rendering (summary, Slack, pull request, annotations, outputs) is a pure function of it.
 * Keys are spelled as in the file; more may be added, none renamed. Times are RFC 3339 UTC.
 */

export const REPORT_VERSION = 1

const time = z.iso.datetime()
const ratio = z.number().nonnegative()
const count = z.number().nonnegative()

export const scopeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('organization') }),
  z.object({ type: z.literal('workspace'), id: z.string(), name: z.string() }),
])
export const groupSchema = z.object({ type: z.string(), name: z.string() })

export const bandSchema = z.enum(['ok', 'watch', 'alert', 'unmeasured'])
export const transitionSchema = z.enum(['new', 'worse', 'continuing', 'recovered'])

const share = z.object({ id: z.string().nullable(), name: z.string(), share: ratio.describe('Part of the peak, 0–1') })
const driversSchema = z
  .object({ workspaces: z.array(share), models: z.array(share), api_keys: z.array(share) })
  .describe('Who drove the peak, in that very minute (hour, day), largest first, at most three of each')

const clippedSchema = z
  .object({ from: time, minutes: z.int().positive() })
  .describe(
    'The longest run of minutes within 5 % of the limit or above it: demand may have been higher than what was served',
  )

export const verdictSchema = z.object({
  scope: scopeSchema,
  group: groupSchema,
  limiter: z.string().describe("Anthropic's name of the limiter"),
  limit: z.number().nullable().describe('What binds'),
  configured: z.number().nullable().describe('What the scope itself has set'),
  limit_source: z.enum(['organization', 'workspace']).describe('Whose value binds'),
  peak: count.nullable(),
  peak_at: time.nullable().describe('Start of the first minute (hour, day) that reached the peak'),
  bracket: count
    .nullable()
    .describe(
      'Largest sum of two adjacent minutes: the busiest 60 s lie between peak and this. Null for a limit per day',
    ),
  p99: count
    .nullable()
    .describe('Nearest rank over all known minutes of the window, zeros included. Null for a limit per day'),
  minutes_over_threshold: z
    .int()
    .nonnegative()
    .nullable()
    .describe('Minutes at or over the alert line. Null for a limit per day'),
  utilization: ratio.nullable().describe('peak ÷ limit, never clamped'),
  band: bandSchema,
  transition: transitionSchema.nullable(),
  reason: z.string().nullable().describe('Why it is unmeasured'),
  lower_bound: z.boolean().describe('The true peak is at least this (a limit per second, measured by the minute)'),
  clipped: clippedSchema.nullable(),
  previous: z
    .object({ peak: count, limit: z.number(), utilization: ratio, band: bandSchema })
    .nullable()
    .describe('The same window one day earlier, judged by the limits of the committed snapshot'),
  hourly: z
    .array(count.nullable())
    .nullable()
    .describe('Largest minute of each UTC hour of the window; null: unknown. Null for a limit per day'),
  drivers: driversSchema.nullable(),
  thresholds: z
    .object({ watch: ratio, alert: ratio })
    .optional()
    .describe('The lines of this limit, where the policy file moved them'),
  lowest_remaining: count.optional().describe('From response headers: the least that was left of the limit'),
  muted: z
    .object({ owner: z.string(), reason: z.string(), until: z.iso.date() })
    .optional()
    .describe('The policy file mutes its alert: it is measured as ever, and nobody is told'),
})

export const driftClassSchema = z.enum([
  'raised',
  'cut',
  'limiter-added',
  'limiter-removed',
  'limiter-changed',
  'group-added',
  'group-retired',
  'model-added',
  'model-removed',
  'model-moved',
  'override-added',
  'override-changed',
  'override-removed',
])

export const driftSchema = z.object({
  class: driftClassSchema,
  scope: scopeSchema,
  group: groupSchema,
  limiter: z.string().nullable().describe('Null where a group or a model came, went or moved'),
  before: z.number().nullable(),
  after: z.number().nullable(),
  utilization_before: ratio.nullable().describe("The window's peak ÷ the limit before"),
  utilization_after: ratio.nullable().describe("The window's peak ÷ the limit after"),
  peak: count.nullable(),
  model: z.string().nullable().describe('The model that came, went or moved'),
  from: z.string().nullable().describe('The group a model moved from, or the limiter type it changed from'),
  intended: z
    .boolean()
    .optional()
    .describe('Whether the limit is now what the policy file expects; absent where it expects nothing'),
})

export const findingSchema = z.object({
  kind: z.enum([
    'inert-override',
    'cached-traffic-override',
    'oversubscribed',
    'uncapped-workspaces',
    'model-in-two-groups',
    'requests-unknown',
    'legacy-usage',
    'freshness-unknown',
    'data-incomplete',
    'drivers-unknown',
    'mute-expired',
    'unexpected-limit',
    'policy-unmatched',
    'headers-log',
  ]),
  message: z.string().describe('One sentence for a person'),
})

/** What a group's limiters look like beside each other, and what its cache is worth. */
export const groupViewSchema = z.object({
  scope: scopeSchema,
  group: groupSchema,
  binds: z
    .array(z.object({ limiter: z.string(), utilization: ratio }))
    .describe('Measured limiters, the one that comes first at the head'),
  cache: z
    .object({
      read_share: ratio.describe('Cache reads ÷ all input tokens over the window, standard speed'),
      stretch: z
        .number()
        .nullable()
        .describe('1 ÷ (1 − share): how far the share stretches a cache-aware input limit; null at a share of 1'),
      hourly_read_share: z.array(ratio.nullable()),
    })
    .nullable()
    .describe('Null where the group had no input'),
})

const byTier = z.object({ Start: ratio, Build: ratio, Scale: ratio })

/** What follows from the figures for whoever asks for limits or plans with them. */
export const planningSchema = z.object({
  tier_table: z
    .object({ date: z.iso.date(), source: z.url() })
    .describe('The published table that tiers are compared with'),
  usage_tier: z
    .string()
    .nullable()
    .describe('The tier whose spend cap the organization has, where the spend-limit listing is open to it'),
  tiers: z.array(z.object({ group: groupSchema, matches: z.array(z.string()), reading: z.string() })),
  tier_what_if: z
    .array(z.object({ group: groupSchema, limiter: z.string(), utilization: ratio, by_tier: byTier }))
    .describe("The window's peak by each tier's published limit"),
  cache_what_if: z
    .array(
      z.object({
        group: groupSchema,
        limiter: z.string(),
        utilization: ratio,
        read_share: ratio.describe("Of the peak's hour"),
        by_share: z.array(z.object({ read_share: ratio, utilization: ratio })),
      }),
    )
    .describe('The same input with another part of it read from the cache'),
  over_provisioned: z
    .array(z.object({ scope: scopeSchema, group: groupSchema, highest: ratio }))
    .describe('Groups of which no limit was used a tenth'),
  runway: z
    .array(
      z.object({
        scope: scopeSchema,
        group: groupSchema,
        limiter: z.string(),
        daily_peaks: z.array(count.nullable()).describe('Largest minute of each day; null: not wholly known'),
        outcome: z.discriminatedUnion('kind', [
          z.object({
            kind: z.literal('reaches'),
            days: count.describe('From the end of the window until the daily peak is at the alert line'),
            earliest: count,
            latest: count.nullable().describe('Null: not within a year, or perhaps never'),
            per_day: z.number(),
          }),
          z.object({ kind: z.literal('far'), per_day: z.number() }),
          z.object({ kind: z.literal('refused'), reason: z.string() }),
        ]),
      }),
    )
    .describe('Limits below their alert line, by Theil-Sen trend of the daily peaks with its 90 % interval'),
})

export const reportSchema = z.object({
  version: z.literal(REPORT_VERSION),
  window: z.object({
    start: time,
    end: time,
    days: z.int().positive(),
    complete: z.boolean(),
    missing_minutes: z.int().nonnegative(),
    data_refreshed_at: time.nullable(),
  }),
  usage_source: z.enum(['analytics', 'legacy', 'headers']).describe('headers: a log of response headers'),
  peak_window: z.enum(['minute', 'hour', 'second']),
  thresholds: z.object({ watch: ratio, alert: ratio }),
  status: z
    .enum(['ok', 'watch', 'alert'])
    .nullable()
    .describe('The worst measured band; null when nothing could be measured'),
  highest_utilization: ratio.nullable(),
  verdicts: z.array(verdictSchema),
  groups: z.array(groupViewSchema),
  drift: z.array(driftSchema),
  first_snapshot: z.boolean().describe('No snapshot was committed yet: nothing to compare with'),
  findings: z.array(findingSchema),
  planning: planningSchema.optional(),
  refusals: z
    .array(
      z.object({
        scope: scopeSchema,
        model: z.string(),
        rate_limit: z.int().nonnegative(),
        acceleration: z.int().nonnegative(),
        spend_cap: z.int().nonnegative(),
        not_told: z.int().nonnegative(),
        first: time,
        last: time,
      }),
    )
    .optional()
    .describe('Responses with status 429 in a log of response headers, by what refused them'),
  unmatched_models: z.array(z.object({ model: z.string(), requests: count.nullable(), tokens: count })),
  failures: z
    .array(z.object({ resource: z.string(), message: z.string() }))
    .describe('What could not be read or delivered; any of them fails the run'),
})

export type Scope = z.infer<typeof scopeSchema>
export type Group = z.infer<typeof groupSchema>
export type Band = z.infer<typeof bandSchema>
export type Transition = z.infer<typeof transitionSchema>
export type Drivers = z.infer<typeof driversSchema>
export type Verdict = z.infer<typeof verdictSchema>
export type DriftClass = z.infer<typeof driftClassSchema>
export type Drift = z.infer<typeof driftSchema>
export type Finding = z.infer<typeof findingSchema>
export type Planning = z.infer<typeof planningSchema>
export type GroupView = z.infer<typeof groupViewSchema>
export type Report = z.infer<typeof reportSchema>

/** A run that could not read limits or usage: there is no Report, and that must be told as such. `source`: what it tried to read. */
export type Blind = { window: { start: string; end: string }; source: 'api' | 'headers'; error: string }

/** What became of the snapshot; decided by delivery, shown by the summary and Slack, written to the outputs. */
export type SnapshotOutcome = {
  operation: 'created' | 'updated' | 'unchanged' | 'written' | 'skipped'
  path: string
  commit: { sha: string; verified: boolean; url: string } | null
  pullRequest: {
    operation: 'created' | 'updated' | 'closed' | 'none' | 'branch-only'
    number: number | null
    url: string | null
  } | null
  /** One sentence for a person where something needs saying (why it was skipped, what a dry run would have done, a compare link). */
  note: string | null
}

/** What a commit holds: the snapshot, the gateway file with it, or the gateway file alone. */
export type FilesInCommit = 'snapshot' | 'both' | 'gateway'

/** Where a reader goes next. */
export type Links = { run: string | null; usage: string; limits: string; runbook: string | null }

import * as z from 'zod'
import { FINDING_KINDS } from '../../vocabulary/finding.ts'
import { PART_KINDS } from '../../vocabulary/use/accounting.ts'

/** The rows of a report: a verdict, a drift, a finding, and what they are about. Times are RFC 3339 UTC. */

export const time = z.iso.datetime()
export const ratio = z.number().nonnegative()
export const count = z.number().nonnegative()

export const scopeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('organization') }),
  z.object({ type: z.literal('workspace'), id: z.string(), name: z.string() }),
])
export const groupSchema = z.object({ type: z.string(), name: z.string() })

export const measuredBandSchema = z.enum(['ok', 'watch', 'alert'])
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

const judged = {
  scope: scopeSchema,
  group: groupSchema,
  limiter: z.string().describe("Anthropic's name of the limiter; refused: requests were refused, by whichever limit"),
  configured: z.number().nullable().describe('What the scope itself has set'),
  limit_source: z.enum(['organization', 'workspace']).describe('Whose value binds'),
  lower_bound: z.boolean().describe('The true peak is at least this (a limit per second, measured by the minute)'),
  thresholds: z
    .object({ watch: ratio, alert: ratio })
    .optional()
    .describe('The lines of this limit, where the policy file moved them'),
}

const ofLive = {
  known_until: time.optional().describe('In a live window: up to when the use of this limit is known'),
  missing_minutes: z.int().nonnegative().optional().describe('In a live window: its minutes that are not known'),
}

const muted = z
  .object({ owner: z.string(), reason: z.string(), until: z.iso.date() })
  .optional()
  .describe('The policy file mutes its alert: it is measured as ever, and reported to nobody')

/** A row with its figures. */
export const measuredSchema = z.object({
  ...judged,
  band: measuredBandSchema,
  limit: z.number().describe('What binds'),
  peak: count,
  peak_at: time.describe('Start of the first minute (hour, day) that reached the peak'),
  bracket: count
    .nullable()
    .describe(
      'Largest sum of two adjacent minutes: the busiest 60 s lie between peak and this. Null for a limit per day',
    ),
  p99: count
    .nullable()
    .describe('Nearest rank over all known minutes of the window, zeros included. Null for a limit per day'),
  steady: count.optional().describe('Median of the minutes with use; only where the limit was used to half or more'),
  minutes_over_threshold: z
    .int()
    .nonnegative()
    .nullable()
    .describe('Minutes at or over the alert line. Null for a limit per day'),
  utilization: ratio.describe('peak ÷ limit, never clamped'),
  transition: transitionSchema.nullable(),
  reason: z.null(),
  clipped: clippedSchema.nullable(),
  previous: z
    .object({ peak: count, limit: z.number(), utilization: ratio, band: measuredBandSchema })
    .nullable()
    .describe(
      'The time before (see window.compared_with), judged by the limits and the groups of the committed snapshot; null where it does not know this limit',
    ),
  hourly: z
    .array(count.nullable())
    .nullable()
    .describe('Largest minute of each UTC hour of the window; null: unknown. Null for a limit per day'),
  drivers: driversSchema.nullable(),
  lowest_remaining: count.optional().describe('From response headers: the least that was left of the limit'),
  request_id: z.string().optional().describe('From response headers: the response that showed the peak'),
  ...ofLive,
  muted,
})

const NO_FIGURES = {
  peak: z.null(),
  peak_at: z.null(),
  bracket: z.null(),
  p99: z.null(),
  minutes_over_threshold: z.null(),
  utilization: z.null(),
  clipped: z.null(),
  previous: z.null(),
  hourly: z.null(),
  drivers: z.null(),
}

/** A row without figures, and why. */
export const unmeasuredSchema = z.object({
  ...judged,
  band: z.literal('unmeasured'),
  limit: z.number().nullable(),
  reason: z.string().describe('Why it is unmeasured'),
  transition: z.null(),
  ...NO_FIGURES,
  ...ofLive,
  so_far: z
    .object({ peak: count, peak_at: time, utilization: ratio })
    .optional()
    .describe('In a live window: below the watch line as far as is known, while minutes are missing'),
})

/** A minute of a live window at or over the alert line of a limit, or within 5 % of the limit. */
export const hotMinuteSchema = z.object({
  scope: scopeSchema,
  group: groupSchema,
  limiter: z.string(),
  at: time,
  limit: z.number(),
  used: count,
  utilization: ratio,
  drivers: driversSchema.nullable().describe('Of the newest minutes only'),
})

/** Requests refused with 429, by what refused them. */
const byKind = {
  rate_limit: z.int().nonnegative(),
  acceleration: z.int().nonnegative(),
  spend_cap: z.int().nonnegative(),
  not_told: z.int().nonnegative().describe('The body was not logged, or its code is newer than this release'),
}
const refusedPart = {
  ...byKind,
  requests: z.int().positive().describe('All of them'),
  first: time,
  last: time,
  worst_minute: z
    .object({ at: time, requests: z.int().positive() })
    .describe('The first minute in which most were refused'),
  retry_after: z
    .object({ median: count, max: count })
    .nullable()
    .describe('Seconds that responses asked to wait; null: none asked, as with a spend cap'),
}

/** A model whose requests were refused: an alert without a figure, since a refusal does not name the limit it met. */
export const refusedSchema = z.object({
  ...judged,
  band: z.literal('alert'),
  limit: z.null(),
  reason: z.literal('refused'),
  transition: z.enum(['new', 'continuing']),
  refused: z.object(refusedPart),
  muted,
  ...NO_FIGURES,
})

export const verdictSchema = z.union([measuredSchema, refusedSchema, unmeasuredSchema])

/** The same by the hour. */
export const refusalSchema = z.object({
  scope: scopeSchema,
  model: z.string(),
  ...refusedPart,
  by_hour: z.array(z.object({ at: time, ...byKind })).describe('UTC hours with refusals'),
})

/** How much of a log of response headers was of use: every line is in one of these figures. */
export const logSchema = z.object({
  files: count,
  lines: count.describe('Lines that are not empty'),
  responses: count,
  in_window: count.describe('The others only say which limit is the latest'),
  without_headers: count.describe('Responses in the window that name no limit'),
  not_understood: count,
  unusable_headers: count.describe('Responses with a rate-limit header that could not be used'),
  first_problem: z.string().nullable().describe('The first line that was not understood, and why'),
  links_to_nothing: z.array(z.string()),
})

export const findingSchema = z.object({
  kind: z.enum(FINDING_KINDS),
  message: z.string().describe('One sentence for a person'),
})

const amount = { tokens: count, requests: count.nullable().describe('Null where the API does not count them') }
const muteSchema = z.object({ owner: z.string(), reason: z.string(), until: z.iso.date() })

export const accountingSchema = z.object({
  ...amount,
  parts: z
    .array(
      z.object({
        kind: z.enum(PART_KINDS),
        ...amount,
        of: z
          .array(z.object({ name: z.string(), ...amount, muted: muteSchema.optional() }))
          .describe('By model, or product, or the kind itself where there is neither; most tokens first'),
      }),
    )
    .describe(
      'They add up to the whole. counted and fast: toward a limit. batch, code-execution, seats: toward none, by rule. The rest is unclaimed: a limit should count it, and none does',
    ),
  unclaimed_share: ratio.describe('The larger of the shares of tokens and requests that are unclaimed, 0–1'),
  unmuted_share: ratio.describe('The same without what the policy file mutes: from 0.005 on no run is called healthy'),
  newly_unclaimed: z.array(z.string()).describe('Unclaimed now, not muted, and not in the time before'),
  reconciled: z.boolean().describe('Whether the minutes that were read add up to what was counted'),
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
        .describe(
          '1 ÷ (1 − share): how many times the input a limit carries for which cache reads are free; null at a share of 1',
        ),
      hourly_read_share: z.array(ratio.nullable()).describe('Null: no input in that hour'),
      hourly_input: z.array(count).describe('All input tokens of each hour, standard speed'),
    })
    .nullable()
    .describe('Null where the group had no input'),
  use: z
    .object({ requests: count, input_tokens: count, output_tokens: count })
    .optional()
    .describe('Standard-speed use of the organization in the window; absent where requests are not counted'),
})

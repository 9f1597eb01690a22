import * as z from 'zod'
import { count, groupSchema, ratio, scopeSchema, time } from './row-schemas.ts'

/** The rows of a report that tell a change, and what it does. Times are RFC 3339 UTC. */

const driftClassSchema = z.enum([
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
  'workspace-added',
  'workspace-archived',
])

/** One side of a consequence. */
const useSchema = z.object({ limit: z.number(), peak: count, utilization: ratio }).nullable()

/** What a change does to one limit. */
export const consequenceSchema = z.object({
  scope: scopeSchema,
  group: groupSchema,
  limiter: z.string(),
  before: useSchema.describe(
    "The window's peak by the models that were in the group, and the limit that bound; null: no such limit, or not measured",
  ),
  after: useSchema.describe('The same by the models that are in the group, and the limit that binds'),
  reason: z.string().optional().describe('Why a side that has a limit is not measured'),
})

/** A change on record in Anthropic's Activity Feed: no e-mail, no address, no name of a person. */
export const changedBySchema = z.object({
  kind: z.string().describe('admin key, API key, service account, user, …'),
  id: z.string().nullable(),
  name: z.string().nullable().describe('Of a key'),
  at: time,
})

/** A change. */
export const driftSchema = z.object({
  class: driftClassSchema,
  scope: scopeSchema,
  group: groupSchema.nullable().describe('Null where a workspace came or went'),
  limiter: z.string().nullable().describe('Null where a group, a model or a workspace came, went or moved'),
  before: z.number().nullable(),
  after: z.number().nullable(),
  utilization_before: ratio.nullable().describe("The window's peak ÷ the limit before, each by the groups of then"),
  utilization_after: ratio.nullable().describe("The window's peak ÷ the limit after, each by the groups of now"),
  peak: count.nullable().describe('By the groups of now'),
  consequences: z
    .array(consequenceSchema)
    .describe('What the change does to each limit it touches: for a move of models, those of both groups'),
  model: z.string().nullable().describe('The model that came, went or moved'),
  from: z.string().nullable().describe('The group a model moved from, or the limiter type it changed from'),
  inherited: z
    .number()
    .nullable()
    .optional()
    .describe("The organization's limit: what bound before an override was set, or binds now that it is removed"),
  models: z.array(z.string()).optional().describe('Of a group that came or went'),
  unlisted_models: z.array(z.string()).optional().describe('Of a group that went: those that no group lists now'),
  limits: z
    .array(z.object({ limiter: z.string(), limit: z.number().nullable() }))
    .optional()
    .describe('Of a group that came'),
  intended: z
    .boolean()
    .optional()
    .describe('Whether the limit is now what the policy file expects; absent where it expects nothing'),
  at: time.optional().describe('When a log of responses first shows the new limit'),
  changed_by: changedBySchema
    .nullable()
    .optional()
    .describe('Who changed it; null: not on record, or several are. Absent where the Activity Feed was not read'),
  candidates: z.array(changedBySchema).optional().describe('Where several changes on record fit'),
})

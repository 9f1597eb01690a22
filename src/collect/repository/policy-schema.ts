import * as z from 'zod'
import { threshold } from '../../inputs/grammar.ts'
import { UNCLAIMED_KINDS } from '../../vocabulary/use/accounting.ts'
import { parseDay } from '../../vocabulary/use/window.ts'

/** The policy file as people write it. Its published JSON Schema, for editors, is made from this. */

const name = z.string().trim().min(1)

const selector = {
  group: name
    .optional()
    .describe('Display name of a rate-limit group, a model or alias it contains, or a group type such as batch'),
  limiter: name.optional().describe("Anthropic's name of a limiter, such as output_tokens_per_minute"),
  workspace: name.optional().describe('Name or ID of a workspace'),
}

type Selector = { group?: string | undefined; limiter?: string | undefined; workspace?: string | undefined }

const namesSomething = (rule: Selector) =>
  rule.group !== undefined || rule.limiter !== undefined || rule.workspace !== undefined
const NAMES_SOMETHING = 'names nothing; accepted: at least one of group, limiter, workspace'

/** YAML gives `0.9` as a number and `90%` as text; both are taken as the inputs of the action take them. */
const line = z
  .union([z.string(), z.number()], 'a percentage (75%) or a ratio (0.75), above 0')
  .transform(String)
  .pipe(threshold)

const thresholdSchema = z
  .strictObject({
    ...selector,
    alert: line.optional().describe('Alert line: 90% or 0.9'),
    watch: line.optional().describe('Watch line: 60% or 0.6'),
  })
  .refine(namesSomething, NAMES_SOMETHING)
  .refine(
    ({ alert, watch }) => alert !== undefined || watch !== undefined,
    'sets nothing; accepted: alert, watch or both',
  )
  .refine(({ alert, watch }) => alert === undefined || watch === undefined || watch < alert, {
    path: ['watch'],
    error: 'is not below alert; accepted: a value below alert',
  })

const muteSchema = z
  .strictObject({
    ...selector,
    model: name.optional().describe('A model whose use no limit counts'),
    kind: z
      .enum(UNCLAIMED_KINDS, `is no kind of use; accepted: ${UNCLAIMED_KINDS.join(', ')}`)
      .optional()
      .describe('A kind of use that no limit counts'),
    owner: name.describe('Who answers for it'),
    reason: name.describe('Why nobody needs to hear of it'),
    until: z
      .string()
      .refine((text) => parseDay(text) !== undefined, 'is not a day; accepted: YYYY-MM-DD')
      .describe('Last audited UTC day it holds for, YYYY-MM-DD'),
  })
  .refine((rule) => namesSomething(rule) || ofUse(rule), `${NAMES_SOMETHING}, or model or kind`)
  .refine((rule) => !(namesSomething(rule) && ofUse(rule)), {
    error: 'names a limit and use without one; accepted: group, limiter, workspace, or else model, kind',
  })

const ofUse = ({ model, kind }: { model?: string | undefined; kind?: string | undefined }) =>
  model !== undefined || kind !== undefined

const expectedSchema = z.strictObject({
  group: name.describe('Display name of a rate-limit group, or a model or alias it contains'),
  limiter: name.describe("Anthropic's name of a limiter, such as output_tokens_per_minute"),
  workspace: selector.workspace.describe("Name or ID of a workspace; without it the organization's limit is meant"),
  limit: z.number().nonnegative().describe('What should bind'),
})

/** A key with nothing after it is null in YAML: an empty list. */
const listOf = <T extends z.ZodType>(schema: T) =>
  z
    .array(schema)
    .nullish()
    .transform((items) => items ?? [])

export const policySchema = z.strictObject({
  thresholds: listOf(thresholdSchema).describe('Lines for some limits; the rule that names more of a limit wins'),
  mutes: listOf(muteSchema).describe('Alerts nobody needs to hear of, each with an owner, a reason and an end'),
  expected: listOf(expectedSchema).describe('Limits as they should be'),
  'spend-cap': z
    .number()
    .positive()
    .nullish()
    .describe('Monthly spend cap in US dollars, for organizations to which Anthropic does not list it'),
})

type Rules = z.infer<typeof policySchema>
/** `line`: where the rule begins in the file, for messages about it. */
type WithLine<T> = T & { line: number }
export type ThresholdRule = WithLine<Rules['thresholds'][number]>
export type Mute = WithLine<Rules['mutes'][number]>
export type ExpectedLimit = WithLine<Rules['expected'][number]>

export type Policy = {
  path: string
  thresholds: readonly ThresholdRule[]
  mutes: readonly Mute[]
  expected: readonly ExpectedLimit[]
  /** US dollars a month; null: the policy names none. It is in no output. */
  spendCap: number | null
}

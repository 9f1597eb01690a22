import * as z from 'zod'

/**
 * What Slack takes, read from its documentation (docs.slack.dev: Block Kit reference, "Incoming webhooks", text objects) and
 * independent of the product's own table: a limit that is wrong there shows here.
 */

const text = (kind: z.ZodType<string>, most: number) =>
  z.strictObject({ type: kind, text: z.string().min(1).max(most) })
const plainText = (most: number) => text(z.literal('plain_text'), most).extend({ emoji: z.boolean().optional() })
const mrkdwn = (most: number) => text(z.literal('mrkdwn'), most).extend({ verbatim: z.boolean().optional() })
const either = (most: number) => z.union([plainText(most), mrkdwn(most)])

const block = { block_id: z.string().min(1).max(255).optional() }

const header = z.strictObject({ ...block, type: z.literal('header'), text: plainText(150) })
const section = z
  .strictObject({
    ...block,
    type: z.literal('section'),
    text: either(3_000).optional(),
    fields: z.array(either(2_000)).min(1).max(10).optional(),
  })
  .refine((value) => value.text !== undefined || value.fields !== undefined, 'text or fields')
const context = z.strictObject({
  ...block,
  type: z.literal('context'),
  elements: z.array(either(3_000)).min(1).max(10),
})
const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: z.string().max(255).optional(),
  url: z
    .url({ protocol: /^https?$/ })
    .max(3_000)
    .optional(),
  style: z.enum(['primary', 'danger']).optional(),
})
const actions = z.strictObject({ ...block, type: z.literal('actions'), elements: z.array(button).min(1).max(25) })
const divider = z.strictObject({ ...block, type: z.literal('divider') })

/** Not documented: messages whose blocks come near 13,200 characters are refused (slackapi/bolt-js#2509). */
const LARGEST_MESSAGE = 13_200

const message = z
  .looseObject({
    text: z.string().max(40_000).optional(),
    blocks: z
      .array(z.discriminatedUnion('type', [header, section, context, actions, divider]))
      .min(1)
      .max(50)
      .optional(),
  })
  .refine(({ blocks = [] }) => JSON.stringify(blocks).length <= LARGEST_MESSAGE, 'too long in all')
  .refine(({ blocks = [] }) => {
    const ids = blocks.flatMap(({ block_id }) => block_id ?? [])
    return new Set(ids).size === ids.length
  }, 'a block_id is used twice')

/** Why Slack would refuse a message, one line each; empty where it would post it. */
export function refusalsOf(value: object): string[] {
  const parsed = message.safeParse(value)
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
}

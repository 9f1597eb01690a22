import type { KnownBlock } from '@slack/types'

/** A message for an incoming webhook: `blocks` is what people see, `text` what a notification and a screen reader say. */
export type SlackMessage = { text: string; blocks: KnownBlock[]; unfurl_links: false; unfurl_media: false }

/**
 * Slack's limits, in characters or items (docs.slack.dev, Block Kit reference and "Incoming webhooks").
 * `message` is not documented: messages whose blocks come near 13,200 characters are refused (slackapi/bolt-js#2509).
 */
export const SLACK_LIMITS = {
  blocks: 50,
  blockId: 255,
  text: 40_000,
  message: 13_000,
  header: 150,
  section: 3_000,
  fields: 10,
  field: 2_000,
  contextElements: 10,
  contextText: 3_000,
  actionsElements: 25,
  buttonText: 75,
  buttonUrl: 3_000,
  actionId: 255,
} as const

type Json = { [key: string]: unknown }
/** A list or a text that a limit counts; undefined where the block has none, which is no violation. */
type Rule = {
  on: 'message' | 'header' | 'section' | 'context' | 'actions' | 'divider' | 'any block'
  what: string
  most: number
  least: number
  measure: (value: Json) => readonly number[]
}

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
const objectsIn = (value: unknown): Json[] => (Array.isArray(value) ? value.map(object) : [])
const lengthOf = (value: unknown): number[] => (typeof value === 'string' ? [value.length] : [])
const textOf = (value: unknown): number[] => lengthOf(object(value).text)

const RULES: readonly Rule[] = [
  rule('message', 'blocks', SLACK_LIMITS.blocks, ({ blocks }) =>
    blocks === undefined ? [] : [objectsIn(blocks).length],
  ),
  rule('message', 'characters of text', SLACK_LIMITS.text, ({ text }) => lengthOf(text)),
  rule('message', 'characters in all', SLACK_LIMITS.message, ({ blocks }) =>
    blocks === undefined ? [] : [JSON.stringify(blocks).length],
  ),
  rule('any block', 'characters of block_id', SLACK_LIMITS.blockId, ({ block_id }) => lengthOf(block_id)),
  rule('header', 'characters', SLACK_LIMITS.header, ({ text }) => textOf(text)),
  rule('section', 'characters', SLACK_LIMITS.section, ({ text }) => textOf(text)),
  rule('section', 'fields', SLACK_LIMITS.fields, ({ fields }) =>
    fields === undefined ? [] : [objectsIn(fields).length],
  ),
  rule('section', 'characters in a field', SLACK_LIMITS.field, ({ fields }) => objectsIn(fields).flatMap(textOf)),
  rule('context', 'elements', SLACK_LIMITS.contextElements, ({ elements }) => [objectsIn(elements).length]),
  rule('context', 'characters in an element', SLACK_LIMITS.contextText, ({ elements }) =>
    objectsIn(elements).flatMap(textOf),
  ),
  rule('actions', 'elements', SLACK_LIMITS.actionsElements, ({ elements }) => [objectsIn(elements).length]),
  rule('actions', 'characters on a button', SLACK_LIMITS.buttonText, ({ elements }) =>
    objectsIn(elements).flatMap(({ text }) => textOf(text)),
  ),
  rule('actions', 'characters of a URL', SLACK_LIMITS.buttonUrl, ({ elements }) =>
    objectsIn(elements).flatMap(({ url }) => lengthOf(url)),
  ),
  rule('actions', 'characters of action_id', SLACK_LIMITS.actionId, ({ elements }) =>
    objectsIn(elements).flatMap(({ action_id }) => lengthOf(action_id)),
  ),
]

function rule(on: Rule['on'], what: string, most: number, measure: Rule['measure'], least = 1): Rule {
  return { on, what, most, least, measure }
}

/**
 * What Slack would refuse in a message, one sentence each; empty when it is within the limits.
 * Takes any JSON object, so that the emulator can judge what was really sent.
 */
export function slackViolations(message: object): string[] {
  const whole = message as Json
  const blocks = objectsIn(whole.blocks)
  const found = check('message', whole)
  const inBlocks = blocks.flatMap((block, index) => {
    const type = String(block.type)
    return [...shape(block), ...check('any block', block), ...check(type, block)].map(
      (text) => `blocks[${index}] (${type}): ${text}`,
    )
  })
  const ids = blocks.map(({ block_id }) => block_id).filter((id) => id !== undefined)
  const repeated = new Set(ids).size < ids.length ? ['message: a block_id is used twice'] : []
  return [...found, ...repeated, ...inBlocks]
}

function check(on: string, value: Json): string[] {
  return RULES.filter((each) => each.on === on).flatMap(({ what, most, least, measure }) =>
    measure(value)
      .filter((size) => size > most || size < least)
      .map(
        (size) =>
          `${on === 'message' ? 'message: ' : ''}${size} ${what}, ${size > most ? `at most ${most}` : `at least ${least}`} allowed`,
      ),
  )
}

/** What a block must look like, for the block types this project sends. */
function shape(block: Json): string[] {
  const kinds: Record<string, (value: Json) => boolean> = {
    header: ({ text }) => isText(text, ['plain_text']),
    section: ({ text, fields }) =>
      (text !== undefined || fields !== undefined) &&
      [...(text === undefined ? [] : [text]), ...objectsIn(fields)].every((item) =>
        isText(item, ['plain_text', 'mrkdwn']),
      ),
    context: ({ elements }) => objectsIn(elements).every((item) => isText(item, ['plain_text', 'mrkdwn'])),
    actions: ({ elements }) =>
      objectsIn(elements).every(
        (item) => item.type === 'button' && isText(item.text, ['plain_text']) && isLink(item.url),
      ),
    divider: () => true,
  }
  const isWell = kinds[String(block.type)]
  if (!isWell) return ['unknown type of block']
  return isWell(block) ? [] : ['not of the shape Slack documents']
}

/** A text object: `emoji` belongs to plain text only, `verbatim` to mrkdwn only. */
function isText(value: unknown, types: readonly string[]): boolean {
  const { type, text, emoji, verbatim } = object(value)
  if (typeof type !== 'string' || !types.includes(type) || typeof text !== 'string') return false
  return type === 'plain_text' ? verbatim === undefined : emoji === undefined
}

function isLink(url: unknown): boolean {
  return url === undefined || (typeof url === 'string' && /^https?:\/\//.test(url))
}

import { describe, expect, test } from 'vitest'
import { SLACK_LIMITS, slackViolations } from '../../../src/tell/slack/slack-limits.ts'
import { refusalsOf } from '../../emulator/slack/slack-rules.ts'

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const button = { type: 'button', text: { type: 'plain_text', text: 'x' }, url: 'https://e.example' }

/** Each breaks one rule and no other. */
const BROKEN: [string, object][] = [
  ['51 blocks', { blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) }],
  ['no blocks at all', { blocks: [] }],
  ['a long section', { blocks: [section('x'.repeat(SLACK_LIMITS.section + 1))] }],
  ['an empty section', { blocks: [section('')] }],
  ['a long header', { blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] }],
  ['a header in mrkdwn', { blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }] }],
  [
    'eleven fields',
    { blocks: [{ type: 'section', fields: Array.from({ length: 11 }, () => ({ type: 'mrkdwn', text: 'x' })) }] },
  ],
  ['a long field', { blocks: [{ type: 'section', fields: [{ type: 'mrkdwn', text: 'x'.repeat(2_001) }] }] }],
  [
    'eleven elements of context',
    { blocks: [{ type: 'context', elements: Array.from({ length: 11 }, () => ({ type: 'mrkdwn', text: 'x' })) }] },
  ],
  ['26 buttons', { blocks: [{ type: 'actions', elements: Array.from({ length: 26 }, () => button) }] }],
  [
    'a long button',
    { blocks: [{ type: 'actions', elements: [{ ...button, text: { type: 'plain_text', text: 'x'.repeat(76) } }] }] },
  ],
  ['a button to nowhere', { blocks: [{ type: 'actions', elements: [{ ...button, url: 'javascript:alert(1)' }] }] }],
  ['a long block_id', { blocks: [{ ...section('x'), block_id: 'x'.repeat(256) }] }],
  [
    'a block_id used twice',
    {
      blocks: [
        { ...section('x'), block_id: 'a' },
        { ...section('x'), block_id: 'a' },
      ],
    },
  ],
  ['an unknown block', { blocks: [{ type: 'table' }] }],
  ['a section without text', { blocks: [{ type: 'section' }] }],
  ['verbatim plain text', { blocks: [{ type: 'section', text: { type: 'plain_text', text: 'x', verbatim: true } }] }],
  ['a long text', { text: 'x'.repeat(40_001) }],
  ['too much in all', { blocks: Array.from({ length: 5 }, () => section('x'.repeat(2_900))) }],
]

test.each(BROKEN)('%s is a violation', (_what, message) => {
  expect(slackViolations({ text: 'x', ...message })).toHaveLength(1)
})

// The emulator has read the documentation for itself.
test.each(BROKEN)('%s is what Slack refuses', (_what, message) => {
  expect(refusalsOf({ text: 'x', ...message })).not.toEqual([])
})

describe('the table of limits is nowhere looser than Slack:', () => {
  const fill = (length: number) => 'x'.repeat(length)
  const many = <T>(length: number, item: T) => Array.from({ length }, () => item)
  const LIMITS = SLACK_LIMITS
  const plain = (text: string) => ({ type: 'plain_text', text })
  const link = (url: string) => ({ blocks: [{ type: 'actions', elements: [{ ...button, url }] }] })
  test.each<[keyof typeof SLACK_LIMITS, (most: number) => object]>([
    ['blocks', (most) => ({ blocks: many(most, { type: 'divider' }) })],
    ['blockId', (most) => ({ blocks: [{ ...section('x'), block_id: fill(most) }] })],
    ['text', (most) => ({ text: fill(most) })],
    ['header', (most) => ({ blocks: [{ type: 'header', text: plain(fill(most)) }] })],
    ['section', (most) => ({ blocks: [section(fill(most))] })],
    ['fields', (most) => ({ blocks: [{ type: 'section', fields: many(most, plain('x')) }] })],
    ['field', (most) => ({ blocks: [{ type: 'section', fields: [plain(fill(most))] }] })],
    ['contextElements', (most) => ({ blocks: [{ type: 'context', elements: many(most, plain('x')) }] })],
    ['contextText', (most) => ({ blocks: [{ type: 'context', elements: [plain(fill(most))] }] })],
    ['actionsElements', (most) => ({ blocks: [{ type: 'actions', elements: many(most, button) }] })],
    ['buttonText', (most) => ({ blocks: [{ type: 'actions', elements: [{ ...button, text: plain(fill(most)) }] }] })],
    ['buttonUrl', (most) => link(`https://e.example/${fill(most - 18)}`)],
    ['actionId', (most) => ({ blocks: [{ type: 'actions', elements: [{ ...button, action_id: fill(most) }] }] })],
  ])('%s', (name, message) => {
    expect(refusalsOf({ text: 'x', ...message(LIMITS[name]) })).toEqual([])
  })

  test('message', () => {
    const blocks = many(5, section(fill(2_540)))
    const length = JSON.stringify(blocks).length
    expect(length).toBeLessThan(LIMITS.message)
    expect(refusalsOf({ text: 'x', blocks })).toEqual([])
    expect(refusalsOf({ text: 'x', blocks: many(5, section(fill(2_640))) })).not.toEqual([])
  })
})

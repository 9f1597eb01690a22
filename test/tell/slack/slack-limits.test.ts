import { expect, test } from 'vitest'
import { SLACK_LIMITS, slackViolations } from '../../../src/tell/slack/slack-limits.ts'

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const button = { type: 'button', text: { type: 'plain_text', text: 'x' }, url: 'https://e.example' }

test.each<[string, object]>([
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
])('%s is a violation', (_what, message) => {
  expect(slackViolations({ text: 'x', ...message })).toHaveLength(1)
})

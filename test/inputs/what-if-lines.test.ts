import { describe, expect, test } from 'vitest'
import { whatIfLines } from '../../src/inputs/what-if-lines.ts'

const read = (text: string) => whatIfLines.safeParse(text).data

describe('a line of what-if', () => {
  test.each([
    ['support-bot × 2', { kind: 'workspace', workspace: 'support-bot', factor: 2 }],
    ['support bot×1.5', { kind: 'workspace', workspace: 'support bot', factor: 1.5 }],
    ['support-bot x 0', { kind: 'workspace', workspace: 'support-bot', factor: 0 }],
    ['box * 3', { kind: 'workspace', workspace: 'box', factor: 3 }],
    ['a × 2 × 3', { kind: 'workspace', workspace: 'a × 2', factor: 3 }],
    ['claude-a → claude-b', { kind: 'model', from: 'claude-a', to: 'claude-b', factor: 1 }],
    ['claude-a -> claude-b × 1.15', { kind: 'model', from: 'claude-a', to: 'claude-b', factor: 1.15 }],
    ['claude-a→claude-b x 2', { kind: 'model', from: 'claude-a', to: 'claude-b', factor: 2 }],
  ])('%s', (text, change) => {
    expect(read(`  ${text} `)).toEqual([{ ...change, text }])
  })

  test.each([
    'support-bot',
    'box2',
    '× 2',
    'support-bot × -1',
    'support-bot × 2x',
    'support-bot × 1e9',
    'support-bot × 1001',
    'claude-a →',
    '→ claude-b',
    'claude-a → claude-a',
    'two words → claude-b',
    'a × 2\na × 3',
    'claude-a → claude-b\nclaude-a → claude-c',
    Array.from({ length: 11 }, (_, index) => `w${index} × 2`).join('\n'),
  ])('refuses %j', (text) => {
    expect(read(text)).toBeUndefined()
  })

  test('several lines are several changes; nothing is none', () => {
    expect(read('a × 2\n\nclaude-a → claude-b\r\nb × 3')).toHaveLength(3)
    expect(read('')).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { helpText, readFlags } from '../../src/desk/flags.ts'
import { fields } from '../../src/inputs/fields.ts'
import type { InputName } from '../../src/inputs/names.ts'

const KEY = 'sk-ant-admin01-secret-of-somebody'
const env = { ANTHROPIC_ADMIN_KEY: KEY }

describe('the command line', () => {
  test('takes the key from the environment, and keeps, proposes and posts nothing', () => {
    expect(readFlags([], env)).toEqual({
      kind: 'audit',
      inputs: { 'anthropic-admin-key': KEY, 'snapshot-mode': 'none', notify: 'never' },
      json: false,
      budgets: false,
      files: {},
    })
  })

  test('hands inputs on by their names, and files by theirs', () => {
    const asked = readFlags(
      ['--lookback-days', '7', '--threshold=80%', '--base-url', 'http://127.0.0.1:1', '--json', '--report', 'r.json'],
      env,
    )
    expect(asked).toMatchObject({
      inputs: { 'lookback-days': '7', threshold: '80%', 'anthropic-base-url': 'http://127.0.0.1:1' },
      json: true,
      files: { report: 'r.json' },
    })
  })

  test('takes a line of what-if each time it is given', () => {
    const asked = readFlags(['--what-if', 'support-bot × 2', '--what-if', 'a -> b x 1.15'], env)
    expect(asked).toMatchObject({ inputs: { 'what-if': 'support-bot × 2\na -> b x 1.15' } })
  })

  test('takes --budgets with two weeks or more, and says so where there are fewer', () => {
    expect(readFlags(['--budgets', '--lookback-days', '14'], env)).toMatchObject({ budgets: true })
    for (const rest of [
      [],
      ['--lookback-days', '13'],
      ['--lookback-days', '14', '--headers-log', 'log.jsonl'],
      ['--lookback-days', '14', '--date', 'last-48h'],
    ])
      expect(() => readFlags(['--budgets', ...rest], env), rest.join(' ')).toThrow(/--lookback-days 14 or more/)
  })

  test('takes --review with what a review is made by, and names what does not go with it', () => {
    const argv = ['--review', '--date', '2026-10-31', '--threshold', '80%', '--summary', 'review.md']
    expect(readFlags(argv, env)).toEqual({
      kind: 'review',
      inputs: {
        ...{ 'anthropic-admin-key': KEY, date: '2026-10-31', threshold: '80%' },
        ...{ 'snapshot-mode': 'none', notify: 'never' },
      },
      files: { summary: 'review.md' },
    })
    for (const rest of [
      ['--lookback-days', '14'],
      ['--headers-log', 'log.jsonl'],
      ['--workspaces', 'none'],
      ['--fail-on', 'alert'],
      ['--json'],
      ['--budgets'],
      ['--evidence', 'evidence.md'],
      ['--date', 'last-3h'],
    ])
      expect(() => readFlags(['--review', ...rest], env), rest.join(' ')).toThrow(`does not go with ${rest[0]}`)
  })

  test('takes a log in place of the key', () => {
    const asked = readFlags(['--headers-log', 'logs/*.jsonl'], env)
    expect(asked).toMatchObject({ inputs: { 'headers-log': 'logs/*.jsonl' } })
    expect(JSON.stringify(asked)).not.toContain(KEY)
  })

  test.each([
    [['--nonsense'], /not understood: Unknown option '--nonsense'/],
    [['--anthropic-admin-key', KEY], /not understood: Unknown option '--anthropic-admin-key'/],
    [['--slack-webhook-url', 'https://hooks.slack.com/x'], /Unknown option/],
    [['yesterday'], /not understood: Unexpected argument 'yesterday'/],
    [['--date'], /not understood: .*argument missing/],
  ])('%j is refused', (argv, message) => {
    expect(() => readFlags(argv, env)).toThrow(message)
  })

  test('says where to get a key when there is none', () => {
    for (const none of [{}, { ANTHROPIC_ADMIN_KEY: ' ' }])
      expect(() => readFlags([], none)).toThrow(/ANTHROPIC_ADMIN_KEY is not set/)
    expect(readFlags(['--help'], {})).toEqual({ kind: 'help' })
  })
})

/** Flags without a value, with what they need. */
const SWITCHES: Record<string, string[]> = {
  json: ['--json'],
  help: ['--help'],
  budgets: ['--budgets', '--lookback-days', '14'],
  review: ['--review'],
}

describe('the help', () => {
  const help = helpText()

  test('fits 80 columns', () => {
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('lists no flag that the command does not take, and every input it takes is one', () => {
    const flags = [...help.matchAll(/^ {2}--([a-z-]+)/gm)].map((match) => match[1] ?? '')
    expect(flags.length).toBeGreaterThan(15)
    for (const flag of flags) {
      const argv = SWITCHES[flag] ?? [`--${flag}`, 'x']
      expect(() => readFlags(argv, env), flag).not.toThrow()
    }
    const others = [...Object.keys(SWITCHES), 'report', 'summary', 'evidence', 'base-url']
    const inputs = flags.filter((flag) => !others.includes(flag))
    expect(inputs.filter((flag) => !(flag in (fields satisfies Record<InputName, unknown>)))).toEqual([])
  })
})

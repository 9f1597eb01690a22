import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../../src/collect/repository/policy.ts'
import { AuditError } from '../../../src/errors.ts'

const PATH = '.github/claude-rate-limits.policy.yml'

function refusal(text: string): string {
  try {
    parsePolicy(text, PATH)
  } catch (error) {
    if (error instanceof AuditError) return error.message
    throw error
  }
  throw new Error('the policy was taken')
}

const NO_RULES = { path: PATH, thresholds: [], mutes: [], expected: [], spendCap: null }

describe('a policy file', () => {
  test('is read with its rules and the lines they stand on', () => {
    const policy = parsePolicy(
      [
        'thresholds:',
        '  - group: batch',
        '    alert: 90%',
        '  - { workspace: production, limiter: output_tokens_per_minute, alert: 0.6, watch: 40% }',
        'mutes:',
        '  - group: Claude Opus 4.x',
        '    owner: "@evals"',
        '    reason: load test',
        '    until: 2026-12-31',
        'expected:',
        '  - group: claude-opus-4-6',
        '    limiter: output_tokens_per_minute',
        '    limit: 800000',
        'spend-cap: 731.5',
      ].join('\n'),
      PATH,
    )
    expect(policy).toEqual({
      path: PATH,
      thresholds: [
        { group: 'batch', alert: 0.9, line: 2 },
        { workspace: 'production', limiter: 'output_tokens_per_minute', alert: 0.6, watch: 0.4, line: 4 },
      ],
      mutes: [{ group: 'Claude Opus 4.x', owner: '@evals', reason: 'load test', until: '2026-12-31', line: 6 }],
      expected: [{ group: 'claude-opus-4-6', limiter: 'output_tokens_per_minute', limit: 800_000, line: 11 }],
      spendCap: 731.5,
    })
  })

  test.each(['', '# nothing yet\n', '\uFEFF', 'thresholds:\nmutes:\nexpected:\n'])(
    'without rules is a policy without rules: %j',
    (text) => {
      expect(parsePolicy(text, PATH)).toEqual(NO_RULES)
    },
  )

  test.each([
    ['a tab for a space', 'mutes:\n\t- group: x\n', 'line 2, column 1: '],
    ['a quote left open', 'mutes:\n  - group: "x\n', 'line 3, column 1: '],
    ['a key twice', 'mutes: []\nthresholds: []\nmutes: []\n', 'line 3, column 1: '],
    ['two documents', 'mutes: []\n---\nmutes: []\n', 'line 2, column 1: '],
    ['marks of a merge conflict', '<<<<<<< ours\nmutes: []\n=======\n>>>>>>> theirs\n', 'line 1, column 1: '],
    ['a spend cap of nothing', 'mutes: []\nspend-cap: 0\n', 'line 2, column 12: spend-cap: '],
    ['a spend cap in words', 'spend-cap: $500\n', 'line 1, column 12: spend-cap: '],
    ['a list for a file', '- group: x\n', 'line 1, column 1: the file: '],
    [
      'an unknown key',
      'mutes: []\nthreshold:\n  - alert: 9%\n',
      'line 2, column 1: the file: "threshold" is not known here',
    ],
    [
      'an unknown key in a rule',
      'thresholds:\n  - group: x\n    alrt: 90%\n',
      'line 3, column 5: thresholds[0]: "alrt" is not known here',
    ],
    ['a bare percentage', 'thresholds:\n  - group: x\n    alert: 90\n', 'line 3, column 12: thresholds[0].alert: '],
    ['a bare percentage, with a hint', 'thresholds:\n  - group: x\n    alert: 90\n', 'did you mean "90%"?'],
    [
      'words for a percentage',
      'thresholds:\n  - group: x\n    alert: [much]\n',
      'line 3, column 12: thresholds[0].alert: a percentage (75%)',
    ],
    ['a rule for everything', 'thresholds:\n  - alert: 90%\n', 'line 2, column 5: thresholds[0]: names nothing'],
    ['a rule that sets nothing', 'thresholds:\n  - group: x\n', 'thresholds[0]: sets nothing'],
    [
      'watch over alert',
      'thresholds:\n  - group: x\n    alert: 50%\n    watch: 60%\n',
      'line 4, column 12: thresholds[0].watch: is not below alert',
    ],
    [
      'a mute without owner',
      'mutes:\n  - group: x\n    reason: y\n    until: 2026-12-31\n',
      'line 2, column 5: mutes[0].owner: ',
    ],
    ['a mute without end', 'mutes:\n  - group: x\n    reason: y\n    owner: z\n', 'line 2, column 5: mutes[0].until: '],
    [
      'a day that is none',
      'mutes:\n  - group: x\n    reason: y\n    owner: z\n    until: 2026-02-30\n',
      'line 5, column 12: mutes[0].until: is not a day',
    ],
    [
      'a limit in words',
      'expected:\n  - group: x\n    limiter: y\n    limit: 4k\n',
      'line 4, column 12: expected[0].limit: ',
    ],
  ])('with %s is refused, with line and column', (_, text, where) => {
    const message = refusal(text)
    expect(message).toContain(`The policy ${PATH} is not valid; nothing was judged.`)
    expect(message).toContain(where)
  })

  test('names every problem at once, and not without end', () => {
    const text = `mutes:\n${'  - group: x\n'.repeat(20)}`
    const lines = refusal(text).split('\n')
    expect(lines[1]).toContain('line 2, column 5: mutes[0].owner')
    expect(lines.at(-1)).toBe('- and 50 more')
  })

  test('whose aliases would unfold without end is refused', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`)}]`),
    ].join('\n')
    expect(refusal(bomb)).toContain('is not valid')
  })
})

test('a policy that is longer than anybody writes is refused before it is read', () => {
  const rule = '  - group: claude-opus-4-6\n    alert: 80%\n'
  const begun = performance.now()
  expect(() => parsePolicy(`thresholds:\n${rule.repeat(100_000)}`, PATH)).toThrow(
    /is not valid.*\n- it has 4,?\d+ characters, more than the 500000 that are read/,
  )
  expect(performance.now() - begun).toBeLessThan(500)
})

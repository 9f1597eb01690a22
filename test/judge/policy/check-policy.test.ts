import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../../src/collect/repository/policy.ts'
import { checkPolicy } from '../../../src/judge/policy/check-policy.ts'
import type { Snapshot } from '../../../src/vocabulary/limits/snapshot.ts'

const TODAY = Date.UTC(2026, 10, 24)
const opus = {
  type: 'model_group',
  name: 'Claude Opus 4.x',
  models: ['claude-opus-4-6'],
  limits: { requests_per_minute: 4_000, output_tokens_per_minute: 400_000 },
}
const override = (limits: Record<string, number>) => [{ ...opus, models: [], limits }]
const SNAPSHOT: Snapshot = {
  groups: [opus, { type: 'batch', name: 'batch', models: [], limits: { requests_per_minute: 1_000 } }],
  workspaces: [
    { id: 'wrkspc_01Prod', name: 'production', overrides: override({ requests_per_minute: 1_000 }) },
    { id: 'wrkspc_01Evals', name: 'evals', overrides: [] },
    { id: 'wrkspc_$(touch x)', name: 'odd', overrides: override({ requests_per_minute: 7 }) },
  ],
}

const check = (...lines: string[]) => checkPolicy(parsePolicy(lines.join('\n'), 'policy.yml'), SNAPSHOT, TODAY)
const remarks = (...lines: string[]) => check(...lines).flatMap((rule) => rule.remarks)
const expected = (workspace: string, limit: number, limiter = 'requests_per_minute') =>
  remarks(
    'expected:',
    `  - { group: claude-opus-4-6, limiter: ${limiter}, ${workspace && `workspace: "${workspace}", `}limit: ${limit} }`,
  ).map(({ message }) => message)

describe('the check of a policy', () => {
  test('says which recorded limits each rule speaks of, in the order of the file', () => {
    const rules = check(
      'mutes:',
      '  - { group: batch, owner: us, reason: calm, until: 2027-01-01 }',
      '  - { model: claude-newborn-1, owner: us, reason: new, until: 2027-01-01 }',
      'thresholds:',
      '  - { limiter: requests_per_minute, alert: 90% }',
    )
    expect(rules.map(({ list, line, selector, limits }) => [list, line, selector, limits?.length])).toEqual([
      ['mutes', 2, 'group batch', 1],
      ['mutes', 3, 'model claude-newborn-1', undefined],
      ['thresholds', 5, 'limiter requests_per_minute', 4],
    ])
    expect(rules.flatMap((rule) => rule.remarks)).toEqual([])
  })

  test('warns of a rule that matches nothing, in each list', () => {
    const idle = remarks(
      'thresholds:',
      '  - { group: Claude Opus 5, alert: 90% }',
      'mutes:',
      '  - { workspace: evals, owner: us, reason: calm, until: 2027-01-01 }',
      'expected:',
      '  - { group: Claude Opus 5, limiter: requests_per_minute, limit: 1 }',
    )
    expect(idle.map(({ level }) => level)).toEqual(['warning', 'warning', 'warning'])
    expect(idle.every(({ message }) => message.startsWith('No recorded limit is meant by this rule'))).toBe(true)
  })

  test.each([
    ['2026-11-23', 'warning', 'This mute ended on 2026-11-23 and has no effect: delete it, or move its end.'],
    ['2026-11-24', 'notice', 'This mute ends today, with the audit of 2026-11-24.'],
    ['2026-11-25', 'notice', 'This mute ends in 1 day, with the audit of 2026-11-25.'],
    ['2026-12-08', 'notice', 'This mute ends in 14 days, with the audit of 2026-12-08.'],
    ['2026-12-09', null, null],
  ])('names a mute until %s as ended or about to end', (until, level, message) => {
    const said = remarks('mutes:', `  - { group: batch, owner: us, reason: calm, until: ${until} }`)
    expect(said).toEqual(level === null ? [] : [{ level, message }])
  })

  test('has no word for a limit that is recorded as expected', () => {
    expect(expected('production', 1_000)).toEqual([])
    expect(expected('', 4_000)).toEqual([])
    expect(expected('evals', 4_000)).toEqual([])
  })

  test('gives the command that would set a limit of a workspace', () => {
    expect(expected('production', 2_000)).toEqual([
      'Claude Opus 4.x, requests/min in workspace production: the policy expects 2,000, and it is 1,000. ' +
        'To set it: ant organization:workspaces:rate-limits update --workspace-id wrkspc_01Prod ' +
        `--rate-limit-id RATE_LIMIT_ID --limit '{"type":"requests_per_minute","value":2000}' ` +
        '(RATE_LIMIT_ID: the id of Claude Opus 4.x in GET /v1/organizations/rate_limits).',
    ])
  })

  test.each([
    ["the organization's own", '', 8_000, 'requests_per_minute', "An organization's limit is Anthropic's to set"],
    ['one above that of the organization', 'production', 5_000, 'requests_per_minute', 'The lower limit of the organi'],
    ['one that is nowhere', 'production', 5, 'tokens_per_minute', 'It is set in the Console.'],
    ['an ID that a shell would run', 'odd', 5, 'requests_per_minute', 'It is set in the Console.'],
  ])('gives no command for %s', (_case, workspace, limit, limiter, way) => {
    const [message] = expected(workspace, limit, limiter)
    expect(message).toContain(way)
    expect(message).not.toContain('ant organization')
  })
})

import { describe, expect, test } from 'vitest'
import type { Policy } from '../../../src/collect/repository/policy-schema.ts'
import { judgedLimiters } from '../../../src/judge/limits/effective.ts'
import { findDrift } from '../../../src/judge/limits/find-drift.ts'
import { expectations, isIntended } from '../../../src/judge/policy/expected.ts'
import { policyFindings } from '../../../src/judge/policy/policy-findings.ts'
import { BATCH, OPUS, PRODUCTION, policyOf, RESEARCH, SNAPSHOT } from './world.ts'

const WORKSPACES = [PRODUCTION, RESEARCH]
const LAST_DAY = Date.UTC(2026, 10, 22)

function messages(rules: Partial<Policy>): string[] {
  const policy = policyOf(rules)
  const expected = expectations(policy, SNAPSHOT, WORKSPACES)
  return policyFindings(policy, judgedLimiters(SNAPSHOT), expected, LAST_DAY).map(
    ({ kind, message }) => `${kind}: ${message}`,
  )
}

describe('an expected limit', () => {
  test.each([
    ['the organization as it is', { group: 'Claude Opus 4.x', limiter: 'requests_per_minute', limit: 4000 }, []],
    [
      'a workspace by its own limit',
      { group: 'claude-opus-4-5', limiter: 'requests_per_minute', workspace: 'production', limit: 1000 },
      [],
    ],
    [
      'a workspace by what it inherits',
      { group: 'claude-opus-4-5', limiter: 'output_tokens_per_minute', workspace: 'research', limit: 400_000 },
      [],
    ],
    [
      'another value',
      { group: 'Claude Opus 4.x', limiter: 'output_tokens_per_minute', limit: 800_000 },
      ['unexpected-limit: Claude Opus 4.x, output tokens/min: the policy expects 800,000, and it is 400,000.'],
    ],
    [
      'another value of a workspace',
      { group: 'Claude Opus 4.x', limiter: 'requests_per_minute', workspace: 'production', limit: 2000 },
      [
        'unexpected-limit: Claude Opus 4.x, requests/min in workspace production: the policy expects 2,000, and it is 1,000.',
      ],
    ],
    [
      'a limiter the group does not have',
      { group: 'batch', limiter: 'enqueued_batch_requests', limit: 5 },
      ['unexpected-limit: batch, batch requests in queue: the policy expects 5, and there is no such limit.'],
    ],
  ])('of %s', (_, rule, told) => {
    expect(messages({ expected: [{ ...rule, line: 7 }] })).toEqual(told)
  })
})

test('rules that match nothing are told with their line, so that a renamed group does not end a rule unseen', () => {
  expect(
    messages({
      thresholds: [
        { group: 'Claude Opus 4', alert: 0.9, line: 2 },
        { group: 'batch', alert: 0.9, line: 4 },
      ],
      mutes: [{ workspace: 'research', owner: 'o', reason: 'r', until: '2026-12-01', line: 9 }],
      expected: [{ group: 'Claude Opus 9', limiter: 'requests_per_minute', limit: 1, line: 6 }],
    }).map((message) => message.split(' has no effect')[0]),
  ).toEqual([
    'policy-unmatched: policy.yml line 2',
    'policy-unmatched: policy.yml line 6',
    'policy-unmatched: policy.yml line 9',
  ])
})

test('an ended mute is told with owner and reason', () => {
  const mutes = [{ group: 'batch', owner: '@evals', reason: 'load test', until: '2026-11-21', line: 3 }]
  expect(messages({ mutes })).toEqual([
    'mute-expired: The mute of group batch ended on 2026-11-21 and is ignored from now on (owner @evals: load test; policy.yml line 3).',
  ])
})

describe('a drift', () => {
  const before = {
    ...SNAPSHOT,
    groups: [BATCH, { ...OPUS, limits: { ...OPUS.limits, output_tokens_per_minute: 800_000 } }],
  }
  const [drift] = findDrift(before, SNAPSHOT)

  test.each([
    ['arrived at what the policy expects: ours', [{ limiter: 'output_tokens_per_minute', limit: 400_000 }], true],
    ['left what the policy expects: not ours', [{ limiter: 'output_tokens_per_minute', limit: 800_000 }], false],
    ['is not spoken of', [{ limiter: 'requests_per_minute', limit: 4000 }], null],
  ])('that %s', (_, rules, intended) => {
    const policy = policyOf({ expected: rules.map((rule) => ({ group: 'Claude Opus 4.x', line: 1, ...rule })) })
    expect(drift?.class).toBe('cut')
    expect(isIntended(drift!, expectations(policy, SNAPSHOT, WORKSPACES))).toBe(intended)
  })

  test('of a group or a model is never spoken of by an expected limit', () => {
    const policy = policyOf({ expected: [{ group: 'batch', limiter: 'requests_per_minute', limit: 4000, line: 1 }] })
    const [added] = findDrift({ ...SNAPSHOT, groups: [OPUS] }, SNAPSHOT)
    expect(added?.class).toBe('group-added')
    expect(isIntended(added!, expectations(policy, SNAPSHOT, WORKSPACES))).toBeNull()
  })
})

describe('a change is as the policy expects', () => {
  const about = (limit: number) => ({ group: 'Claude Opus 4.x', limiter: 'requests_per_minute', limit, line: 1 })
  const moved = {
    class: 'raised',
    scope: { type: 'organization' },
    group: { type: 'model_group', name: 'Claude Opus 4.x' },
    limiter: 'requests_per_minute',
    before: 2000,
    after: 4000,
  } as const
  const intended = (...limits: number[]) =>
    isIntended(moved, expectations(policyOf({ expected: limits.map(about) }), SNAPSHOT, WORKSPACES))

  test('only where every rule about that limit holds', () => {
    expect(intended(4000)).toBe(true)
    expect(intended(4000, 4000)).toBe(true)
    expect(intended(4000, 5000)).toBe(false)
    expect(intended(5000)).toBe(false)
  })

  test('which is not asked where no rule speaks of the limit', () => {
    expect(intended()).toBeNull()
    expect(isIntended({ ...moved, limiter: 'output_tokens_per_minute' }, [])).toBeNull()
  })
})

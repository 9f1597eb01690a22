import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ThresholdRule } from '../../../src/collect/repository/policy-schema.ts'
import { thresholdsFor } from '../../../src/judge/policy/thresholds.ts'
import { BATCH, inOrganization, inWorkspace, OPUS, PRODUCTION, policyOf, RESEARCH } from './world.ts'

const DEFAULTS = { watch: 0.5, alert: 0.75 }
const TARGET = inWorkspace(OPUS, 'output_tokens_per_minute')

/** Every way to name the target, the closest first: this list is the precedence. */
const PRECEDENCE = [
  { workspace: 'production', group: 'Claude Opus 4.x', limiter: 'output_tokens_per_minute' },
  { workspace: 'production', group: 'model_group', limiter: 'output_tokens_per_minute' },
  { workspace: 'production', group: 'Claude Opus 4.x' },
  { workspace: 'production', group: 'model_group' },
  { workspace: 'production', limiter: 'output_tokens_per_minute' },
  { group: 'Claude Opus 4.x', limiter: 'output_tokens_per_minute' },
  { group: 'model_group', limiter: 'output_tokens_per_minute' },
  { workspace: 'production' },
  { group: 'Claude Opus 4.x' },
  { group: 'model_group' },
  { limiter: 'output_tokens_per_minute' },
]
const rules: ThresholdRule[] = PRECEDENCE.map((selector, index) => ({ ...selector, alert: (index + 1) / 20, line: 1 }))

describe('the closest rule wins', () => {
  test.each(rules.map((rule, index) => [index, rule] as const))('rank %i: %o', (index, rule) => {
    for (const further of rules.slice(index + 1)) {
      for (const order of [
        [rule, further],
        [further, rule],
      ]) {
        expect(thresholdsFor(policyOf({ thresholds: order }), TARGET, DEFAULTS).alert).toBe(rule.alert)
      }
    }
  })

  test('whatever the order of the file', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(rules, { minLength: 1 }), (some) => {
        const closest = some.reduce((a, b) => (rules.indexOf(a) < rules.indexOf(b) ? a : b))
        expect(thresholdsFor(policyOf({ thresholds: some }), TARGET, DEFAULTS).alert).toBe(closest.alert)
      }),
    )
  })

  test('of two equally close ones, the later in the file', () => {
    const thresholds = [
      { group: 'Claude Opus 4.x', alert: 0.8, line: 1 },
      { group: 'claude-opus-4-6', alert: 0.9, line: 2 },
    ]
    expect(thresholdsFor(policyOf({ thresholds }), TARGET, DEFAULTS).alert).toBe(0.9)
    expect(thresholdsFor(policyOf({ thresholds: thresholds.toReversed() }), TARGET, DEFAULTS).alert).toBe(0.8)
  })
})

describe('a rule speaks of a limit', () => {
  const only = (selector: object) => policyOf({ thresholds: [{ ...selector, alert: 0.9, line: 1 }] })
  test.each([
    ['a group by name', { group: 'Claude Opus 4.x' }, inOrganization(OPUS, 'requests_per_minute'), true],
    ['a group by one of its models', { group: 'claude-opus-4-5' }, inOrganization(OPUS, 'requests_per_minute'), true],
    ['a group by its type', { group: 'batch' }, inOrganization(BATCH, 'requests_per_minute'), true],
    ['another group', { group: 'batch' }, inOrganization(OPUS, 'requests_per_minute'), false],
    ['part of a name', { group: 'Claude Opus' }, inOrganization(OPUS, 'requests_per_minute'), false],
    [
      'a group in every workspace',
      { group: 'Claude Opus 4.x' },
      inWorkspace(OPUS, 'requests_per_minute', RESEARCH),
      true,
    ],
    ['a workspace by name', { workspace: 'production' }, inWorkspace(OPUS, 'requests_per_minute'), true],
    ['a workspace by ID', { workspace: PRODUCTION.id }, inWorkspace(OPUS, 'requests_per_minute'), true],
    ['another workspace', { workspace: 'production' }, inWorkspace(OPUS, 'requests_per_minute', RESEARCH), false],
    [
      'a workspace, and the organization is meant',
      { workspace: 'production' },
      inOrganization(OPUS, 'requests_per_minute'),
      false,
    ],
    ['a limiter', { limiter: 'requests_per_minute' }, inOrganization(BATCH, 'requests_per_minute'), true],
    ['another limiter', { limiter: 'output_tokens_per_minute' }, inOrganization(OPUS, 'requests_per_minute'), false],
  ])('that names %s', (_, selector, target, speaks) => {
    expect(thresholdsFor(only(selector), target, DEFAULTS).alert).toBe(speaks ? 0.9 : DEFAULTS.alert)
  })
})

describe('each line of a limit', () => {
  test('comes from the closest rule that sets it', () => {
    const thresholds = [
      { workspace: 'production', alert: 0.9, line: 1 },
      { group: 'Claude Opus 4.x', alert: 0.8, watch: 0.6, line: 2 },
    ]
    expect(thresholdsFor(policyOf({ thresholds }), TARGET, DEFAULTS)).toEqual({ watch: 0.6, alert: 0.9 })
  })

  test('is the default where no rule sets it', () => {
    expect(thresholdsFor(policyOf({}), TARGET, DEFAULTS)).toEqual(DEFAULTS)
  })

  test('leaves no watch band where the alert line is moved under the watch line', () => {
    const thresholds = [{ workspace: 'production', alert: 0.4, line: 1 }]
    expect(thresholdsFor(policyOf({ thresholds }), TARGET, DEFAULTS)).toEqual({ watch: 0.4, alert: 0.4 })
  })
})

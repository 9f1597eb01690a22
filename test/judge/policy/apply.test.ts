import { expect, test } from 'vitest'
import { withMutes } from '../../../src/judge/policy/apply.ts'
import { UNMEASURED, verdictOf } from '../planning/verdict.ts'
import { OPUS, PRODUCTION, policyOf } from './world.ts'

const MUTE = { owner: '@evals', reason: 'load test', until: '2026-11-22' }
const DAY = Date.UTC(2026, 10, 22)
const inProduction = verdictOf({ scope: { type: 'workspace', ...PRODUCTION }, band: 'alert' })

const mutedBy = (selector: object, verdicts = [inProduction]) =>
  withMutes(verdicts, policyOf({ mutes: [{ ...MUTE, ...selector, line: 2 }] }), [OPUS], DAY).map((row) =>
    'muted' in row ? row.muted : undefined,
  )

test.each([
  ['its workspace', { workspace: 'production' }, MUTE],
  ['its group', { group: OPUS.name }, MUTE],
  ['a model of its group', { group: 'claude-opus-4-6' }, MUTE],
  ['its limiter', { limiter: 'requests_per_minute' }, MUTE],
  ['another workspace', { workspace: 'research' }, undefined],
  ['a model of another group', { group: 'claude-haiku-4-5' }, undefined],
  ['another limiter', { limiter: 'output_tokens_per_minute' }, undefined],
])('a mute of %s speaks of an alert or not', (_, selector, muted) => {
  expect(mutedBy(selector)).toEqual([muted])
})

test('only what is over a line is muted', () => {
  const rows = [verdictOf({ band: 'alert' }), verdictOf({ band: 'watch' }), verdictOf({ band: 'ok' })]
  expect(mutedBy({ group: OPUS.name }, rows)).toEqual([MUTE, MUTE, undefined])
  expect(withMutes([UNMEASURED], policyOf({ mutes: [{ ...MUTE, line: 2 }] }), [OPUS], DAY)).toEqual([UNMEASURED])
})

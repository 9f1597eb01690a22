import { expect, test } from 'vitest'
import { justExpired, muteFor } from '../../../src/judge/policy/mutes.ts'
import { inOrganization, inWorkspace, OPUS, policyOf } from './world.ts'

const mute = { workspace: 'production', owner: '@evals', reason: 'load test', until: '2026-11-22', line: 2 }
const policy = policyOf({ mutes: [mute] })
const TARGET = inWorkspace(OPUS, 'requests_per_minute')
const day = (text: string) => Date.parse(`${text}T00:00:00Z`)

test.each([
  ['2026-11-20', true, false],
  ['2026-11-22', true, false],
  ['2026-11-23', false, true],
  ['2026-11-24', false, false],
])('a mute until 2026-11-22, audited for %s: in force %s, told as ended %s', (text, inForce, told) => {
  expect(muteFor(policy, TARGET, day(text))).toBe(inForce ? mute : null)
  expect(justExpired(policy, day(text))).toEqual(told ? [mute] : [])
})

test('a mute of a workspace leaves the organization alone', () => {
  expect(muteFor(policy, inOrganization(OPUS, 'requests_per_minute'), day('2026-11-20'))).toBeNull()
})

test('of several mutes the one that ends last is named', () => {
  const longer = { ...mute, limiter: 'requests_per_minute', until: '2026-12-24' }
  const both = policyOf({ mutes: [longer, mute] })
  expect(muteFor(both, TARGET, day('2026-11-20'))).toBe(longer)
  expect(muteFor(both, TARGET, day('2026-11-30'))).toBe(longer)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAnthropic } from '../../../src/collect/anthropic/client.ts'
import { createPace } from '../../../src/collect/anthropic/pace.ts'
import { collectSpend } from '../../../src/collect/spend/collect-spend.ts'
import { readSpendLimits } from '../../../src/collect/spend/spend-limits.ts'
import { ADMIN_KEY, type AnthropicEmulator, startAnthropic } from '../../emulator/anthropic/server.ts'
import { world } from '../../emulator/world/world.ts'

let anthropic: AnthropicEmulator
beforeAll(async () => {
  anthropic = await startAnthropic(world({ groups: [] }))
})
afterAll(() => anthropic.stop())

const client = () =>
  createAnthropic(
    { fetch, now: Date.now, sleep: async () => {}, random: () => 0 },
    {
      baseUrl: anthropic.url,
      credentials: {
        authorize: async () => ({ headers: { 'x-api-key': ADMIN_KEY }, betas: [] }),
        renewable: false,
        remedy: '',
      },
      deadline: () => Date.now() + 10_000,
      pace: createPace(
        8,
        { now: Date.now, sleep: async () => {}, random: () => 0 },
        { onLine: () => {}, log: () => {} },
      ),
      version: '2026-10-21',
      stop: new AbortController().signal,
      redact: (text) => text,
      log: () => {},
    },
  )

test.each([
  ['50000', 'Start'],
  ['100000', 'Build'],
  ['20000000', 'Scale'],
  ['123400', null],
])('a usage-tier cap of %s cents is that of %s', async (amount, tier) => {
  anthropic.options.spendLimits = [
    { scope: { type: 'workspace', workspace_id: 'wrkspc_01' }, amount: '5000' },
    { scope: { type: 'usage_tier' }, amount },
  ]
  expect(await readSpendLimits(client())).toEqual({ tier, cap: Number(amount) })
})

test('an organization without a cap has no tier to show for it', async () => {
  anthropic.options.spendLimits = [{ scope: { type: 'usage_tier' }, amount: null }]
  expect(await readSpendLimits(client())).toEqual({ tier: null, cap: null })
})

test('the lower cap binds: that of the tier, or one that the organization has set itself for the month', async () => {
  anthropic.options.spendLimits = [
    { scope: { type: 'usage_tier' }, amount: '100000' },
    { scope: { type: 'organization' }, amount: '60000' },
    { scope: { type: 'workspace', workspace_id: 'wrkspc_01' }, amount: '5000' },
  ]
  expect(await readSpendLimits(client())).toEqual({ tier: 'Build', cap: 60_000 })
  anthropic.options.spendLimits = [
    { scope: { type: 'usage_tier' }, amount: '100000' },
    { scope: { type: 'organization' }, amount: null },
  ]
  expect(await readSpendLimits(client())).toEqual({ tier: 'Build', cap: 100_000 })
})

test('a cap of a day is that of no tier', async () => {
  anthropic.options.spendLimits = [{ scope: { type: 'usage_tier' }, amount: '50000', period: 'daily' }]
  expect(await readSpendLimits(client())).toEqual({ tier: null, cap: null })
})

test('an organization outside the preview is silence, not an error', async () => {
  anthropic.options.spendLimits = null
  expect(await readSpendLimits(client())).toEqual({ tier: null, cap: null })
})

test('a listing without the row is silence', async () => {
  anthropic.options.spendLimits = []
  expect(await readSpendLimits(client())).toEqual({ tier: null, cap: null })
})

test('a listing that cannot be read is an error: the caller decides that it is only a hint', async () => {
  anthropic.options.spendLimits = []
  anthropic.faults.push({ path: /spend_limits/, effect: { kind: 'status', status: 401 } })
  await expect(readSpendLimits(client())).rejects.toThrow('spend_limits')
  anthropic.faults.length = 0
})

test('nothing waits longer than ten seconds for it, and without it nothing is missing', async () => {
  anthropic.options.spendLimits = []
  anthropic.faults.push({ path: /spend_limits/, effect: { kind: 'status', status: 401 } })
  const asked: number[] = []
  const lines: string[] = []
  const clientFor = (milliseconds: number) => {
    asked.push(milliseconds)
    return client()
  }
  const log = { debug: (line: string) => lines.push(line) }
  const window = { start: Date.UTC(2026, 10, 22), end: Date.UTC(2026, 10, 23) }
  expect(await collectSpend({ clientFor }, { window, policyCap: null }, log)).toEqual({
    tier: null,
    spend: null,
    problem: null,
  })
  expect(asked).toEqual([10_000])
  expect(lines).toEqual([
    expect.stringContaining('The spend limits could not be read: GET /v1/organizations/spend_limits'),
  ])
})

import { beforeAll, expect, test } from 'vitest'
import { leastRequests } from '../../bench/least.ts'
import type { Size } from '../../bench/service.ts'
import { startServices } from '../audit/harness.ts'
import { largeWorld } from '../emulator/world/large.ts'

/**
 * The benchmark's short version: what is asked for and what comes back, counted and not timed, so that it says the same on
 * every machine.
 */

const USAGE = '/v1/organizations/analytics/usage'

type Counts = { all: number; pages: number; bytes: number; code: number }

/** What one audit of `days` days asks Anthropic for. */
async function count(size: Size, days: number): Promise<Counts> {
  const services = await startServices(largeWorld(size))
  try {
    const { code } = await services.run({ date: '2026-11-22', 'lookback-days': String(days), 'slack-webhook-url': '' })
    const { requests } = services.anthropic
    const bytes = requests.reduce((sum, { reply }) => sum + (reply?.bytes ?? 0), 0)
    return { code, all: requests.length, pages: requests.filter(({ path }) => path === USAGE).length, bytes }
  } finally {
    await services.stop()
  }
}

const SIZE: Size = { models: 6, workspaces: 4, withOverrides: 1 }
/** Rows of a minute: the models of the organization, and the four of the group that the workspace overrides. */
const ROWS = 2 * 1440 * (6 + 4)

let day: Counts
beforeAll(async () => {
  day = await count(SIZE, 1)
})

test('a day takes few more requests than there is no way around', () => {
  expect(day.code).toBe(0)
  // Beside those: the census, the tier, the names of keys, who drove the peaks, and pages that are not full.
  expect(day.all).toBeLessThanOrEqual(leastRequests(SIZE, 1) + 12)
})

test('a day is compressed on its way: 20 bytes a row, where 770 are sent', () => {
  expect(day.bytes).toBeLessThan(20 * ROWS)
})

test('a workspace without limits of its own costs one request', async () => {
  const more = await count({ ...SIZE, workspaces: 7 }, 1)
  expect(more.pages).toBe(day.pages)
  expect(more.all).toBe(day.all + 3)
})

test('three days cost twice as many pages as one, with the day before that both of them read', async () => {
  const { pages } = await count(SIZE, 3)
  expect(pages).toBeGreaterThan(1.7 * day.pages)
  expect(pages).toBeLessThanOrEqual(2 * day.pages)
})

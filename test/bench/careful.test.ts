import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareVerdicts, type Figures, runAudit, runRival } from '../../bench/contenders.ts'
import { type Service, startService } from '../../bench/service.ts'

/** The benchmark in small: the bundle and both scripts over one world, and the bundle behind a limit on requests. */

const SIZE = { models: 8, workspaces: 4, withOverrides: 2 }
const ALL_AT_ONCE = { latency: 0, limiter: null }

let service: Service
let audit: Figures
let careful: Figures
beforeAll(async () => {
  service = await startService(SIZE)
  audit = await runAudit(service, 1)
  careful = await runRival('careful', service, 1)
}, 60_000)
afterAll(() => service.stop())

test('the action says the same of every limit as the careful and the obvious script, which share no code with it', async () => {
  expect(audit.value.length).toBeGreaterThan(5)
  compareVerdicts('small', audit, careful, await runRival('obvious', service, 1))
})

test('the careful script asks for more usage than the action', () => {
  expect(audit.usage).toBeLessThan(0.6 * careful.usage)
})

test('behind a limit that it stays within the action says the same, and nothing is refused', async () => {
  const limiter = { kind: 'bucket', perMinute: 60, retryAfter: true, of: 'analytics' } as const
  await service.behave({ latency: 0, limiter })
  const limited = await runAudit(service, 1)
  await service.behave(ALL_AT_ONCE)
  compareVerdicts('limited', audit, limited)
  expect([limited.usage, limited.refused]).toEqual([audit.usage, 0])
})

test('verdicts that differ are shown', () => {
  expect(() => compareVerdicts('small', audit, { ...audit, value: ['other'] })).toThrow('small: the verdicts differ.')
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AnthropicEmulator, startAnthropic } from '../emulator/anthropic/server.ts'
import { group, type World, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

const worldOf = (requests: number): World =>
  world({
    groups: [
      group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: { requests_per_minute: requests } }),
    ],
  })

let services: Services
let europe: AnthropicEmulator
beforeEach(async () => {
  services = await startServices(worldOf(100))
  europe = await startAnthropic(worldOf(200))
})
afterEach(async () => {
  expect(services.github.violations).toEqual([])
  await Promise.all([services.stop(), europe.stop()])
})

const limitIn = async (path: string) =>
  JSON.parse((await services.github.read('main', path)) ?? 'null')?.organization[0].limits.requests_per_minute

test('two organizations in one repository commit at the same time, a file each: both arrive, nothing is forced', async () => {
  for (const [production, other] of [
    [100, 200],
    [110, 220],
    [120, 240],
  ] as const) {
    services.anthropic.world = worldOf(production)
    europe.world = worldOf(other)
    const runs = await Promise.all([
      services.run({ 'snapshot-path': 'claude/production.json' }),
      services.run({ 'snapshot-path': 'claude/europe.json', 'anthropic-base-url': europe.url }),
    ])
    expect(runs.map(({ code }) => code)).toEqual([0, 0])
    expect(new Set(runs.map(({ outputs }) => outputs['commit-sha'])).size).toBe(2)
    expect([await limitIn('claude/production.json'), await limitIn('claude/europe.json')]).toEqual([production, other])
  }
  const log = await services.github.git('log', '--format=%s', '--', 'claude')
  expect(log.trim().split('\n')).toHaveLength(6)
})

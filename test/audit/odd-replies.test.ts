import { afterEach, beforeEach, expect, test } from 'vitest'
import { group, usage, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** Odd but legal: what a proxy or a newer API may send, and names that a program could trip over. */

const WORLD = world({
  groups: [
    group({
      name: 'Claude Opus 4.x',
      models: ['claude-opus-4-6'],
      limits: { output_tokens_per_minute: 1000, ...JSON.parse('{"__proto__":5,"constructor":6}') },
    }),
  ],
  workspaces: [workspace({ name: '__proto__' })],
  usage: [usage({ at: '14:05', model: 'claude-opus-4-6', output: 450, workspace: '__proto__' })],
})

let services: Services
beforeEach(async () => {
  services = await startServices(WORLD)
})
afterEach(() => services.stop())

test('a limiter named __proto__ is data like any other, and no drift the day after', async () => {
  const first = await services.run()
  expect(first.report.verdicts.map(({ limiter }) => limiter)).toEqual(
    expect.arrayContaining(['__proto__', 'constructor', 'output_tokens_per_minute']),
  )
  const committed = await services.github.read('main', '.github/claude-rate-limits.json')
  expect(committed).toContain('"__proto__": 5')
  const second = await services.run()
  expect(second.outputs).toMatchObject({ drift: 'false', 'snapshot-operation': 'unchanged' })
})

test('JSON with a byte order mark before it is read at once', async () => {
  services.anthropic.faults.push({
    effect: { kind: 'rewrite', rewrite: (reply) => ({ ...reply, body: `\ufeff${reply.body}` }) },
  })
  services.github.faults.push({
    when: ({ method }) => method === 'GET',
    effect: { kind: 'rewrite', rewrite: (reply) => ({ ...reply, body: `\ufeff${reply.body}` }) },
  })
  const run = await services.run()
  expect(run.code).toBe(0)
  expect(run.log).not.toContain('Trying again')
  expect(run.outputs['snapshot-operation']).toBe('created')
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { audit } from '../../src/audit.ts'
import { RUNNER } from '../../src/deliver/runner.ts'
import type { Deps } from '../../src/deps.ts'
import { INPUTS, type InputName } from '../../src/inputs/names.ts'
import { ADMIN_KEY } from '../emulator/anthropic/server.ts'
import { group, usage, world } from '../emulator/world/world.ts'
import { overFetch } from '../transport/over-fetch.ts'
import { type Services, startServices } from './harness.ts'

/** A runner that takes no output any more, such as one with a full disk: the reason of the run is printed all the same. */

const WORLD = world({
  groups: [group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: { output_tokens_per_minute: 100 } })],
  usage: [usage({ at: '14:05', model: 'claude-opus-4-6', output: 90 })],
})

let services: Services
beforeEach(async () => {
  services = await startServices(WORLD)
})
afterEach(() => services.stop())

const setOutput = () => {
  throw new Error("ENOSPC: no space left on device, open '/runner/output'")
}

describe('outputs that cannot be written', () => {
  test('leave the reason of a blind run in the log', async () => {
    services.anthropic.faults.push({ path: '/v1/organizations/rate_limits', effect: { kind: 'status', status: 403 } })
    const run = await services.run({}, {}, { setOutput })
    expect(run.code).toBe(1)
    expect(run.log).toMatch(/^failed: The audit is blind: .*403/m)
    expect(run.log).toMatch(/^failed: .*ENOSPC/m)
    expect(services.slack.messages).toHaveLength(1)
  })

  test('fail an audit that was whole, after everything else is delivered', async () => {
    const run = await services.run({}, {}, { setOutput })
    expect(run.code).toBe(1)
    expect(run.log).toMatch(/^failed: .*ENOSPC/m)
    expect(run.summary).toContain('Claude rate limits')
    expect(services.slack.messages).toHaveLength(1)
  })
})

test('whatever breaks while a run is refused is printed by the last guard, without secrets', async () => {
  const lines: string[] = []
  const given: Partial<Record<InputName, string>> = { 'anthropic-admin-key': ADMIN_KEY, date: 'tomorrow' }
  const note = (text: string | Error) => void lines.push(String(text))
  let failures = 0
  const core = {
    getInput: (name: string) => given[name as InputName] ?? INPUTS[name as InputName],
    setSecret: () => {},
    setFailed: (text: string | Error) => {
      if (++failures === 1) throw new Error(`the pipe that ${ADMIN_KEY} went through is closed`)
      note(text)
    },
    debug: note,
    info: note,
    notice: note,
    warning: note,
    error: note,
    startGroup: note,
    endGroup: () => {},
  } as unknown as Deps['core']
  const code = await audit(
    {
      core,
      env: {},
      fetch,
      exchange: overFetch(fetch),
      now: services.anthropic.world.now,
      sleep: async () => {},

      saveMemory: () => {},
      showProgress: () => {},
      random: () => 0.5,
    },
    RUNNER,
  )
  expect(code).toBe(1)
  expect(lines.join('\n')).toMatch(/went through is closed/)
  expect(lines.join('\n')).not.toContain(ADMIN_KEY)
})

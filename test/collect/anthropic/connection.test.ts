import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect } from '../../../src/collect/anthropic/connection.ts'
import { readWorkspaces } from '../../../src/collect/limits/workspaces.ts'
import type { Inputs } from '../../../src/inputs/inputs.ts'
import { createLog } from '../../../src/log.ts'
import { createSecrets } from '../../../src/transport/redaction.ts'
import { createTransport } from '../../../src/transport/transport.ts'
import { ADMIN_KEY, type AnthropicEmulator, startAnthropic } from '../../emulator/anthropic/server.ts'
import { world } from '../../emulator/world/world.ts'

const MINUTE = 60_000

let anthropic: AnthropicEmulator
beforeEach(async () => {
  anthropic = await startAnthropic(world({ groups: [] }))
})
afterEach(() => anthropic.stop())

/** The connection of a run whose clock the test sets by hand. */
function start() {
  const clock = { now: anthropic.world.now() }
  const transport = createTransport({ env: {}, version: 'test' })
  const core = { setSecret: () => {}, debug: () => {}, info: () => {} } as never
  const secrets = createSecrets(core)
  const deps = {
    core,
    env: {},
    fetch: transport.fetch,
    exchange: transport.exchange,
    now: () => clock.now,
    sleep: async () => {},
    saveMemory: () => {},
    showProgress: () => {},
    random: () => 0.5,
  }
  const inputs = { anthropicBaseUrl: anthropic.url } as Inputs
  const run = { deps, log: createLog(core, secrets.redact), secrets, inputs }
  return { clock, transport, connection: connect(run, { kind: 'admin-key', key: ADMIN_KEY }) }
}

test('a client that was given two minutes sends nothing after them, while the run goes on', async () => {
  const { clock, transport, connection } = start()
  const short = connection.clientFor(2 * MINUTE)
  clock.now += MINUTE
  expect(await readWorkspaces(short, [])).toHaveLength(1)
  clock.now += 2 * MINUTE
  await expect(readWorkspaces(short, [])).rejects.toThrow('/v1/organizations/workspaces')
  expect(anthropic.requests).toHaveLength(1)
  expect(await readWorkspaces(connection.client, [])).toHaveLength(1)
  await transport.close()
})

test('after the time that a job has for reading nothing is sent, whatever time a client was given', async () => {
  const { clock, transport, connection } = start()
  const long = connection.clientFor(60 * MINUTE)
  clock.now += 10 * MINUTE
  expect(await readWorkspaces(long, [])).toHaveLength(1)
  clock.now += 15 * MINUTE
  await expect(readWorkspaces(long, [])).rejects.toThrow()
  await expect(readWorkspaces(connection.client, [])).rejects.toThrow()
  expect(anthropic.requests).toHaveLength(1)
  await transport.close()
})

test('a plan of many requests makes room for them, within the time a job has', async () => {
  const { clock, transport, connection } = start()
  connection.budget.makeRoom(900)
  clock.now += 20 * MINUTE
  expect(await readWorkspaces(connection.client, [])).toHaveLength(1)
  connection.budget.makeRoom(100_000)
  clock.now += 5 * MINUTE
  await expect(readWorkspaces(connection.client, [])).rejects.toThrow()
  await transport.close()
})

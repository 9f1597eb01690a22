import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from '../../src/audit.ts'
import { RUNNER } from '../../src/deliver/runner.ts'
import type { Deps } from '../../src/deps.ts'
import { INPUTS, type InputName } from '../../src/inputs/names.ts'
import { reportSchema } from '../../src/report/schemas/report-schema.ts'
import { ADMIN_KEY } from '../emulator/anthropic/server.ts'
import { apiKey, group, usage, workspace, world } from '../emulator/world/world.ts'
import { overFetch } from '../transport/over-fetch.ts'
import { type Services, startServices } from './harness.ts'
import { mutate, random } from './mutate.ts'

/**
 * Replies of a real conversation, mutated: as JSON (values swapped for others, keys lost, lists repeated) and as text (cut, garbled).
 * Whatever comes back, the run ends with a report that its schema accepts or with a message, never with an exception.
 */

const WORLD = world({
  groups: [
    group({
      name: 'Claude Opus 4.x',
      models: ['claude-opus-4-5', 'claude-opus-4-6'],
      limits: { requests_per_minute: 10, input_tokens_per_minute_cache_aware: 500, output_tokens_per_minute: 100 },
    }),
    group({ type: 'web_search', limits: { tool_uses_per_second: 3 } }),
  ],
  workspaces: [workspace({ name: 'production', overrides: { 'Claude Opus 4.x': { input_tokens_per_minute: 400 } } })],
  apiKeys: [apiKey('checkout', 'production')],
  usage: Array.from({ length: 12 }, (_, i) =>
    usage({
      at: `14:${String(i * 3).padStart(2, '0')}`,
      model: i % 3 === 0 ? 'claude-opus-4-6' : 'claude-opus-4-5',
      workspace: 'production',
      apiKey: 'checkout',
      requests: i,
      uncachedInput: 30 * i,
      cacheRead: 200,
      output: 7 * i,
    }),
  ),
})

type Recorded = { text: string; status: number }
let services: Services
const recorded = new Map<string, Recorded>()
beforeAll(async () => {
  services = await startServices(WORLD)
  const recording: typeof globalThis.fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init)
    const text = await response.text()
    recorded.set(keyOf(String(input)), { text, status: response.status })
    return new Response(text, { status: response.status, headers: { 'content-type': 'application/json' } })
  }
  await services.run(
    { 'snapshot-mode': 'none', 'slack-webhook-url': '' },
    { fetch: recording, exchange: overFetch(recording) },
  )
})
afterAll(() => services.stop())

/** Path and query; what a mutated cursor asks for was never recorded, and gets a 404. */
function keyOf(address: string): string {
  const { pathname, search } = new URL(address)
  return pathname + search
}

type Ending = { code: number; mutated: number; outputs: Map<string, string>; failed: string[] }

/** One run over mutated replies; nothing in it touches the network, the disk or the clock. */
async function run(seed: number): Promise<Ending> {
  const dice = random(seed)
  let mutated = 0
  let requests = 0
  const outputs = new Map<string, string>()
  const failed: string[] = []
  const inputs: Partial<Record<InputName, string>> = {
    'anthropic-admin-key': ADMIN_KEY,
    'snapshot-mode': 'none',
    notify: 'never',
  }
  const fetch = async (input: string | URL | Request) => {
    // A cursor that a mutation made up may lead on and on; a run that asks so often would never end.
    if (++requests > 20_000) throw new Error('No end of requests')
    const known = recorded.get(keyOf(String(input)))
    if (known === undefined) return new Response('{"message":"Not Found"}', { status: 404 })
    const isMutated = dice() < 0.5
    if (isMutated) mutated++
    const body = isMutated ? mutate(known.text, dice) : known.text
    return new Response(body, { status: known.status, headers: { 'content-type': 'application/json' } })
  }
  const nothing = () => {}
  const core = {
    getInput: (name: string) => inputs[name as InputName] ?? INPUTS[name as InputName],
    setOutput: (name: string, value: unknown) => void outputs.set(name, String(value)),
    setFailed: (message: string | Error) => void failed.push(String(message)),
    setSecret: nothing,
    debug: nothing,
    info: nothing,
    notice: nothing,
    warning: nothing,
    error: nothing,
    startGroup: nothing,
    endGroup: nothing,
  } as unknown as Deps['core']
  const code = await audit(
    {
      core,
      env: { RUNNER_TEMP: '/dev/null/nowhere' },
      fetch: fetch as typeof globalThis.fetch,
      exchange: overFetch(fetch),
      now: WORLD.now,
      sleep: async () => {},

      saveMemory: () => {},
      showProgress: () => {},
      random: dice,
    },
    RUNNER,
  )
  return { code, mutated, outputs, failed }
}

test('10,000 mutated replies end in a report or a message, never in an exception', async () => {
  let mutated = 0
  const endings = { judged: 0, blind: 0 }
  for (let seed = 1; mutated < 10_000; seed++) {
    const ending = await run(seed).catch((error: unknown) => {
      throw new Error(`Seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`)
    })
    mutated += ending.mutated
    if (ending.failed.length > 0) {
      endings.blind++
      expect(ending.failed.join('\n'), `seed ${seed}`).not.toMatch(
        /is not a function|is not iterable|Cannot read|TypeError|RangeError/,
      )
      expect(ending.code, `seed ${seed}`).toBe(1)
    } else {
      endings.judged++
      // The output holds the report's rows without their hours.
      const alerts = JSON.parse(ending.outputs.get('alerts') ?? 'null').map((row: object) => ({ ...row, hourly: null }))
      expect(reportSchema.shape.verdicts.safeParse(alerts).error, `seed ${seed}`).toBeUndefined()
    }
  }
  expect(endings.judged).toBeGreaterThan(50)
  expect(endings.blind).toBeGreaterThan(500)
}, 110_000)

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readFolder } from '../../src/desk/door.ts'
import { readFlags } from '../../src/desk/flags.ts'
import { logAtDesk } from '../../src/desk/log-at-desk.ts'
import { reviewAtDesk } from '../../src/desk/review-at-desk.ts'
import { statusLine } from '../../src/desk/screen.ts'
import { createTransport } from '../../src/transport/transport.ts'
import { ADMIN_KEY, type AnthropicEmulator, startAnthropic } from '../emulator/anthropic/server.ts'
import { group, usage, type World, workspace, world } from '../emulator/world/world.ts'

/** The quarterly review over real HTTP: what it asks for, what it says, and that no amount of money is in it. */

const DAY = 86_400_000
const LAST = Date.UTC(2026, 10, 22)
const FIRST = LAST - 91 * DAY
const OPUS = 'claude-opus-4-6'
const HAIKU = 'claude-haiku-4-5'
const limits = (requests: number, input: number, output: number) => ({
  requests_per_minute: requests,
  input_tokens_per_minute_cache_aware: input,
  output_tokens_per_minute: output,
})

/** Opus each day at 10:00, with a burst in one minute of the 31st day; Haiku now and then; nothing else used. */
const WORLD: World = world({
  groups: [
    group({ name: 'Claude Opus 4.x', models: [OPUS], limits: limits(4_000, 2_000_000, 400_000) }),
    group({ name: 'Claude Haiku 4.5', models: [HAIKU], limits: limits(4_000, 4_000_000, 800_000) }),
    group({ name: 'Claude Sonnet 5.5', models: ['claude-sonnet-5-5'], limits: limits(4_000, 2_000_000, 400_000) }),
    group({ type: 'batch', limits: { requests_per_minute: 4_000 } }),
  ],
  workspaces: [workspace({ name: 'payments' }), workspace({ name: 'evals' })],
  usage: [
    ...Array.from({ length: 92 }, (_, day) => [
      usage({
        ...{ at: FIRST + day * DAY + 36_000_000, model: OPUS, workspace: 'payments', requests: 100 },
        ...{ uncachedInput: 60_000, cacheRead: 20_000, output: 12_000 },
      }),
      usage({
        ...{ at: FIRST + day * DAY + 36_000_000 + 60_000, model: OPUS, workspace: 'payments', requests: 200 },
        ...{ uncachedInput: 60_000, output: 24_000 },
      }),
    ]).flat(),
    usage({ at: FIRST + 30 * DAY + 3_600_000, model: OPUS, workspace: 'payments', requests: 900, output: 360_000 }),
    ...[3, 40].map((day) =>
      usage({
        ...{ at: FIRST + day * DAY + 7_200_000, model: HAIKU, workspace: 'evals', requests: 600 },
        ...{ uncachedInput: 400_000, cacheRead: 10_000, output: 80_000 },
      }),
    ),
    usage({ at: FIRST + 5 * DAY, model: OPUS, workspace: 'evals', batch: true, requests: 9, output: 3_000_000 }),
  ],
})

let anthropic: AnthropicEmulator
let folder: string
beforeEach(async () => {
  anthropic = await startAnthropic(WORLD, {
    dataRefreshedAt: '2026-11-23T05:00:00Z',
    prices: { [OPUS]: { input: 518.25, output: 2613.75 }, [HAIKU]: { input: 97.125, output: 503.5 } },
  })
  folder = await mkdtemp(join(tmpdir(), 'review-'))
})
afterEach(async () => {
  await Promise.all([anthropic.stop(), rm(folder, { recursive: true })])
})

async function review(argv: readonly string[] = []) {
  const asked = readFlags(['--review', '--base-url', anthropic.url, ...argv], { ANTHROPIC_ADMIN_KEY: ADMIN_KEY })
  if (asked.kind !== 'review') throw new Error('no review')
  const texts = { page: '', stderr: '' }
  const stream = { write: (text: string) => (texts.stderr += text) } as unknown as NodeJS.WritableStream
  const transport = createTransport({ env: {}, version: 'test' })
  const code = await reviewAtDesk(
    {
      core: logAtDesk(asked.inputs, stream, statusLine(stream)),
      env: {},
      fetch: transport.fetch,
      now: anthropic.world.now,
      sleep: async () => {},
      saveMemory: () => {},
      random: () => 0.5,
      showProgress: () => {},
    },
    {
      readCommitted: readFolder(folder),
      folder,
      screen: { columns: 80, colour: false },
      file: asked.files.summary,
      print: (text) => {
        texts.page += text
      },
    },
  )
  await transport.close()
  return {
    code,
    ...texts,
    flat: texts.page.replaceAll('&nbsp;', ' ').replaceAll(/&#(\d+);/g, (_all, at) => String.fromCharCode(at)),
  }
}

const asked = (path: string) => anthropic.requests.filter((request) => request.path.endsWith(path))

test('a page', async () => {
  const { code, flat, stderr } = await review(['--summary', 'r.md'])
  console.log(code, flat, stderr, await readFile(join(folder, 'r.md'), 'utf8'))
})

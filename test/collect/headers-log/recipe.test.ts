import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entry } from '../../../src/collect/headers-log/entry.ts'
import { readLogFiles } from '../../../src/collect/headers-log/files.ts'
import { type AnthropicEmulator, startAnthropic, WORKSPACE_KEY } from '../../emulator/anthropic/server.ts'
import { group, world } from '../../emulator/world/world.ts'

const MODEL = 'claude-opus-4-6'

let anthropic: AnthropicEmulator
let folder: string
beforeAll(async () => {
  const limits = {
    requests_per_minute: 3,
    input_tokens_per_minute_cache_aware: 400_000,
    output_tokens_per_minute: 80_000,
  }
  anthropic = await startAnthropic(world({ groups: [group({ name: 'Claude Opus 4.x', models: [MODEL], limits })] }))
  // Inside the project, so that the recipe finds the SDK.
  await mkdir('.vitest', { recursive: true })
  folder = await mkdtemp('.vitest/recipe-')
})
afterAll(async () => {
  await anthropic.stop()
  await rm(folder, { recursive: true })
})

/** The recipe as the page shows it, then these lines, run by Node as a program of its own. */
async function run(...lines: string[]): Promise<Entry[]> {
  const page = await readFile('docs/headers-log.md', 'utf8')
  const recipe = /```ts recipe\n([\s\S]*?)```/.exec(page)?.[1]
  expect(recipe, 'docs/headers-log.md has a TypeScript recipe').toBeDefined()
  await writeFile(join(folder, 'recipe.ts'), `${recipe}\n${lines.join('\n')}\n`)
  await promisify(execFile)(process.execPath, ['recipe.ts'], {
    cwd: folder,
    env: { ...process.env, ANTHROPIC_BASE_URL: anthropic.url, ANTHROPIC_API_KEY: WORKSPACE_KEY },
  })
  const entries: Entry[] = []
  await readLogFiles('claude-headers.jsonl', folder, (entry) => entries.push(entry))
  return entries
}

describe('the TypeScript recipe', () => {
  test('logs every response of the official SDK, refusals that the SDK tries again among them', async () => {
    const started = Date.now() - 1000
    anthropic.faults.push({
      path: '/v1/messages',
      nth: 4,
      effect: { kind: 'status', status: 429, errorCode: 'ramp_limit_exceeded', retryAfter: 0 },
    })
    const entries = await run(
      `const ask = (maxRetries: number) => client.messages.create({ model: '${MODEL}', max_tokens: 9, messages: [{ role: 'user', content: 'Good morning' }] }, { maxRetries })`,
      'await ask(0); await ask(0); await ask(0)',
      'const refused = async (maxRetries: number) => { try { await ask(maxRetries) } catch (error) { return (error as { status: number }).status } }',
      'if ((await refused(1)) !== 429) throw new Error("expected a refusal")',
    )
    expect(entries.map(({ model }) => model)).toEqual(Array(5).fill(MODEL))
    expect(entries.map(({ refusal }) => refusal)).toEqual([null, null, null, 'acceleration', 'rate_limit'])
    const requests = entries.flatMap(({ levels }) => levels.filter(({ limiter }) => limiter === 'requests_per_minute'))
    expect(requests.map(({ limit, remaining }) => [limit, remaining])).toEqual([
      [3, 2],
      [3, 1],
      [3, 0],
      [3, 0],
    ])
    expect(entries[0]?.levels.map(({ limiter }) => limiter)).toEqual([
      'requests_per_minute',
      'input_tokens_per_minute_cache_aware',
      'output_tokens_per_minute',
      'tokens_per_minute',
    ])
    for (const { at } of entries) expect(at).toBeGreaterThan(started)
    const log = await readFile(join(folder, 'claude-headers.jsonl'), 'utf8')
    expect(log).not.toContain(WORKSPACE_KEY)
    expect(log).not.toContain('Good morning')
  })
})

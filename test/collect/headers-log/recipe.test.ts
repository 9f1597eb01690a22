import { execFile, execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Entry, parseEntry } from '../../../src/collect/headers-log/entry.ts'
import { type AnthropicEmulator, startAnthropic, WORKSPACE_KEY } from '../../emulator/anthropic/server.ts'
import { group, world } from '../../emulator/world/world.ts'

const MODEL = 'claude-opus-4-6'
/** A Python with the client libraries can be named; without them those tests are skipped, and say so. */
const PYTHON = process.env.PYTHON || 'python3'

let anthropic: AnthropicEmulator
let folder: string
beforeAll(() => mkdir('.vitest', { recursive: true }))
beforeEach(async () => {
  const limits = {
    requests_per_minute: 3,
    input_tokens_per_minute_cache_aware: 400_000,
    output_tokens_per_minute: 80_000,
  }
  anthropic = await startAnthropic(world({ groups: [group({ name: 'Claude Opus 4.x', models: [MODEL], limits })] }))
  // Inside the project, so that the recipe finds the SDK.
  folder = await mkdtemp('.vitest/recipe-')
  return async () => {
    await anthropic.stop()
    await rm(folder, { recursive: true })
  }
})

/** The recipe as the page shows it, then these lines, run as a program of its own; what it logged. */
async function run(kind: string, program: string, file: string, ...lines: string[]): Promise<Entry[]> {
  const page = await readFile('docs/headers-log.md', 'utf8')
  const recipe = new RegExp(`\`\`\`${kind} recipe\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1]
  expect(recipe, `docs/headers-log.md has a recipe for ${kind}`).toBeDefined()
  await writeFile(join(folder, file), `${recipe}\n${lines.join('\n')}\n`)
  await promisify(execFile)(program, [file], {
    cwd: folder,
    env: { ...process.env, ANTHROPIC_BASE_URL: anthropic.url, ANTHROPIC_API_KEY: WORKSPACE_KEY },
  })
  const log = await readFile(join(folder, 'claude-headers.jsonl'), 'utf8')
  expect(log).not.toContain(WORKSPACE_KEY)
  expect(log).not.toContain('Good morning')
  return log
    .trim()
    .split('\n')
    .map((line) => {
      const entry = parseEntry(line)
      if ('problem' in entry) throw new Error(`${entry.problem}: ${line}`)
      return entry
    })
}

/** The fourth request is refused for acceleration, the fifth by the limit of three. */
function refuseTheFourth() {
  anthropic.faults.push({
    path: '/v1/messages',
    nth: 4,
    effect: { kind: 'status', status: 429, errorCode: 'ramp_limit_exceeded', retryAfter: 0 },
  })
}

function expectFiveResponses(entries: readonly Entry[]) {
  expect(entries.map(({ model }) => model)).toEqual(Array(5).fill(MODEL))
  expect(entries.map(({ refusal }) => refusal?.kind ?? null)).toEqual([null, null, null, 'acceleration', 'rate_limit'])
  expect(entries[3]?.refusal?.retryAfter).toBe(0)
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
  for (const { workspaceId, organizationId, requestId } of entries.slice(0, 3)) {
    expect(workspaceId).toMatch(/^wrkspc_/)
    expect(organizationId).not.toBeNull()
    expect(requestId).toMatch(/^req_/)
  }
}

describe('the TypeScript recipe', () => {
  test('logs every response of the official SDK, refusals that the SDK tries again among them', async () => {
    refuseTheFourth()
    const started = Date.now() - 1000
    const entries = await run(
      'ts',
      process.execPath,
      'recipe.ts',
      `const ask = (maxRetries: number) => client.messages.create({ model: '${MODEL}', max_tokens: 9, messages: [{ role: 'user', content: 'Good morning' }] }, { maxRetries })`,
      'await ask(0); await ask(0); await ask(0)',
      'const refused = async (maxRetries: number) => { try { await ask(maxRetries) } catch (error) { return (error as { status: number }).status } }',
      'if ((await refused(1)) !== 429) throw new Error("expected a refusal")',
    )
    expectFiveResponses(entries)
    for (const { at } of entries) expect(at).toBeGreaterThan(started)
  })
})

/** Whether Python is here, with these modules. */
function hasPython(...modules: string[]): boolean {
  try {
    execFileSync(PYTHON, ['-c', `import ${['json', ...modules].join(', ')}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('the Python recipe', () => {
  test.skipIf(!hasPython('anthropic'))('logs the same of the official SDK for Python', async () => {
    refuseTheFourth()
    const entries = await run(
      'python',
      PYTHON,
      'recipe.py',
      'def ask(retries):',
      `    return client.with_options(max_retries=retries).messages.create(model="${MODEL}", max_tokens=9, messages=[{"role": "user", "content": "Good morning"}])`,
      'ask(0); ask(0); ask(0)',
      'try:',
      '    ask(1)',
      '    raise SystemExit("expected a refusal")',
      'except anthropic.RateLimitError:',
      '    pass',
    )
    expectFiveResponses(entries)
  })
})

/** What LiteLLM gives a callback: naive local times, headers with its prefix, the provider's body within the message. */
const CALLBACK_DRIVER = `
import asyncio, datetime
class Response:
    _hidden_params = {"additional_headers": {
        "llm_provider-anthropic-ratelimit-requests-limit": "1000", "llm_provider-anthropic-ratelimit-requests-remaining": "900",
        "llm_provider-request-id": "req_1", "llm_provider-anthropic-workspace-id": "wrkspc_1", "x-ratelimit-limit-requests": "7"}}
class Refused(Exception):
    status_code = 429
    litellm_response_headers = {"retry-after": "8", "anthropic-ratelimit-requests-limit": "1000", "anthropic-ratelimit-requests-remaining": "0"}
now = datetime.datetime.now()
body = '{"type":"error","error":{"type":"rate_limit_error","message":"Good {","details":{"error_code":"ramp_limit_exceeded"}}}'
async def main():
    await claude_headers.async_log_success_event({"model": "anthropic/claude-opus-4-6", "messages": "Good morning"}, Response(), now, now)
    await claude_headers.async_log_success_event({"model": "gpt-9"}, Response(), now, now)
    await claude_headers.async_log_failure_event({"model": "claude-opus-4-6", "exception": Refused("litellm.RateLimitError: AnthropicException - " + body)}, None, now, now)
asyncio.run(main())
`

describe('the recipe for the proxy of LiteLLM', () => {
  const hasLiteLlm = hasPython('litellm')
  const expectTwoResponses = (entries: readonly Entry[]) => {
    const requests = { limiter: 'requests_per_minute', limit: 1000 }
    expect(entries).toMatchObject([
      { model: MODEL, workspaceId: 'wrkspc_1', requestId: 'req_1', levels: [{ ...requests, remaining: 900 }] },
      { model: MODEL, refusal: { kind: 'acceleration', retryAfter: 8 }, levels: [{ ...requests, remaining: 0 }] },
    ])
    for (const { at } of entries) expect(Math.abs(Date.now() - at)).toBeLessThan(600_000)
  }

  test.skipIf(!hasPython())('logs what its callbacks are given, over a base class of its shape', async () => {
    await mkdir(join(folder, 'litellm', 'integrations'), { recursive: true })
    await writeFile(join(folder, 'litellm', 'integrations', 'custom_logger.py'), 'class CustomLogger:\n    pass\n')
    expectTwoResponses(await run('python litellm', PYTHON, 'claude_headers.py', CALLBACK_DRIVER))
  })

  test.skipIf(!hasLiteLlm)('logs the same over the real base class', async () => {
    expectTwoResponses(await run('python litellm', PYTHON, 'claude_headers.py', CALLBACK_DRIVER))
  })
})

afterAll(() => {
  if (!hasPython('anthropic')) console.warn(`Skipped: ${PYTHON} has no module anthropic; PYTHON names another.`)
  if (!hasPython('litellm')) console.warn(`Skipped: ${PYTHON} has no module litellm; PYTHON names another.`)
})

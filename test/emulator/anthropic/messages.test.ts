import Anthropic from '@anthropic-ai/sdk'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { group, NOW, world } from '../world/world.ts'
import { ADMIN_KEY, type AnthropicEmulator, startAnthropic, WORKSPACE_KEY } from './server.ts'

let now = NOW
let emulator: AnthropicEmulator
let client: Anthropic

beforeEach(async () => {
  now = NOW + 20_000
  const limits = {
    requests_per_minute: 2,
    input_tokens_per_minute_cache_aware: 400_000,
    output_tokens_per_minute: 80_000,
  }
  emulator = await startAnthropic(
    world({ groups: [group({ name: 'A', models: ['a', 'a-1'], limits })], now: () => now }),
  )
  client = new Anthropic({ apiKey: WORKSPACE_KEY, baseURL: emulator.url, maxRetries: 0 })
})
afterEach(() => emulator.stop())

const ask = (model: string) =>
  client.messages.create({ model, max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] }).withResponse()

test('a message tells the limits of its group and what is left of them', async () => {
  await ask('a')
  const { data, response } = await ask('a-1')
  expect(data.usage.output_tokens).toBeGreaterThan(0)
  const told = [...response.headers].filter(([name]) => name.startsWith('anthropic-ratelimit'))
  expect(Object.fromEntries(told)).toEqual({
    'anthropic-ratelimit-requests-limit': '2',
    'anthropic-ratelimit-requests-remaining': '0',
    'anthropic-ratelimit-requests-reset': '2026-11-23T06:01:00.000Z',
    'anthropic-ratelimit-input-tokens-limit': '400000',
    'anthropic-ratelimit-input-tokens-remaining': '400000',
    'anthropic-ratelimit-input-tokens-reset': '2026-11-23T06:01:00.000Z',
    'anthropic-ratelimit-output-tokens-limit': '80000',
    'anthropic-ratelimit-output-tokens-remaining': '80000',
    'anthropic-ratelimit-output-tokens-reset': '2026-11-23T06:01:00.000Z',
    'anthropic-ratelimit-tokens-limit': '480000',
    'anthropic-ratelimit-tokens-remaining': '480000',
    'anthropic-ratelimit-tokens-reset': '2026-11-23T06:01:00.000Z',
  })
})

test('a message over the limit is refused until the next minute', async () => {
  await ask('a')
  await ask('a')
  const error = await ask('a').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Anthropic.RateLimitError)
  expect((error as InstanceType<typeof Anthropic.RateLimitError>).headers?.get('retry-after')).toBe('40')
  now += 40_000
  expect((await ask('a')).response.status).toBe(200)
})

test('an unknown model, an Admin key and a malformed message are refused', async () => {
  await expect(ask('nobody')).rejects.toThrow(Anthropic.NotFoundError)
  await expect(client.messages.create({ model: 'a', max_tokens: 0, messages: [] })).rejects.toThrow('max_tokens')
  client = new Anthropic({ apiKey: ADMIN_KEY, baseURL: emulator.url, maxRetries: 0 })
  await expect(ask('a')).rejects.toThrow(Anthropic.AuthenticationError)
})

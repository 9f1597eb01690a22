import { expect, test } from 'vitest'
import { analyticsPageSchema } from '../../../src/collect/anthropic/schemas.ts'

const row = {
  starting_at: '2026-11-22T14:05:00Z',
  ending_at: '2026-11-22T14:06:00Z',
  group: {
    model: 'claude-opus-5-5',
    workspace_id: null,
    service_tier: 'standard',
    speed: null,
    product: 'messages_api',
    context_window: null,
  },
  usage: {
    requests: 12,
    uncached_input_tokens: 100,
    cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 2 },
    cache_read_input_tokens: 3,
    output_tokens: 4,
    server_tool_use: { web_search_requests: 0 },
    total_tokens: 110,
  },
}

const paths = [
  ['starting_at'],
  ...['model', 'workspace_id', 'api_key_id', 'service_tier', 'speed', 'product'].map((name) => ['group', name]),
  ...['requests', 'uncached_input_tokens', 'cache_read_input_tokens', 'output_tokens'].map((name) => ['usage', name]),
  ...['ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens'].map((name) => ['usage', 'cache_creation', name]),
  ['usage', 'server_tool_use', 'web_search_requests'],
  ['group'],
  ['usage'],
  ['usage', 'cache_creation'],
  ['usage', 'server_tool_use'],
]

/** The row with another value at a path; undefined takes the field away. */
function withValue(path: readonly string[], value: unknown): unknown {
  const changed = structuredClone(row) as Record<string, unknown>
  const parent = path.slice(0, -1).reduce((at, name) => at[name] as Record<string, unknown>, changed)
  if (value === undefined) delete parent[path.at(-1)!]
  else parent[path.at(-1)!] = value
  return changed
}

for (const path of paths.filter(([first, ...below]) => first !== 'group' || below.length === 0))
  test(`a wrong ${path.join('.')} is named with its row`, () => {
    const { error } = analyticsPageSchema.safeParse({ data: [row, withValue(path, ['wrong'])] })
    expect(error?.issues[0]?.path.join('.')).toBe(`data.1.${path.join('.')}`)
  })

test('a page without rows says so', () => {
  expect(analyticsPageSchema.safeParse({}).error?.issues[0]).toMatchObject({ path: ['data'], expected: 'array' })
})

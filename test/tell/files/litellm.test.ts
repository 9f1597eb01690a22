import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { EXAMPLE, exampleFile, litellmConfig, PRODUCTION, RESEARCH } from '../../../scripts/gateway-example.ts'
import { effectiveLimit } from '../../../src/judge/limits/effective.ts'
import { formatGateway } from '../../../src/tell/files/gateway.ts'
import type { Scope } from '../../../src/vocabulary/scope.ts'

type Deployment = {
  model_name: string
  litellm_params: { model: string; api_key: string; rpm?: number; itpm?: number; otpm?: number; tpm?: number }
  model_info: Record<string, unknown>
}
type Config = { model_list: Deployment[]; router_settings: { optional_pre_call_checks: string[] } }

const configOf = async (workspaceId?: string): Promise<Config> => parse(await litellmConfig(exampleFile(), workspaceId))

/** What the script prints for limits like these, in a group of two models. */
const printedFor = (limits: Record<string, number | null>) =>
  litellmConfig(
    formatGateway({
      version: 1,
      models: { 'claude-a': 'Group', 'claude-b': 'Group' },
      organization: { Group: limits },
      workspaces: {},
    }),
  )

describe("LiteLLM's configuration", () => {
  test.each([
    ['of a workspace with a limit of its own', { type: 'workspace', ...PRODUCTION }],
    ['of a workspace that inherits everything', { type: 'workspace', ...RESEARCH }],
    ['of the organization', { type: 'organization' }],
  ] satisfies [string, Scope][])('%s holds the effective limits', async (_, scope) => {
    const { model_list } = await configOf(scope.type === 'workspace' ? scope.id : undefined)
    const group = EXAMPLE.groups[0]!
    const effective = (limiter: string) => effectiveLimit(EXAMPLE, { scope, group, limiter })
    expect(model_list.map(({ model_name }) => model_name)).toEqual(group.models)
    for (const { model_name, litellm_params, model_info } of model_list) {
      expect(litellm_params).toEqual({
        model: `anthropic/${model_name}`,
        api_key: 'os.environ/ANTHROPIC_API_KEY',
        rpm: effective('requests_per_minute'),
        itpm: effective('input_tokens_per_minute_cache_aware'),
        otpm: effective('output_tokens_per_minute'),
      })
      expect(model_info).toEqual({ rate_limit_group: 'Claude Opus 4.x' })
    }
  })

  test('says where a limit is missing, which LiteLLM would take for unlimited', async () => {
    const text = await printedFor({ requests_per_minute: null, output_tokens_per_minute: 400 })
    expect(parse(text).model_list[0].litellm_params).toMatchObject({ otpm: 400 })
    expect(text).toContain('# No rpm: Anthropic names this limit without a value, and LiteLLM does not limit it.')
    expect(text).toContain('# No itpm: Anthropic lists no such limit, and LiteLLM does not limit it.')
    expect(text).not.toMatch(/null|No tpm/)
  })

  test('takes the lower of two input limits, and says where cache reads count', async () => {
    const both = await printedFor({ input_tokens_per_minute_cache_aware: 500, input_tokens_per_minute: 300 })
    expect(parse(both).model_list[0].litellm_params.itpm).toBe(300)
    expect(both).toContain('# Cache reads count toward this limit')
    const free = await printedFor({ input_tokens_per_minute_cache_aware: 500, input_tokens_per_minute: null })
    expect(parse(free).model_list[0].litellm_params.itpm).toBe(500)
    expect(free).not.toContain('# Cache reads count')
  })

  test('has a combined limit where Anthropic has one, and the limits that LiteLLM has no word for as information', async () => {
    const { model_list } = parse(await printedFor({ tokens_per_minute: 900, tokens_per_day: 7_000 }))
    expect(model_list[0].litellm_params.tpm).toBe(900)
    expect(model_list[0].model_info).toEqual({ rate_limit_group: 'Group', tokens_per_day: 7_000 })
  })

  test('says which models share the limits, for LiteLLM counts each by itself', async () => {
    const text = await printedFor({ requests_per_minute: 100 })
    expect(text).toContain('# Shared with claude-b: LiteLLM counts each model by itself.')
    expect(text).toContain('# Shared with claude-a: LiteLLM counts each model by itself.')
  })

  test('names the first version that knows these limits', async () => {
    const text = await printedFor({ requests_per_minute: 100 })
    expect(text.split('\n')[0]).toContain('LiteLLM 1.93.0 or later')
    expect(readFileSync('docs/gateway.md', 'utf8')).toContain('from version 1.93.0 on')
  })

  test('differs where the workspace has a limit of its own', async () => {
    const rpm = async (id: string) => (await configOf(id)).model_list[0]?.litellm_params.rpm
    expect([await rpm(PRODUCTION.id), await rpm(RESEARCH.id)]).toEqual([1_000, 4_000])
  })

  test('enforces rpm: without the check it is a hint', async () => {
    expect((await configOf()).router_settings.optional_pre_call_checks).toEqual(['enforce_model_rate_limits'])
  })

  test('of a workspace the file does not know is an error, not a configuration without limits', async () => {
    await expect(litellmConfig(exampleFile(), 'wrkspc_none')).rejects.toThrow('has no workspace wrkspc_none')
  })

  test('of a newer file is an error', async () => {
    await expect(litellmConfig('{"version": 2}')).rejects.toThrow('version 2')
  })

  test('is what docs/gateway.md shows', async () => {
    const page = readFileSync('docs/gateway.md', 'utf8')
    expect(page).toContain(await litellmConfig(exampleFile(), PRODUCTION.id))
    expect(page).toContain(exampleFile())
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { EXAMPLE, exampleFile, litellmConfig, PRODUCTION, RESEARCH } from '../../../scripts/gateway-example.ts'
import { effectiveLimit } from '../../../src/judge/limits/effective.ts'
import type { Scope } from '../../../src/vocabulary/scope.ts'

type Deployment = {
  model_name: string
  litellm_params: { model: string; api_key: string; rpm?: number }
  model_info: Record<string, unknown>
}
type Config = { model_list: Deployment[]; router_settings: { optional_pre_call_checks: string[] } }

const configOf = async (workspaceId?: string): Promise<Config> => parse(await litellmConfig(exampleFile(), workspaceId))

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
      })
      expect(model_info).toEqual({
        rate_limit_group: 'Claude Opus 4.x',
        input_tokens_per_minute_cache_aware: effective('input_tokens_per_minute_cache_aware'),
        output_tokens_per_minute: effective('output_tokens_per_minute'),
      })
    }
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

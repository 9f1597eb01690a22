import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { formatGateway, gatewayOf } from '../src/tell/files/gateway.ts'
import type { Snapshot } from '../src/vocabulary/limits/snapshot.ts'

/** The worked example of docs/gateway.md: one group, one workspace that caps requests and inherits the rest, one that inherits all. */

export const PRODUCTION = { id: 'wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ', name: 'production' }
export const RESEARCH = { id: 'wrkspc_01K8Zp4TnR6bQ9vXcD2mYhLs', name: 'research' }

export const EXAMPLE: Snapshot = {
  groups: [
    {
      type: 'model_group',
      name: 'Claude Opus 4.x',
      models: ['claude-opus-4-5', 'claude-opus-4-6'],
      limits: {
        input_tokens_per_minute_cache_aware: 2_000_000,
        output_tokens_per_minute: 400_000,
        requests_per_minute: 4_000,
      },
    },
  ],
  workspaces: [
    {
      ...PRODUCTION,
      overrides: [{ type: 'model_group', name: 'Claude Opus 4.x', models: [], limits: { requests_per_minute: 1_000 } }],
    },
  ],
}

export const exampleFile = (): string => formatGateway(gatewayOf(EXAMPLE, [PRODUCTION, RESEARCH]))

/** What the LiteLLM script prints for a gateway file and a workspace (undefined: the organization). */
export async function litellmConfig(file: string, workspaceId?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  try {
    const path = join(folder, 'claude-gateway.json')
    await writeFile(path, file)
    const args = ['docs/gateway/litellm-config.mjs', path, ...(workspaceId ? [workspaceId] : [])]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    return stdout
  } finally {
    await rm(folder, { recursive: true })
  }
}

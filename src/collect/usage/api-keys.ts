import type { AnthropicClient } from '../anthropic/client.ts'
import { followPages, nextCursor } from '../anthropic/pages.ts'
import { apiKeyPageSchema } from '../anthropic/schemas.ts'

const PATH = '/v1/organizations/api_keys'

/** GET /v1/organizations/api_keys, all pages: the name of each key by its ID, whatever its status. Throws AuditError. */
export async function readApiKeyNames(client: AnthropicClient): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  const pages = followPages(
    `GET ${PATH}`,
    (after_id) => client.get(PATH, { limit: 1000, after_id }, apiKeyPageSchema),
    (page) => nextCursor(`GET ${PATH}`, page.has_more, page.last_id),
  )
  for await (const page of pages) for (const { id, name } of page.data) names.set(id, name)
  return names
}

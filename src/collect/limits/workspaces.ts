import type { Workspace } from '../../vocabulary/groups.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import { followPages, nextCursor } from '../anthropic/pages.ts'
import { workspacePageSchema } from '../anthropic/schemas.ts'

const PATH = '/v1/organizations/workspaces'

/**
 * GET /v1/organizations/workspaces, all pages, the default workspace and archived ones included:
 * an archived workspace can still have usage in the window. Throws AuditError.
 */
export async function readWorkspaces(client: AnthropicClient): Promise<Workspace[]> {
  const workspaces: Workspace[] = []
  const pages = followPages(
    `GET ${PATH}`,
    (after_id) =>
      client.get(PATH, { include_default: true, include_archived: true, limit: 1000, after_id }, workspacePageSchema),
    (page) => nextCursor(`GET ${PATH}`, page.has_more, page.last_id),
  )
  for await (const page of pages)
    for (const { id, name, archived_at } of page.data) workspaces.push({ id, name, archived: Boolean(archived_at) })
  return workspaces
}

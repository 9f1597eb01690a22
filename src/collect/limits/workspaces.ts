import type { Workspace } from '../../vocabulary/limits/groups.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import { followPages, nextCursor } from '../anthropic/pages.ts'
import { workspacePageSchema } from '../anthropic/schemas.ts'

const PATH = '/v1/organizations/workspaces'

/**
 * GET /v1/organizations/workspaces, all pages, the default workspace and archived ones included:
 * an archived workspace can still have usage in the window. Where one that is `known` is not even among the archived ones,
 * the list is read a second time, and what either holds is there. Throws AuditError.
 */
export async function readWorkspaces(client: AnthropicClient, known: readonly string[]): Promise<Workspace[]> {
  const first = await readList(client)
  const isListed = (workspaceId: string) => first.some(({ id }) => id === workspaceId)
  if (known.every(isListed)) return first
  const second = await readList(client)
  return [...first, ...second.filter(({ id }) => !isListed(id))]
}

/**
 * Whether the default workspace, which was asked for, is among those listed. Nothing in the list marks it; but a list that
 * does not ask for it leaves it out, and it alone (API reference: list workspaces, `include_default`). Throws AuditError.
 */
export async function holdsDefault(client: AnthropicClient, listed: readonly Workspace[]): Promise<boolean> {
  if (listed.length === 0) return false
  const others = new Set((await readList(client, false)).map(({ id }) => id))
  return listed.some(({ id, archived }) => !archived && !others.has(id))
}

async function readList(client: AnthropicClient, include_default = true): Promise<Workspace[]> {
  const workspaces: Workspace[] = []
  const pages = followPages(
    `GET ${PATH}`,
    (after_id) =>
      client.get(PATH, { include_default, include_archived: true, limit: 1000, after_id }, workspacePageSchema),
    (page) => nextCursor(`GET ${PATH}`, page.has_more, page.last_id),
  )
  for await (const page of pages)
    for (const { id, name, archived_at } of page.data) workspaces.push({ id, name, archived: Boolean(archived_at) })
  return workspaces
}

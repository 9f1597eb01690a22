import { AuditError } from '../../errors.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import { followPages } from '../anthropic/pages.ts'
import { type LimitEntry, limitPageSchema } from '../anthropic/schemas.ts'

/** One entry of the Rate Limits API, whichever of its three shapes it came in. */
export type ApiLimitEntry = {
  /** The organization entry's `id`; a workspace's entry points at it with `rate_limit_id`. */
  entryId: string | null
  /** The same in every organization, and it never changes. */
  groupId: string | null
  groupType: string
  displayName: string | null
  /** Names and aliases; null unless it is a model group. */
  models: string[] | null
  limits: { type: string; value: number | null }[]
}

/** GET /v1/organizations/rate_limits, all pages. Throws AuditError. */
export function readOrganizationLimits(client: AnthropicClient): Promise<ApiLimitEntry[]> {
  return readEntries(client, '/v1/organizations/rate_limits')
}

/**
 * GET /v1/organizations/workspaces/{id}/rate_limits, all pages: what the workspace itself has set, nothing inherited.
 * Empty where it has set nothing, null where the service finds no limits of it (404): that is what it says of the default
 * workspace, which cannot have any (an earlier copy of the documentation only says that it has no entry). Where the workspace
 * `hadOverrides` so far, nothing is asked for a second time before it is believed: one strange answer is no change of limits.
 * Throws AuditError.
 */
export async function readWorkspaceLimits(
  client: AnthropicClient,
  workspaceId: string,
  hadOverrides: boolean,
): Promise<ApiLimitEntry[] | null> {
  const path = `/v1/organizations/workspaces/${encodeURIComponent(workspaceId)}/rate_limits`
  const entries = await readEntriesOrNone(client, path)
  return !entries?.length && hadOverrides ? readEntriesOrNone(client, path) : entries
}

async function readEntriesOrNone(client: AnthropicClient, path: string): Promise<ApiLimitEntry[] | null> {
  try {
    return await readEntries(client, path)
  } catch (error) {
    if (error instanceof AuditError && error.status === 404) return null
    throw error
  }
}

async function readEntries(client: AnthropicClient, path: string): Promise<ApiLimitEntry[]> {
  const entries: ApiLimitEntry[] = []
  const pages = followPages(
    `GET ${path}`,
    (page) => client.get(path, { page }, limitPageSchema),
    (page) => page.next_page || null,
  )
  for await (const page of pages) entries.push(...page.data.map(toEntry))
  return entries
}

/** `group` with or without `group_type` (2023-06-01 since September 2026, 2026-10-21), or `group_type` alone (April 2026). */
function toEntry(entry: LimitEntry): ApiLimitEntry {
  return {
    entryId: entry.rate_limit_id ?? entry.id ?? null,
    groupId: entry.group?.id ?? null,
    groupType: entry.group?.type ?? entry.group_type ?? '',
    displayName: entry.group?.display_name || null,
    models: entry.models ?? null,
    limits: entry.limits
      // Not asked for, but an inherited value must never be taken for an override.
      .filter((limit) => limit.source?.type !== 'organization')
      .map(({ type, value }) => ({ type, value: value ?? null })),
  }
}

import * as z from 'zod'
import type { Received } from '../exchange.ts'
import type { World, WorldWorkspace } from '../world/world.ts'
import { invalid } from './errors.ts'
import { flag, limit, list, readQuery } from './query.ts'

const paging = { limit: limit(1000).default(20), after_id: z.string().optional(), before_id: z.string().optional() }
type Paging = { limit: number; after_id?: string | undefined; before_id?: string | undefined }

/** `GET /v1/organizations/workspaces` (SDK: resources/organization/workspaces/workspaces.d.ts). */
export function listWorkspaces(request: Received, world: World): unknown {
  const query = readQuery(request, {
    ...paging,
    include_archived: flag.default(false),
    include_default: flag.default(false),
    'ids[]': list.max(100).optional(),
  })
  const rows = world.workspaces.filter(
    (each) =>
      (query.include_archived || !each.archived) &&
      (query.include_default || !each.isDefault) &&
      (query['ids[]']?.includes(each.id) ?? true),
  )
  return page(rows.map(workspaceObject), query)
}

function workspaceObject(workspace: WorldWorkspace) {
  return {
    id: workspace.id,
    type: 'workspace',
    name: workspace.name,
    created_at: '2026-01-15T09:00:00Z',
    archived_at: workspace.archived ? '2026-10-01T12:00:00Z' : null,
    compartment_id: `cmp_${workspace.id.slice('wrkspc_'.length)}`,
    display_color: '#6C5BB9',
    external_key_id: null,
    tags: {},
    user_profile_id: null,
    data_residency: {
      allowed_inference_geos: 'unrestricted',
      default_inference_geo: 'global',
      workspace_geo: 'us',
    },
  }
}

/** `GET /v1/organizations/api_keys` (SDK: resources/organization/api-keys.d.ts). */
export function listApiKeys(request: Received, world: World): unknown {
  const query = readQuery(request, {
    ...paging,
    status: z.enum(['active', 'archived', 'expired', 'inactive']).optional(),
    workspace_id: z.string().optional(),
    created_by_user_id: z.string().optional(),
  })
  const rows = world.apiKeys.filter(
    (each) =>
      (query.status ?? 'active') === 'active' &&
      (query.workspace_id === undefined || each.workspace === query.workspace_id) &&
      query.created_by_user_id === undefined,
  )
  const defaultId = world.workspaces.find((each) => each.isDefault)?.id
  const objects = rows.map(({ id, name, workspace }) => ({
    id,
    type: 'api_key',
    name,
    status: 'active',
    created_at: '2026-02-01T09:00:00Z',
    created_by: null,
    expires_at: null,
    partial_key_hint: 'sk-ant-api03-xyz...wxyz',
    principal: null,
    scope: workspace === null ? { type: 'organization' } : { type: 'workspace', workspace_id: workspace },
    // Deprecated, and gone with 2026-10-21; null for the default workspace as for keys of the organization.
    ...(request.headers['anthropic-version'] === '2023-06-01'
      ? { workspace_id: workspace === defaultId ? null : workspace }
      : {}),
  }))
  return page(objects, query)
}

/** `GET /v1/organizations/me`. */
export function me(request: Received, world: World): unknown {
  readQuery(request, {})
  return { id: world.organization.id, type: 'organization', name: world.organization.name }
}

/** A page of `Page`: objects after (or before) an ID, in the same order. */
function page<Row extends { id: string }>(rows: Row[], query: Paging): unknown {
  if (query.after_id !== undefined && query.before_id !== undefined) {
    throw invalid('after_id: Cannot be combined with before_id')
  }
  const anchor = query.after_id ?? query.before_id
  const at = rows.findIndex((row) => row.id === anchor)
  if (anchor !== undefined && at < 0) {
    throw invalid(`${query.after_id === undefined ? 'before_id' : 'after_id'}: ${anchor} is not in this list`)
  }
  const start = query.before_id === undefined ? at + 1 : Math.max(0, at - query.limit)
  const end = query.before_id === undefined ? start + query.limit : at
  const data = rows.slice(start, end)
  return {
    data,
    has_more: query.before_id === undefined ? end < rows.length : start > 0,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  }
}

import * as z from 'zod'
import type { Received } from '../exchange.ts'
import { nameOf, type World, type WorldGroup, type WorldWorkspace } from '../world/world.ts'
import { notFound } from './errors.ts'
import type { Options } from './options.ts'
import { flag, limit, openCursor, readQuery, sealCursor } from './query.ts'

const GROUP_TYPES = ['batch', 'files', 'model_group', 'skills', 'token_count', 'web_search'] as const
const common = {
  group_type: z.enum(GROUP_TYPES).optional(),
  limit: limit(1000).optional(),
  page: z.string().optional(),
}

/** `GET /v1/organizations/rate_limits` (SDK: resources/organization/rate-limits.d.ts). */
export function listRateLimits(request: Received, world: World, options: Options): unknown {
  const query = readQuery(request, { ...common, model: z.string().optional() })
  const entries = world.groups.filter(
    (group) =>
      (query.group_type === undefined || group.type === query.group_type) &&
      (query.model === undefined || group.models?.includes(query.model)),
  )
  if (query.model !== undefined && entries.length === 0) throw notFound(`model: ${query.model} not found`)
  const rows = entries.map((group) => ({
    type: 'rate_limit',
    ...(options.limitsShape === 'april-2026' ? {} : { id: group.id }),
    ...groupFields(request, group, options),
    models: group.models,
    limits: Object.entries(group.limits).map(([type, value]) => ({ type, value })),
  }))
  return page(request, rows, query.limit)
}

/** `GET /v1/organizations/workspaces/{id}/rate_limits` (SDK: resources/organization/workspaces/rate-limits.d.ts). */
export function listWorkspaceRateLimits(
  request: Received,
  world: World,
  options: Options,
  workspaceId: string,
): unknown {
  const query = readQuery(request, { ...common, include_inherited: flag.optional() })
  const workspace = world.workspaces.find((each) => each.id === workspaceId)
  if (!workspace) throw notFound(`Workspace ${workspaceId} not found`)
  if (workspace.isDefault && options.defaultWorkspaceLimits === 'not-found') {
    throw notFound('The default workspace has no rate limits of its own')
  }
  const rows = world.groups
    .filter((group) => query.group_type === undefined || group.type === query.group_type)
    .flatMap((group) => workspaceEntry(request, group, workspace, options, query.include_inherited ?? false))
  return page(request, rows, query.limit)
}

function workspaceEntry(
  request: Received,
  group: WorldGroup,
  workspace: WorldWorkspace,
  options: Options,
  inherited: boolean,
): unknown[] {
  const overrides = workspace.overrides[nameOf(group)] ?? {}
  const models = group.models?.filter((model) => workspace.models?.includes(model) ?? true) ?? null
  if (models?.length === 0) return []
  const own = Object.entries(overrides).map(([type, value]) => ({ type, value, source: 'workspace' }))
  const rest = inherited
    ? Object.entries(group.limits)
        .filter(([type]) => !(type in overrides))
        .map(([type, value]) => ({ type, value, source: 'organization' }))
    : []
  const limits = [...own, ...rest].map(({ type, value, source }) => ({
    type,
    value,
    org_limit: group.limits[type] ?? null,
    ...(options.limitsShape === 'april-2026' ? {} : { source: { type: source } }),
  }))
  if (limits.length === 0) return []
  const ids = options.limitsShape === 'april-2026' ? {} : { rate_limit_id: group.id, workspace_id: workspace.id }
  return [{ type: 'workspace_rate_limit', ...ids, ...groupFields(request, group, options), models, limits }]
}

/** The shape depends on the API version alone; `group_type` beside `group` ends with 2026-10-21. */
function groupFields(request: Received, group: WorldGroup, options: Options): Record<string, unknown> {
  if (options.limitsShape === 'april-2026') return { group_type: group.type }
  const described = {
    id: group.groupId,
    type: group.type,
    ...(group.name !== null && group.type === 'model_group' ? { display_name: group.name } : {}),
  }
  return request.headers['anthropic-version'] === '2023-06-01'
    ? { group: described, group_type: group.type }
    : { group: described }
}

/** A page of `PageCursor`: everything where no `limit` is given. */
function page(request: Received, rows: unknown[], size = rows.length): unknown {
  const [start = 0] = openCursor(request) ?? []
  const end = start + size
  return { data: rows.slice(start, end), next_page: end < rows.length ? sealCursor(request, [end]) : null }
}

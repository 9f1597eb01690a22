import * as z from 'zod'
import type { Received } from '../exchange.ts'
import { invalid } from './errors.ts'
import type { Options } from './options.ts'
import { limit, openCursor, readQuery, sealCursor } from './query.ts'

const SCOPES = [
  'organization',
  'organization_service',
  'rbac_group',
  'seat_tier',
  'usage_tier',
  'user',
  'workspace',
] as const

/** `GET /v1/organizations/spend_limits`: refused unless the organization is in the preview (SDK: …/spend-limits.d.ts). */
export function listSpendLimits(request: Received, options: Options): unknown {
  const query = readQuery(request, {
    'scope_type[]': z.array(z.enum(SCOPES)).optional(),
    workspace_id: z.string().optional(),
    limit: limit(1000).default(20),
    page: z.string().optional(),
  })
  if (options.spendLimits === null) {
    throw invalid('Spend limits are not available for this organization type', 'organization_type_not_supported')
  }
  const rows = options.spendLimits
    .filter(
      ({ scope }) =>
        ((query['scope_type[]'] as string[] | undefined)?.includes(scope.type) ?? true) &&
        (query.workspace_id === undefined || scope.workspace_id === query.workspace_id),
    )
    .map(({ scope, amount, period = 'monthly' }, index) => ({
      id: `spl_01Emulator${String(index).padStart(14, '0')}`,
      type: 'spend_limit',
      amount,
      currency: 'USD',
      is_enabled: true,
      period,
      scope,
      created_at: '2026-01-15T09:00:00Z',
      updated_at: '2026-01-15T09:00:00Z',
    }))
  const [start = 0] = openCursor(request) ?? []
  const end = start + query.limit
  return { data: rows.slice(start, end), next_page: end < rows.length ? sealCursor(request, [end]) : null }
}

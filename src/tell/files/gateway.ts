import * as z from 'zod'
import { effectiveLimit } from '../../judge/limits/effective.ts'
import type { Report } from '../../report/report.ts'
import { groupOf, type Limits, MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import { compareText } from '../../vocabulary/order.ts'
import type { Scope } from '../../vocabulary/scope.ts'

/**
 * The gateway file: model → group → what binds, inheritance resolved. The snapshot says what each scope has set itself;
 * here every scope lists every limit that applies to it, so that nobody takes an absent entry for unlimited.
 */

const GATEWAY_VERSION = 1

const groupLimits = z
  .record(z.string(), z.record(z.string(), z.number().nullable()))
  .describe(
    'Effective limit by group, then by limiter type; null: Anthropic names the limiter without a value, which is not unlimited',
  )

const budgetsSchema = z
  .record(z.string(), z.record(z.string(), z.record(z.string(), z.number())))
  .describe('By workspace ID, group and limiter type: the cap that a run over 14 days or more has worked out')

export const gatewaySchema = z.strictObject({
  version: z.literal(GATEWAY_VERSION),
  models: z
    .record(z.string(), z.string())
    .describe('Model name or alias → the group whose limits it draws on, together with all others of that group'),
  organization: groupLimits.describe('What all workspaces together may use'),
  workspaces: z
    .record(z.string(), z.strictObject({ name: z.string(), limits: groupLimits }))
    .describe('By workspace ID: what this workspace may use. It shares what it inherits with the others'),
  budgets: budgetsSchema.optional(),
})

export type Gateway = z.infer<typeof gatewaySchema>

/** The gateway file of these limits. `workspaces` are those that exist, with or without limits of their own. */
export function gatewayOf(snapshot: Snapshot, workspaces: readonly { id: string; name: string }[]): Gateway {
  const all = new Map([...snapshot.workspaces, ...workspaces].map(({ id, name }) => [id, name]))
  return {
    version: GATEWAY_VERSION,
    models: sorted(
      // Anthropic does not document a model in two groups: the audit reports it, and the first group wins here.
      snapshot.groups.toReversed().flatMap((group) => group.models.map((model) => [model, groupKey(group)] as const)),
    ),
    organization: limitsIn(snapshot, { type: 'organization' }),
    workspaces: sorted(
      [...all].map(
        ([id, name]) => [id, { name, limits: limitsIn(snapshot, { type: 'workspace', id, name }) }] as const,
      ),
    ),
  }
}

/**
 * The file with the budgets of a report. A run that has worked none out keeps those that the committed file has, as long as
 * the workspace is there: a daily run must not take away what a monthly one found.
 */
export function withBudgets(gateway: Gateway, report: Pick<Report, 'budgets'>, committed: string | null): Gateway {
  const budgets = report.budgets ? budgetsIn(report.budgets) : keptBudgets(committed, gateway)
  return Object.keys(budgets).length > 0 ? { ...gateway, budgets } : gateway
}

type Budgets = NonNullable<Gateway['budgets']>

function budgetsIn(all: NonNullable<Report['budgets']>): Budgets {
  const byWorkspace = Map.groupBy(all, ({ workspace }) => workspace.id)
  return sorted(
    [...byWorkspace].map(([id, ofWorkspace]) => {
      const byGroup = Map.groupBy(ofWorkspace, ({ group }) => group.name)
      const caps = [...byGroup].map(
        ([name, rows]) => [name, sorted(rows.map(({ limiter, cap }) => [limiter, cap] as const))] as const,
      )
      return [id, sorted(caps)] as const
    }),
  )
}

function keptBudgets(committed: string | null, { workspaces }: Gateway): Budgets {
  try {
    const { budgets = {} } = gatewaySchema.parse(JSON.parse(committed ?? '{}'))
    return Object.fromEntries(Object.entries(budgets).filter(([id]) => id in workspaces))
  } catch {
    // No gateway file yet, or one that somebody has changed: it is written anew, without what nobody can read.
    return {}
  }
}

/** The file's bytes: two-space indent, final newline, keys sorted. */
export function formatGateway(gateway: Gateway): string {
  return `${JSON.stringify(gateway, null, 2)}\n`
}

function limitsIn(snapshot: Snapshot, scope: Scope): Gateway['organization'] {
  const overrides =
    scope.type === 'workspace' ? (snapshot.workspaces.find(({ id }) => id === scope.id)?.overrides ?? []) : []
  const homeless = overrides.filter((override) => !groupOf(override, snapshot.groups))
  const limits = new Map<string, Limits>()
  for (const group of [...snapshot.groups, ...homeless]) {
    const own = groupOf(group, overrides)?.limits ?? {}
    const limiters = [...new Set([...Object.keys(group.limits), ...Object.keys(own)])]
    const effective = limiters.map((limiter) => [limiter, effectiveLimit(snapshot, { scope, group, limiter })] as const)
    limits.set(groupKey(group), sorted([...Object.entries(limits.get(groupKey(group)) ?? {}), ...effective]))
  }
  return sorted([...limits])
}

/** Surfaces other than models go by their type, which does not change. */
function groupKey({ type, name }: RateLimitGroup): string {
  return type === MODEL_GROUP ? name : type
}

function sorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => compareText(a, b)))
}

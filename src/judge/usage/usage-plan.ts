import type { Dimension, UsageQuery } from '../../collect/usage/usage-reader.ts'
import { MODEL_GROUP } from '../../vocabulary/groups.ts'
import { compareText } from '../../vocabulary/order.ts'
import { MINUTE } from '../../vocabulary/window.ts'
import type { Meters } from './meters.ts'

/**
 * What to ask the usage API for, and no more: the organization by what the counting rules need (the model, and what tells
 * batch, fast mode and code execution apart), and workspace detail only for workspaces and models that have limits of their own.
 */
export type UsagePlan = { organization: UsageQuery; workspaces: UsageQuery | null }

const COUNTING: readonly Dimension[] = ['model', 'service_tier', 'speed', 'product']

/** The plan that fills a set of meters. */
export function planUsage(meters: Pick<Meters, 'all' | 'grid'>): UsagePlan {
  const ofWorkspaces = meters.all.filter(({ scope }) => scope.type === 'workspace')
  const time = { start: meters.grid.start, end: meters.grid.end, width: '1m' } as const
  const organization = { ...time, groupBy: COUNTING }
  if (ofWorkspaces.length === 0) return { organization, workspaces: null }
  const workspaceIds = unique(ofWorkspaces.flatMap(({ scope }) => (scope.type === 'workspace' ? [scope.id] : [])))
  // Some limiters (web searches) count whatever the model: then no model may be filtered out.
  const countsAnyModel = ofWorkspaces.some(({ rule }) => rule.group !== MODEL_GROUP)
  const models = countsAnyModel ? [] : unique(ofWorkspaces.flatMap(({ group }) => group.models))
  return {
    organization,
    workspaces: {
      ...time,
      groupBy: ['workspace_id', ...COUNTING],
      workspaceIds,
      ...(models.length > 0 && { models }),
    },
  }
}

const ROWS_OF_A_PAGE = 1000

/**
 * Pages the plan takes where each of `models` is in use every minute, in one product, service tier and speed.
 * Sparse use takes fewer, a model in several products more; nobody knows before asking.
 */
export function busyPages({ organization, workspaces }: UsagePlan, models: number): number {
  const minutes = (organization.end - organization.start) / MINUTE
  const pages = (rowsOfMinute: number) => Math.ceil((minutes * rowsOfMinute) / ROWS_OF_A_PAGE)
  const ofWorkspaces = (workspaces?.workspaceIds?.length ?? 0) * (workspaces?.models?.length ?? models)
  return pages(models) + pages(ofWorkspaces)
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareText)
}

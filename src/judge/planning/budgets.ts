import type { UseOf } from '../../collect/usage-part/minutes-of.ts'
import { type Group, groupOf, listedName, MODEL_GROUP, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import { limiterRule } from '../../vocabulary/limits/limiters.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import { usesOf } from '../../vocabulary/use/use-by-minute.ts'
import { DAY, MINUTE, type Span, type Window } from '../../vocabulary/use/window.ts'
import { isMeasured, type MeasuredVerdict, type Verdict } from '../../vocabulary/verdict.ts'
import { createMeters } from '../usage/meters.ts'

/** Budgets: a cap for each workspace, so that together they fit the organization's limit and none of them can use it all. */

/** Two weeks: one to learn from, and one to hold the caps against. */
export const FEWEST_DAYS = 14
const HELD_BACK = 7
/** One minute in a thousand is above what a workspace is given. */
const PERCENTILE = 0.999

export type Budget = {
  workspace: { id: string; name: string }
  group: Group
  limiter: string
  /** Whole units of the limit. */
  cap: number
  /** Cap ÷ the organization's limit. */
  share: number
  /** Minutes of the last seven days, which the cap was not made from, that were above it. */
  minutesOver: number
}

type Organization = {
  verdicts: readonly Verdict[]
  groups: readonly RateLimitGroup[]
  workspaces: readonly { id: string; name: string }[]
  window: Window
  /** Every minute of the window is known. */
  isComplete: boolean
  /** The whole use of the window, without times. */
  used: readonly UsageRow[]
}

/** What has to be known by the minute, who takes it, and the budgets once it has come. */
export type BudgetMeter = {
  uses: readonly { of: UseOf; isNew: (row: UsageRow) => boolean }[]
  fold: (rows: readonly UsageRow[]) => void
  judge: () => Budget[]
}

/**
 * Budgets for the organization's limits per minute that are in watch or alert. Null where they cannot be told: fewer than 14
 * whole days, or days that are not wholly known. A workspace whose use nothing is known of gets none.
 */
export function createBudgets({
  verdicts,
  groups,
  workspaces,
  window,
  isComplete,
  used,
}: Organization): BudgetMeter | null {
  if (window.days < FEWEST_DAYS || !isComplete) return null
  const limits = verdicts.filter(isMeasured).filter(isBudgeted)
  const listed = new Set(groups.flatMap((group) => group.models))
  const touched = new Set(limits.flatMap(({ group }) => groupOf(group, groups)?.models ?? []))
  const rows = used.filter(({ model }) => model !== null && touched.has(listedName(model, listed) ?? ''))
  const users = workspaces.flatMap(({ id, name }) => (rows.some((row) => row.workspaceId === id) ? [{ id, name }] : []))
  const limiters = limits.flatMap(({ group, limiter }) => {
    const home = groupOf(group, groups)
    return home
      ? users.map(({ id, name }) => ({ scope: { type: 'workspace' as const, id, name }, group: home, limiter }))
      : []
  })
  const meters = createMeters({ groups, limiters }, null, { ...window, earlier: null })
  const models = [...new Set(rows.flatMap(({ model }) => model ?? []))]
  return {
    uses: models.length > 0 ? [{ of: { models, workspaceIds: null }, isNew: () => true }] : [],
    fold: (page) => {
      for (const use of usesOf(page, meters.grid)) meters.foldWorkspaces(use)
    },
    judge: () =>
      limits.flatMap((limit) => {
        const { group, limiter } = limit
        const all = users.map((workspace) => ({
          workspace,
          meter: meters.find({ scope: { type: 'workspace', ...workspace }, group, limiter }),
        }))
        if (all.some(({ meter }) => meter?.hasUnknownRequests)) return []
        return budgetsOf(
          limit,
          all.map(({ workspace, meter }) => ({ workspace, values: meter?.series ?? null })),
          meters.grid,
        )
      }),
  }
}

function isBudgeted({ scope, group, limiter, band, lowerBound }: MeasuredVerdict): boolean {
  const isPerMinute = group.type === MODEL_GROUP && limiterRule(group.type, limiter)?.per === 'minute'
  return scope.type === 'organization' && isPerMinute && band !== 'ok' && !lowerBound
}

type Series = { workspace: Budget['workspace']; values: Float64Array | null }

function budgetsOf({ group, limiter, limit }: MeasuredVerdict, all: readonly Series[], { start, end }: Span): Budget[] {
  const from = (end - HELD_BACK * DAY - start) / MINUTE
  const wanted = all.flatMap(({ workspace, values }) => {
    const wish = values ? wishOf(values.subarray(0, from)) : 0
    return values && wish > 0 ? [{ workspace, wish, heldBack: values.subarray(from) }] : []
  })
  const sum = wanted.reduce((total, { wish }) => total + wish, 0)
  const budgets = wanted.map(({ workspace, wish, heldBack }) => {
    const cap = sum > limit ? Math.max(1, Math.floor((wish * limit) / sum)) : Math.ceil(wish)
    const minutesOver = heldBack.reduce((over, value) => over + Number(value > cap), 0)
    return { workspace, group, limiter, cap, share: cap / limit, minutesOver }
  })
  return budgets.sort((a, b) => b.cap - a.cap)
}

/** The 99.9th percentile by nearest rank, zeros included; where use is rarer than that, the largest minute. */
function wishOf(values: Float64Array): number {
  const ascending = values.slice().sort()
  return (ascending[Math.ceil(PERCENTILE * ascending.length) - 1] ?? 0) || (ascending.at(-1) ?? 0)
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { covers, keyOf, type MinutesQuery } from '../../../src/collect/usage/cells.ts'
import { atomsOf } from '../../../src/judge/usage/atoms.ts'
import { type Measured, planReading } from '../../../src/judge/usage/reading-plan.ts'
import type { Snapshot } from '../../../src/vocabulary/limits/snapshot.ts'
import { isCounted, useOf } from '../../../src/vocabulary/use/counting.ts'
import type { UsageRow } from '../../../src/vocabulary/use/usage-row.ts'
import { MODELS, makeUp, modelGroup, WORKSPACES } from './random-make-ups.ts'

const DAY = 86_400_000
const END = Date.UTC(2026, 10, 23)
const GRID = { start: END - 2 * DAY, end: END }

const rowOf = (parts: Partial<UsageRow>): UsageRow => ({
  ...{ at: GRID.start, model: null, workspaceId: 'wrkspc_a', apiKeyId: null, organizationId: null },
  ...{ serviceTier: 'standard', speed: null, product: 'messages_api' },
  ...{
    requests: 100_000,
    uncachedInput: 1,
    cacheCreation: 0,
    cacheRead: 0,
    output: 1,
    unknownTokens: 0,
    webSearches: 0,
  },
  ...parts,
})

const ORGANIZATION = { type: 'organization' } as const
const workspace = (id: string) => ({ type: 'workspace', id, name: id }) as const
const WEB_SEARCH = { scope: ORGANIZATION, group: { type: 'web_search', models: [] } }

/** What is measured of a make-up: its groups, and those of its workspaces. */
const measuredOf = ({ groups, workspaces }: Snapshot): Measured[] => [
  ...groups.map((group) => ({ scope: ORGANIZATION, group })),
  ...workspaces.flatMap(({ id, overrides }) => overrides.map((group) => ({ scope: workspace(id), group }))),
]

function planOf(
  now: Snapshot,
  window: UsageRow[],
  more: { before?: Snapshot; earlier?: UsageRow[]; searches?: boolean } = {},
) {
  const { before = null, earlier = [], searches = false } = more
  const measured = [...measuredOf(now), ...(searches ? [WEB_SEARCH] : [])]
  const census = { window, earlier, refreshedAt: null }
  return planReading({ measured, atoms: atomsOf(before, now), census, grid: GRID, source: 'analytics' })
}
const organization = (...names: string[]): Snapshot => ({
  groups: names.map((name) => modelGroup(name, `${name}-1`, `${name}-2`)),
  workspaces: [],
})

describe('what is read by the minute', () => {
  test('is one sum for each group in use, with its models in use, and nothing told apart that counts alike', () => {
    const used = ['opus-1', 'opus-2', 'haiku-1'].map((model) => rowOf({ model }))
    expect(planOf(organization('opus', 'haiku', 'sonnet'), used).queries).toEqual([
      { of: 'organization', models: ['opus-1', 'opus-2'], isFiltered: true, workspaceIds: null, groupBy: [] },
      { of: 'organization', models: ['haiku-1'], isFiltered: true, workspaceIds: null, groupBy: [] },
    ])
  })

  test('is one question for groups that are hardly used, with their models told apart', () => {
    const names = Array.from({ length: 10 }, (_, index) => `model${index}`)
    const used = names.map((name) => rowOf({ model: `${name}-1`, requests: 3 }))
    const { queries, requests } = planOf(organization(...names), used)
    expect(queries).toMatchObject([{ groupBy: ['model'] }])
    expect(queries[0]?.models).toHaveLength(10)
    expect(requests).toBeLessThan(10)
  })

  test('tells batch use from the rest only where there is some', () => {
    const used = [rowOf({ model: 'opus-1' }), rowOf({ model: 'opus-1', serviceTier: 'batch' })]
    expect(planOf(organization('opus'), used).queries).toMatchObject([{ groupBy: ['service_tier'] }])
  })

  test('is nothing where nothing is used that counts, nor of a workspace that uses nothing it has limits on', () => {
    const limited = {
      ...organization('opus'),
      workspaces: [{ id: 'wrkspc_b', name: 'b', overrides: [modelGroup('own', 'opus-1')] }],
    }
    expect(
      planOf(limited, [rowOf({ model: 'opus-1', serviceTier: 'batch' }), rowOf({ model: 'other' })]).queries,
    ).toEqual([])
    expect(planOf(limited, [rowOf({ model: 'opus-1' })]).queries.map(({ of }) => of)).toEqual(['organization'])
  })

  test('is asked in several addresses for hundreds of workspaces', () => {
    const ids = Array.from({ length: 320 }, (_, index) => `wrkspc_${String(index).padStart(24, '0')}`)
    const workspaces = ids.map((id) => ({ id, name: id, overrides: [modelGroup('own', 'opus-1')] }))
    const used = ids.map((workspaceId) => rowOf({ model: 'opus-1', workspaceId }))
    const { queries } = planOf({ ...organization('opus'), workspaces }, used)
    const asked = queries.flatMap(({ workspaceIds }) => (workspaceIds ? [workspaceIds] : []))
    const lengths = asked.map((some) => some.map((id) => `workspace_ids%5B%5D=${id}&`).join('').length)
    expect(Math.max(...lengths)).toBeLessThan(6_000)
    expect(asked.flat().sort()).toEqual(ids.toSorted())
  })
})

describe('for random make-ups and use', () => {
  const pick = <T>(...values: T[]) => fc.constantFrom(...values)
  const row = fc
    .record({
      model: pick(...MODELS, 'unlisted', null),
      workspaceId: pick(...WORKSPACES, 'wrkspc_other'),
      serviceTier: pick('standard', 'batch'),
      speed: pick(null, 'fast'),
      product: pick('messages_api', 'claude_code', 'chat', null),
      requests: pick(1, 2_000, 500_000, null),
      webSearches: pick(0, 0, 1),
    })
    .map(rowOf)
  /** The census has one row for each combination of dimensions. */
  const rows = fc.uniqueArray(row, {
    maxLength: 12,
    selector: (one) => keyOf(['model', 'workspace_id', 'service_tier', 'speed', 'product'], one),
  })

  /** Whether a scope's minutes need a row, said the long way: some group that is measured there counts it. */
  const isNeeded = (measured: readonly Measured[], one: UsageRow) =>
    isCounted(one) &&
    measured.some(({ group }) =>
      group.type === 'model_group'
        ? one.model !== null &&
          (group.models.includes(one.model) || group.models.includes(one.model.replace(/-20\d{6}$/, '')))
        : one.webSearches > 0,
    )

  test('each row that a group counts is read once, no model is asked for in vain, and what is summed up counts alike', () => {
    fc.assert(
      fc.property(makeUp, makeUp, rows, rows, fc.boolean(), (before, now, earlier, window, searches) => {
        const { queries, nameOf } = planOf(now, window, { before, earlier, searches })
        const all = [...earlier, ...window]
        const measured = [...measuredOf(now), ...(searches ? [WEB_SEARCH] : [])]
        const ofOrganization = measured.filter(({ scope }) => scope.type === 'organization')
        const readBy = (of: MinutesQuery['of'], one: UsageRow) =>
          queries.filter((query) => query.of === of && covers(query)(one)).length
        for (const one of all) {
          if (isNeeded(ofOrganization, one)) expect(readBy('organization', one)).toBe(1)
          const own = measured.filter(({ scope }) => scope.type === 'workspace' && scope.id === one.workspaceId)
          if (isNeeded(own, one)) expect(readBy('workspaces', one)).toBe(1)
        }
        for (const query of queries) {
          const ofScope = measured.filter(({ scope }) =>
            query.workspaceIds === null
              ? scope.type === 'organization'
              : scope.type === 'workspace' && query.workspaceIds.includes(scope.id),
          )
          for (const model of query.models ?? [])
            expect(
              all.some((one) => one.model === model && isNeeded(ofScope, one)),
              model,
            ).toBe(true)
          for (const summed of Map.groupBy(all.filter(covers(query)), (one) => keyOf(query.groupBy, one)).values()) {
            const kinds = summed.map((one) => (isCounted(one) ? useOf(one) : 'none'))
            expect(new Set(kinds).size).toBe(1)
            expect(new Set(summed.map(({ model }) => model && nameOf(model))).size).toBe(1)
            if (query.of === 'workspaces') expect(new Set(summed.map(({ workspaceId }) => workspaceId)).size).toBe(1)
          }
        }
      }),
    )
  })
})

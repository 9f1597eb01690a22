import { groupOf, listedName, type RateLimitGroup } from '../../vocabulary/limits/groups.ts'
import { useOf } from '../../vocabulary/use/counting.ts'
import type { UsageRow } from '../../vocabulary/use/usage-row.ts'
import type { GroupUse, GroupView } from './group-views.ts'

/** Views of the organization's groups with their use. `rows`: the whole use of the window, without times. */
export function withUse(
  views: readonly GroupView[],
  rows: readonly UsageRow[],
  groups: readonly RateLimitGroup[],
): GroupView[] {
  const listed = new Set(groups.flatMap(({ models }) => models))
  return views.map((view) => {
    const models = groupOf(view.group, groups)?.models ?? []
    if (view.scope.type !== 'organization' || models.length === 0) return view
    const use = sumOf(
      rows.filter((row) => {
        const name = row.model === null ? null : listedName(row.model, listed)
        return name !== null && models.includes(name) && useOf(row) === 'standard'
      }),
    )
    return use === null ? view : { ...view, use }
  })
}

/** Null where nothing was used, or some row does not say how many requests it stands for. */
function sumOf(rows: readonly UsageRow[]): GroupUse | null {
  let requests = 0
  let input = 0
  let output = 0
  for (const row of rows) {
    if (row.requests === null) return null
    requests += row.requests
    input += row.uncachedInput + row.cacheCreation + row.cacheRead
    output += row.output
  }
  return requests > 0 ? { requests, input, output } : null
}

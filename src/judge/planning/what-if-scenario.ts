import type { UseOf } from '../../collect/usage-part/minutes-of.ts'
import type { WhatIfChange } from '../../inputs/what-if-lines.ts'
import type { Finding } from '../../vocabulary/finding.ts'
import { aliasOf, listedName, type RateLimitGroup, type Workspace } from '../../vocabulary/limits/groups.ts'
import { times, type UsageRow } from '../../vocabulary/use/usage-row.ts'

/** What the lines of `what-if` come to in this organization: which use they change, and into what. */
export type Scenario = {
  /** The lines that hold, as they were given. */
  changes: readonly string[]
  /** What has to be known by the minute, and which of its rows have not come with another use already. */
  uses: readonly { of: UseOf; isNew: (row: UsageRow) => boolean }[]
  /** A row of that use, as it would have been. */
  changed: (row: UsageRow) => UsageRow
  findings: readonly Finding[]
}

/** Models and workspaces in use, as the census names them. */
type InUse = { models: readonly string[]; workspaceIds: ReadonlySet<string> }

type Organization = { groups: readonly RateLimitGroup[]; workspaces: readonly Workspace[]; inUse: InUse }

/** What these rows of a census are the use of. */
export function inUse(rows: readonly Pick<UsageRow, 'model' | 'workspaceId'>[]): InUse {
  return {
    models: [...new Set(rows.flatMap(({ model }) => model ?? []))],
    workspaceIds: new Set(rows.flatMap(({ workspaceId }) => workspaceId ?? [])),
  }
}

/**
 * The scenario of the lines. All hold at once, each on the use as it was: what moved to another model does not move on.
 * A line that names what is not there is left out and found, since an audit must not end over a question about the future.
 */
export function scenarioOf(
  lines: readonly WhatIfChange[],
  { groups, workspaces, inUse: used }: Organization,
): Scenario {
  const listed = new Set(groups.flatMap((group) => group.models))
  const isModel = (name: string) => (model: string | null) =>
    model !== null && (model === name || aliasOf(model) === name)
  const held = lines.map((line) => {
    if (line.kind === 'workspace') {
      const named = workspaces.filter(({ id, name }) => id === line.workspace || name === line.workspace)
      const ids = new Set(named.map(({ id }) => id).filter((id) => used.workspaceIds.has(id)))
      return { line, why: whyNotScaled(line, named, ids), ids, models: [] }
    }
    const models = used.models.filter(isModel(line.from))
    return { line, why: whyNotMoved(line, models, listed), ids: new Set<string>(), models }
  })
  const holding = held.filter(({ why }) => why === null)
  const workspaceIds = new Set(holding.flatMap(({ ids }) => [...ids]))
  const models = [...new Set(holding.flatMap((one) => one.models))]
  return {
    changes: holding.map(({ line }) => line.text),
    uses: [
      ...(workspaceIds.size > 0 ? [{ of: { models: null, workspaceIds: [...workspaceIds] }, isNew: () => true }] : []),
      ...(models.length > 0
        ? [
            {
              of: { models, workspaceIds: null },
              isNew: (row: UsageRow) => !workspaceIds.has(row.workspaceId ?? ''),
            },
          ]
        : []),
    ],
    changed: (row) => {
      let { model } = row
      let factor = 1
      for (const { line, ids } of holding) {
        if (line.kind === 'workspace' ? !ids.has(row.workspaceId ?? '') : !isModel(line.from)(row.model)) continue
        factor *= line.factor
        if (line.kind === 'model') model = line.to
      }
      return { ...times(row, factor), model }
    },
    findings: held.flatMap(({ line, why }): Finding[] =>
      why === null ? [] : [{ kind: 'what-if', message: `What if "${line.text}" was left out: ${why}.` }],
    ),
  }
}

function whyNotScaled(
  { workspace }: WhatIfChange & { kind: 'workspace' },
  named: readonly Workspace[],
  ids: ReadonlySet<string>,
): string | null {
  if (named.length === 0) return `${workspace} is no active workspace`
  return ids.size === 0 ? `no use in the window bears the ID of ${workspace}` : null
}

function whyNotMoved(
  { from, to }: WhatIfChange & { kind: 'model' },
  used: readonly string[],
  listed: ReadonlySet<string>,
): string | null {
  if (listedName(to, listed) === null) return `no rate-limit group lists ${to}, so that its limits are not known`
  return used.length === 0 ? `${from} was not used in the window` : null
}

import type { Meters } from '../../../src/judge/usage/meters.ts'
import type { UsageRow } from '../../../src/vocabulary/use/usage-row.ts'
import { usesOf } from '../../../src/vocabulary/use/use-by-minute.ts'

/** Rows as use of the whole organization, and as use of the workspaces that they name. */
export function foldRows(meters: Meters, rows: readonly UsageRow[], byWorkspace: readonly UsageRow[] = rows): void {
  for (const use of usesOf(rows, meters.grid)) meters.foldOrganization(use)
  for (const use of usesOf(byWorkspace, meters.grid)) meters.foldWorkspaces(use)
}

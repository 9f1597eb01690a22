import { describeError } from '../../errors.ts'
import type { Run } from '../../run.ts'
import { plural } from '../../vocabulary/figures.ts'
import type { UnreadableWorkspace, Workspace, WorkspaceOverrides } from '../../vocabulary/limits/groups.ts'
import type { Snapshot } from '../../vocabulary/limits/snapshot.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import { organizationGroups, type ReadGroup, workspaceOverrides } from './entries.ts'
import { readOrganizationLimits, readWorkspaceLimits } from './rate-limits.ts'
import { holdsDefault, readWorkspaces } from './workspaces.ts'

/** One reading of all limits: the organization's groups, and the overrides of every active workspace. */
export type LimitsReading = {
  groups: readonly ReadGroup[]
  /** Every workspace there is, archived ones too: usage names them. */
  allWorkspaces: readonly Workspace[]
  workspaces: readonly WorkspaceOverrides[]
  unreadable: readonly UnreadableWorkspace[]
  /** Whether one of the workspaces is the default one, which every organization has. */
  hasDefault: boolean
}

/** What the committed snapshot says of workspaces: what has vanished since is asked for twice. */
export type KnownWorkspaces = Snapshot['workspaces']

/** Reads all limits and reports what was read. Throws AuditError as `readLimits`: without limits there is no audit. */
export async function collectLimits(
  client: AnthropicClient,
  { log }: Pick<Run, 'log'>,
  known: KnownWorkspaces,
): Promise<LimitsReading> {
  const reading = await readLimits(client, known)
  const { groups, workspaces } = reading
  const own = workspaces.filter(({ overrides }) => overrides.length > 0).length
  log.info(
    `Read the limits of ${plural(groups.length, 'rate-limit group')} and ${plural(workspaces.length, 'workspace')}, ${own} of them with overrides.`,
  )
  for (const { workspace, error } of reading.unreadable) log.error(error, `Limits of workspace ${workspace.name}`)
  return reading
}

/**
 * Reads the organization's limits, then those of each active workspace, side by side. All of them, whatever is to be judged:
 * the snapshot, the gateway file and the policy are about all limits.
 * A workspace that cannot be read does not stop the others: it is returned as unreadable.
 * Throws an AuditError when the organization's limits or the list of workspaces cannot be read.
 */
export async function readLimits(client: AnthropicClient, known: KnownWorkspaces): Promise<LimitsReading> {
  const ids = known.map(({ id }) => id)
  const [entries, allWorkspaces] = await Promise.all([readOrganizationLimits(client), readWorkspaces(client, ids)])
  const groups = organizationGroups(entries)
  const hadOverrides = new Set(known.filter(({ overrides }) => overrides.length > 0).map(({ id }) => id))
  const withoutAny = new Set<string>()
  const readings = await Promise.all(
    allWorkspaces
      .filter(({ archived }) => !archived)
      .map(async (workspace): Promise<WorkspaceOverrides | UnreadableWorkspace> => {
        try {
          const own = await readWorkspaceLimits(client, workspace.id, hadOverrides.has(workspace.id))
          if (own === null) withoutAny.add(workspace.id)
          return { workspace, overrides: workspaceOverrides(own ?? [], groups) }
        } catch (error) {
          return { workspace, error: describeError(error) }
        }
      }),
  )
  return {
    groups,
    allWorkspaces,
    workspaces: readings.filter((reading) => 'overrides' in reading),
    unreadable: readings.filter((reading) => 'error' in reading),
    // Limits that are not found are the documented sign of it; without that sign the list itself is asked.
    hasDefault: withoutAny.size > 0 || (await holdsDefault(client, allWorkspaces)),
  }
}

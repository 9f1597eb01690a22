import { AuditError, describeError } from '../../errors.ts'
import type { Run } from '../../run.ts'
import { plural } from '../../vocabulary/figures.ts'
import type { UnreadableWorkspace, Workspace, WorkspaceOverrides } from '../../vocabulary/groups.ts'
import type { AnthropicClient } from '../anthropic/client.ts'
import { organizationGroups, type ReadGroup, workspaceOverrides } from './entries.ts'
import { readOrganizationLimits, readWorkspaceLimits } from './rate-limits.ts'
import { readWorkspaces } from './workspaces.ts'

/** One reading of all limits: the organization's groups, and the overrides of every workspace that was asked for. */
export type LimitsReading = {
  groups: readonly ReadGroup[]
  /** Every workspace there is, archived ones too: usage names them. */
  allWorkspaces: readonly Workspace[]
  workspaces: readonly WorkspaceOverrides[]
  unreadable: readonly UnreadableWorkspace[]
}

/** Reads all limits and reports what was read. Throws AuditError as `readLimits`: without limits there is no audit. */
export async function collectLimits(
  client: AnthropicClient,
  { log, inputs }: Pick<Run, 'log' | 'inputs'>,
): Promise<LimitsReading> {
  const reading = await readLimits(client, inputs.workspaces)
  const { groups, workspaces } = reading
  const own = workspaces.filter(({ overrides }) => overrides.length > 0).length
  log.info(
    `Read the limits of ${plural(groups.length, 'rate-limit group')} and ${plural(workspaces.length, 'workspace')}, ${own} of them with overrides.`,
  )
  for (const { workspace, error } of reading.unreadable) log.error(error, `Limits of workspace ${workspace.name}`)
  return reading
}

/**
 * Reads the organization's limits, then those of each wanted active workspace, side by side.
 * A workspace that cannot be read does not stop the others: it is returned as unreadable.
 * Throws an AuditError when the organization's limits or the list of workspaces cannot be read, or a wanted workspace is unknown.
 */
async function readLimits(client: AnthropicClient, wanted: 'all' | 'none' | readonly string[]): Promise<LimitsReading> {
  const [entries, allWorkspaces] = await Promise.all([readOrganizationLimits(client), readWorkspaces(client)])
  const groups = organizationGroups(entries)
  const chosen = chooseWorkspaces(allWorkspaces, wanted)
  const readings = await Promise.all(
    chosen.map(async (workspace): Promise<WorkspaceOverrides | UnreadableWorkspace> => {
      try {
        const own = await readWorkspaceLimits(client, workspace.id)
        return { workspace, overrides: workspaceOverrides(own, groups) }
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
  }
}

/** Workspaces by ID or name. A name may belong to several workspaces: then all of them are meant. */
function chooseWorkspaces(all: readonly Workspace[], wanted: 'all' | 'none' | readonly string[]): readonly Workspace[] {
  const active = all.filter(({ archived }) => !archived)
  if (wanted === 'all') return active
  if (wanted === 'none') return []
  const isNamed = (workspace: Workspace, text: string) => workspace.id === text || workspace.name === text
  const unknown = wanted.filter((text) => !active.some((workspace) => isNamed(workspace, text)))
  if (unknown.length > 0) {
    const archived = unknown.filter((text) => all.some((workspace) => isNamed(workspace, text)))
    const why = archived.length > 0 ? ` (${archived.join(', ')} archived)` : ''
    throw new AuditError(`Input workspaces names what is no active workspace: ${unknown.join(', ')}${why}.`, {
      remedy: `Active workspaces: ${active.map(({ name, id }) => `${name} (${id})`).join(', ')}.`,
    })
  }
  return active.filter((workspace) => wanted.some((text) => isNamed(workspace, text)))
}

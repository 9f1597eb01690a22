import { AuditError } from '../../errors.ts'
import type { RateLimitGroup, Workspace } from '../../vocabulary/limits/groups.ts'
import type { JudgedLimiter } from './effective.ts'

/** What the inputs leave to be judged. All limits are read whatever they say: the snapshot and the gateway file hold them. */
export type Wanted = {
  workspaces: 'all' | 'none' | readonly string[]
  models: readonly string[]
  groupTypes: readonly string[]
}

/**
 * Active workspaces by ID or name; a name may belong to several, and then all of them are meant.
 * Throws an AuditError for a name that no active workspace has.
 */
export function chosenWorkspaces(all: readonly Workspace[], wanted: Wanted['workspaces']): readonly Workspace[] {
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

/** Limiters of the wanted group types and models. Throws an AuditError for a model that no group contains. */
export function chosenLimiters(
  judged: readonly JudgedLimiter[],
  groups: readonly RateLimitGroup[],
  { models, groupTypes }: Wanted,
): readonly JudgedLimiter[] {
  const known = new Set(groups.flatMap((group) => group.models))
  const unknown = models.filter((model) => !known.has(model))
  if (unknown.length > 0)
    throw new AuditError(`Input models names what no rate-limit group contains: ${unknown.join(', ')}.`, {
      remedy: `Models and aliases with limits: ${[...known].join(', ')}.`,
    })
  return judged.filter(
    ({ group }) =>
      (models.length === 0 || group.models.some((model) => models.includes(model))) &&
      (groupTypes.length === 0 || groupTypes.includes(group.type)),
  )
}

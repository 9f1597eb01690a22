import * as z from 'zod'
import { AuditError } from '../../errors.ts'
import { compareText } from '../order.ts'
import { compareGroups, type Limits, limitsFrom, type RateLimitGroup, type WorkspaceOverrides } from './groups.ts'

/** The committed file: limits only, canonical bytes, so that a git diff shows a moved limit and nothing else. */

const SNAPSHOT_VERSION = 1

const limitsSchema = z
  .record(z.string(), z.number().nullable())
  .describe('Limit by limiter type; null where the API names the limiter without a value')

const overrideSchema = z.strictObject({ group_type: z.string(), name: z.string(), limits: limitsSchema })

const groupSchema = z.strictObject({
  group_type: z.string().describe('model_group, batch, token_count, files, skills, web_search, or a newer type'),
  name: z.string().describe('Display name; groups are matched by what they contain, not by name'),
  models: z.array(z.string()).optional().describe('Model names and aliases; only for a model_group'),
  limits: limitsSchema,
})

/** The file's schema; its published JSON Schema is made from it. Strict: what this version cannot write back, it must not overwrite. */
export const snapshotSchema = z.strictObject({
  version: z.literal(SNAPSHOT_VERSION),
  organization: z.array(groupSchema),
  workspaces: z
    .array(z.strictObject({ id: z.string(), name: z.string(), overrides: z.array(overrideSchema) }))
    .describe('Every active workspace; one without overrides inherits everything'),
})

/** What a snapshot says, in the shape of a reading, so that the two can be compared. */
export type Snapshot = {
  groups: readonly RateLimitGroup[]
  workspaces: readonly { id: string; name: string; overrides: readonly RateLimitGroup[] }[]
}

/**
 * The snapshot of a reading: every workspace that was read, with or without limits of its own. Those that could not be
 * read keep what `committed` says of them.
 */
export function snapshotOf(
  groups: readonly RateLimitGroup[],
  workspaces: readonly WorkspaceOverrides[],
  keep: { committed: Snapshot | null; isRead: (workspaceId: string) => boolean } = {
    committed: null,
    isRead: () => true,
  },
): Snapshot {
  const read = workspaces.map(({ workspace: { id, name }, overrides }) => ({ id, name, overrides }))
  const kept = keep.committed?.workspaces.filter(({ id }) => !keep.isRead(id)) ?? []
  return { groups, workspaces: [...read, ...kept] }
}

/**
 * Whether a snapshot lists every workspace of its time, also those without limits of their own. Earlier versions left these
 * out, which shows: every organization has a default workspace, and that one cannot have limits.
 */
export function listsAllWorkspaces({ workspaces }: Snapshot): boolean {
  return workspaces.some(({ overrides }) => overrides.length === 0)
}

/**
 * Whether a committed snapshot says what `now` says. The form of its file does not matter, nor that one of an earlier
 * version leaves out workspaces without limits of their own.
 */
export function saysTheSame(committed: Snapshot, now: Snapshot): boolean {
  const comparable = listsAllWorkspaces(committed)
    ? now
    : { ...now, workspaces: now.workspaces.filter(({ overrides }) => overrides.length > 0) }
  return formatSnapshot(committed) === formatSnapshot(comparable)
}

/** The file's bytes: two-space indent, final newline, one limit a line, keys and lists sorted. */
export function formatSnapshot({ groups, workspaces }: Snapshot): string {
  const file: z.infer<typeof snapshotSchema> = {
    version: SNAPSHOT_VERSION,
    organization: [...groups].sort(compareGroups).map((group) => ({
      group_type: group.type,
      name: group.name,
      ...(group.models.length > 0 && { models: [...group.models].sort(compareText) }),
      limits: sorted(group.limits),
    })),
    workspaces: workspaces
      .map(({ id, name, overrides }) => ({
        id,
        name,
        overrides: [...overrides]
          .sort(compareGroups)
          .map((override) => ({ group_type: override.type, name: override.name, limits: sorted(override.limits) })),
      }))
      .sort((a, b) => compareText(a.id, b.id)),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

function sorted(limits: Readonly<Record<string, number | null>>): Record<string, number | null> {
  return Object.fromEntries(Object.entries(limits).sort(([a], [b]) => compareText(a, b)))
}

/** Reads a committed file. Throws an AuditError for anything that is not a snapshot of this version; the caller must then not write. */
export function parseSnapshot(text: string, path: string): Snapshot {
  const remedy = `The file is left as it is. Restore its last good version from git, or delete it to begin anew.`
  const value = parseJson(text, path, remedy)
  const version = (value as { version?: unknown } | null)?.version
  if (typeof version === 'number' && version > SNAPSHOT_VERSION) {
    throw new AuditError(
      `The snapshot ${path} has version ${version}, and this release of the action reads version ${SNAPSHOT_VERSION}.`,
      { remedy: 'The file is left as it is. Use a newer release of the action.' },
    )
  }
  const parsed = snapshotSchema.safeParse(value)
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, 3)
      .map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`)
    throw new AuditError(`The snapshot ${path} is not valid: ${problems.join('; ')}.`, { remedy, cause: parsed.error })
  }
  // What is valid is read from the file itself: zod leaves out a limit named __proto__.
  const { organization, workspaces } = value as z.infer<typeof snapshotSchema>
  return {
    groups: organization.map(({ group_type, name, models, limits }) => ({
      type: group_type,
      name,
      models: models ?? [],
      limits: plain(limits),
    })),
    workspaces: workspaces.map(({ id, name, overrides }) => ({
      id,
      name,
      overrides: overrides.map((override) => ({
        type: override.group_type,
        name: override.name,
        models: [],
        limits: plain(override.limits),
      })),
    })),
  }
}

function plain(limits: Limits): Limits {
  return limitsFrom(Object.entries(limits).filter(([, value]) => value === null || typeof value === 'number'))
}

function parseJson(text: string, path: string, remedy: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const why = /^(<{7}|={7}|>{7})/m.test(text) ? 'it holds merge-conflict markers' : (error as Error).message
    throw new AuditError(`The snapshot ${path} is not JSON: ${why}.`, { remedy, cause: error })
  }
}

import type { Actor } from './activity.ts'
import type { Group, Limits } from './limits/groups.ts'
import type { LimitRef } from './limits/limit-key.ts'
import type { Scope, WorkspaceScope } from './scope.ts'

/**
 * Drift: one difference between the committed limits and today's, by its class, and what it does. Values are in the limit's
 * own units; a limiter without a value is as good as absent.
 */
export type Drift = Change & {
  /** One for each limit that the change touches; none where it touches none, or where they were not looked for. */
  consequences: readonly Consequence[]
  intended?: boolean
  /** When the new limit was first seen, UTC ms: known where a log of responses shows the change. */
  at?: number
  /** Absent where the Activity Feed was not read. */
  changedBy?: ChangedBy
}

/** Who made the change, `at` UTC ms: one record, none, or several that fit alike. */
export type ChangedBy = { records: readonly (Actor & { at: number })[] }

/** A difference alone, as two snapshots show it. */
export type Change = LimitChange | GroupChange | ModelChange | WorkspaceChange

type OfGroup = { scope: Scope; group: Group }

/** A limit that came, went or moved. `from`: the limiter type it was counted by before, where that changed too. */
export type LimitChange = OfGroup & { limiter: string } & (
    | { class: 'raised' | 'cut'; before: number; after: number }
    | { class: 'limiter-added'; after: number }
    | { class: 'limiter-removed'; before: number }
    | { class: 'limiter-changed'; from: string; before: number; after: number }
    /** `inherited`: the organization's limit, by which the workspace went before; null: there was none. */
    | { class: 'override-added'; after: number; inherited: number | null }
    | { class: 'override-changed'; before: number; after: number; from?: string }
    /** `inherited`: the organization's limit, by which the workspace goes now; null: there is none. */
    | { class: 'override-removed'; before: number; inherited: number | null }
  )

export type GroupChange = OfGroup & { models: readonly string[] } & (
    | { class: 'group-added'; limits: Limits }
    /** `unlisted`: those of its models that no group lists now. */
    | { class: 'group-retired'; unlisted: readonly string[] }
  )

export type ModelChange = OfGroup & { model: string } & (
    | { class: 'model-added' | 'model-removed' }
    /** `from`: the name of the group it left. */
    | { class: 'model-moved'; from: string }
  )

export type WorkspaceChange = { scope: WorkspaceScope; class: 'workspace-added' | 'workspace-archived' }

export type DriftClass = Change['class']

/**
 * What the audited window was of one limit: by the limits and the make-up of groups of before, and by those of now.
 * The limit is named as it is now; one that is gone, as it was.
 */
export type Consequence = LimitRef & { before: Use; after: Use }

/** `none`: there is no such limit. `unmeasured`: there is one, and why its use is not known. */
export type Use =
  | { kind: 'none' }
  | { kind: 'unmeasured'; limit: number; reason: string }
  | { kind: 'measured'; limit: number; peak: number; utilization: number }

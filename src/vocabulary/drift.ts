import type { Group } from './groups.ts'
import type { Scope } from './scope.ts'

/**
 * Drift: one difference between the committed limits and today's, by its class. Values are in the limit's own units;
 * a limiter without a value is as good as absent.
 */
export type Drift = Place &
  (Change | { class: 'group-added' | 'group-retired' } | ModelChange) & {
    intended?: boolean
    /** When the new limit was first seen, UTC ms: known where a log of responses shows the change. */
    at?: number
  }

type Place = { scope: Scope; group: Group }

/** A limit that moved. `from`: the limiter type it was counted by before, where that changed too. */
export type Change = { limiter: string; consequence?: Consequence } & (
  | { class: 'raised' | 'cut'; before: number; after: number }
  | { class: 'limiter-added'; after: number }
  | { class: 'limiter-removed'; before: number }
  | { class: 'limiter-changed'; from: string; before: number; after: number }
  | { class: 'override-added'; after: number }
  | { class: 'override-changed'; before: number; after: number; from?: string }
  | { class: 'override-removed'; before: number }
)

type ModelChange =
  | { class: 'model-added' | 'model-removed'; model: string }
  /** `from`: the name of the group it left. */
  | { class: 'model-moved'; model: string; from: string }

export type LimitDrift = Extract<Drift, Change>
export type DriftClass = Drift['class']

/** What a change does to the window's peak: utilization by what bound before and by what binds now; null: not measured. */
export type Consequence = { peak: number | null; before: number | null; after: number | null }

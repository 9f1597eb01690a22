import type { Tally } from '../collect/headers-log/tally.ts'
import type { Drift } from '../vocabulary/drift.ts'
import type { Finding } from '../vocabulary/finding.ts'
import type { Accounting } from '../vocabulary/use/accounting.ts'
import type { Window } from '../vocabulary/use/window.ts'
import type { Live, Thresholds, Verdict } from '../vocabulary/verdict.ts'
import type { GroupView } from './headroom/group-views.ts'
import type { Budget } from './planning/budgets.ts'
import type { Planning } from './planning/planning.ts'
import type { Spend } from './planning/spend.ts'
import type { WhatIf } from './planning/what-if-minutes.ts'

/** Everything an audit found, whichever door it came by. Times are UTC milliseconds. */
export type Audited = {
  window: Window
  /** Whether all use of the window is in what was read; minutes that are not in yet, where that is known by the minute. */
  coverage: { complete: boolean; missingMinutes: number; refreshedAt: number | null }
  source: 'analytics' | 'legacy' | 'headers'
  peakWindow: 'minute' | 'hour' | 'second'
  thresholds: Thresholds
  verdicts: readonly Verdict[]
  views: readonly GroupView[]
  drift: readonly Drift[]
  isFirstSnapshot: boolean
  findings: readonly Finding[]
  /** Absent of a live window: no trend and no tier is read from an unfinished day. */
  planning?: Planning
  live?: Live
  /** Absent where nothing was asked. */
  whatIf?: WhatIf
  /** Absent where they were not asked for, or cannot be told. */
  budgets?: readonly Budget[]
  /** Absent where no cap is known, or not what was spent. */
  spend?: Spend
  /** Where the use went; absent where only a log of responses is known. */
  accounting?: Accounting
  /** Of a log of response headers: how much of it was of use. */
  log?: Tally
  unmatchedModels: readonly { model: string; requests: number | null; tokens: number }[]
  /** Workspaces whose limits could not be read: their use is judged by nothing of their own. */
  unreadWorkspaces: readonly { id: string; name: string }[]
  failures: readonly { resource: string; message: string }[]
}

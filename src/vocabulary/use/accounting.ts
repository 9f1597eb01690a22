import type { Mute } from '../verdict.ts'

/**
 * Where a window's use went. Toward a limit: `counted`, `fast`. Toward none, by rule: `batch`, `code-execution`, `seats`.
 * The rest is unclaimed: a limit should count it, and none does.
 */
export const PART_KINDS = [
  'counted',
  'fast',
  'batch',
  'code-execution',
  'seats',
  'unmatched-model',
  'fast-without-limit',
  'without-limit',
  'no-model',
  'unknown-kinds',
] as const
export type PartKind = (typeof PART_KINDS)[number]

/** As people read them. */
export const PART_TITLES: Record<PartKind, string> = {
  counted: 'Counted toward a limit',
  fast: 'Fast use, counted toward its own limits',
  batch: 'Batch use',
  'code-execution': 'Code execution',
  seats: 'Use of claude.ai seats',
  'unmatched-model': 'Use of models that no rate-limit group lists',
  'fast-without-limit': 'Fast use without a limit to set it against',
  'without-limit': 'Use in a group without a limit to set it against',
  'no-model': 'Use without a model',
  'unknown-kinds': 'Tokens of kinds that this version does not know (figures of their models are "at least")',
}

/** Requests are null where the API does not count them. */
export type Amount = { tokens: number; requests: number | null }

/** What a part is of: a model, a product, or the kind itself where there is neither. */
export type Item = Amount & { name: string; muted?: Mute }

export type Part = Amount & { kind: PartKind; of: readonly Item[] }

export type Accounting = Amount & {
  /** They add up to the whole. */
  parts: readonly Part[]
  /** The larger of the shares of tokens and requests that no limit claims though one should, 0–1. */
  unclaimedShare: number
  /** The same without what the policy mutes: what a verdict goes by. */
  unmutedShare: number
  /** Unclaimed and not muted now, and not so in the time before. */
  newlyUnclaimed: readonly string[]
  /** Whether the minutes add up to what was counted. */
  reconciled: boolean
}

/** From this share on a run is never reported as healthy. */
export const UNCLAIMED_LINE = 0.005

export const UNCLAIMED_KINDS = [
  'unmatched-model',
  'fast-without-limit',
  'without-limit',
  'no-model',
  'unknown-kinds',
] as const satisfies readonly PartKind[]

export function isUnclaimed({ kind }: { kind: string }): boolean {
  return UNCLAIMED_KINDS.some((unclaimed) => unclaimed === kind)
}

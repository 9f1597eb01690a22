/** What tokens of a row are paid for as. */
export const PAID_KINDS = ['uncachedInput', 'cacheCreation', 'cacheRead', 'output'] as const
export type PaidKind = (typeof PAID_KINDS)[number]

/** A part of what all use cost. There is no amount of money in it. */
export type CostPart = {
  /** Null: it is of no model, such as web searches and code execution. */
  model: string | null
  workspaceId: string | null
  serviceTier: string | null
  speed: string | null
  /** Null: it is not for tokens. */
  kind: PaidKind | null
  /** 0–1; all parts add up to 1. */
  share: number
}

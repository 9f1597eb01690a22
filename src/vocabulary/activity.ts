/** Who or what changed something: its kind in words, its ID, and the name of a key. Never an e-mail, an address or the name of a person. */
export type Actor = { kind: string; id: string | null; name: string | null }

/** A change of a workspace's limit that Anthropic has on record. */
export type Activity = {
  /** UTC ms. */
  at: number
  workspaceId: string
  /** As Anthropic spells it here, which is not documented. */
  modelGroup: string | null
  limiter: string
  /** Null: the limit was removed. */
  value: number | null
  actor: Actor
}

/** A dated model ID is a snapshot of the alias without the date, as `claude-opus-4-5-20251101` is of `claude-opus-4-5`. */

const DATE = /-20\d{6}$/

/** The alias of a dated ID; null where the name has no date. */
export function aliasOf(model: string): string | null {
  return DATE.test(model) ? model.replace(DATE, '') : null
}

/**
 * The name under which `listed` knows a model: its own, or the alias of a dated ID that is not listed itself; null where it
 * lists neither.
 */
export function listedName(model: string, listed: { has: (name: string) => boolean }): string | null {
  if (listed.has(model)) return model
  const alias = aliasOf(model)
  return alias !== null && listed.has(alias) ? alias : null
}

import type { Atom, World } from '../world/world.ts'

/** Atoms added up by bucket and dimension: what both usage APIs are made of. */

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY_MS = 24 * HOUR

/** The dimensions atoms have; the analytics API knows more, which are null in these worlds. */
export const DIMENSIONS: Record<string, (atom: Atom) => string | null> = {
  model: (atom) => atom.model,
  workspace_id: (atom) => atom.workspace,
  api_key_id: (atom) => atom.apiKey,
  service_tier: (atom) => atom.serviceTier,
  speed: (atom) => atom.speed,
  product: (atom) => atom.product,
  context_window: (atom) => atom.contextWindow,
  inference_geo: (atom) => atom.inferenceGeo,
  organization_id: (atom) => atom.organization,
}

export type Row = {
  /** Bucket bounds, UTC ms. */
  start: number
  end: number
  /** Values of the grouped dimensions, joined: what makes the row one. */
  key: string
  /** One atom of the row: where the values of its grouped dimensions are read. */
  sample: Atom
  requests: number | null
  uncachedInput: number
  cacheCreation5m: number
  cacheCreation1h: number
  cacheRead: number
  output: number
  /** Of kinds of tokens that only the total has. */
  newerKinds: number
  webSearches: number
}

export const totalTokens = (row: Row): number =>
  row.uncachedInput + row.cacheCreation5m + row.cacheCreation1h + row.cacheRead + row.output + row.newerKinds

const sorted = new WeakMap<readonly Atom[], readonly Atom[]>()

/** The atoms of [from, to), UTC ms. */
export function atomsBetween(world: World, from: number, to: number): Iterable<Atom> {
  if (typeof world.usage === 'function') return world.usage(from, to)
  let atoms = sorted.get(world.usage)
  if (!atoms) {
    atoms = world.usage.toSorted((a, b) => a.at - b.at)
    sorted.set(world.usage, atoms)
  }
  return atoms.slice(firstFrom(atoms, from), firstFrom(atoms, to))
}

/** Index of the first atom at or after `time`, by bisection. */
function firstFrom(atoms: readonly Atom[], time: number): number {
  let low = 0
  let high = atoms.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (atoms[middle]!.at < time) low = middle + 1
    else high = middle
  }
  return low
}

/** One row for each combination of `dimensions` among the atoms of [start, end) that `keep` lets through. */
export function rowsOf(
  world: World,
  start: number,
  end: number,
  dimensions: readonly string[],
  keep: (atom: Atom) => boolean,
): Row[] {
  const readers = dimensions.flatMap((name) => DIMENSIONS[name] ?? [])
  const rows = new Map<string, Row>()
  for (const atom of atomsBetween(world, start, end)) {
    if (!keep(atom)) continue
    let key = ''
    for (const read of readers) key += `${read(atom)}\n`
    const row = rows.get(key)
    if (row) add(row, atom)
    else rows.set(key, first(start, end, key, atom))
  }
  return [...rows.values()]
}

function first(start: number, end: number, key: string, sample: Atom): Row {
  const { requests, uncachedInput, cacheCreation5m, cacheCreation1h, cacheRead, output, newerKinds, webSearches } =
    sample
  return {
    start,
    end,
    key,
    sample,
    requests,
    uncachedInput,
    cacheCreation5m,
    cacheCreation1h,
    cacheRead,
    output,
    newerKinds,
    webSearches,
  }
}

function add(row: Row, atom: Atom): void {
  row.requests = row.requests === null || atom.requests === null ? null : row.requests + atom.requests
  row.uncachedInput += atom.uncachedInput
  row.cacheCreation5m += atom.cacheCreation5m
  row.cacheCreation1h += atom.cacheCreation1h
  row.cacheRead += atom.cacheRead
  row.output += atom.output
  row.newerKinds += atom.newerKinds
  row.webSearches += atom.webSearches
}

/** A filter of the usage APIs: the atom's value must be among `accepted`, unless that is undefined. */
export function accepts(dimension: string, accepted: readonly (string | null)[] | undefined): (atom: Atom) => boolean {
  if (accepted === undefined) return () => true
  const read = DIMENSIONS[dimension] ?? (() => null)
  const values = new Set(accepted)
  return (atom) => values.has(read(atom))
}

export const all = (tests: readonly ((atom: Atom) => boolean)[]) => (atom: Atom) => tests.every((test) => test(atom))

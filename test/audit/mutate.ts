/** Mutations of a JSON text, from a seed: what a proxy, a bug or a new version of the API could make of a reply. */

export type Dice = () => number

/** Uniform in [0, 1), the same sequence for the same seed (mulberry32). */
export function random(seed: number): Dice {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const pick = <T>(dice: Dice, items: readonly T[]): T => items[Math.floor(dice() * items.length)]!

const JUNK: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e300,
  '',
  'x',
  '2026-13-45T99:99:99Z',
  '__proto__',
  '<!channel>\n::error::x',
  'a'.repeat(5_000),
  [],
  {},
  [[]],
  { type: 'telepathy' },
]

/** One to three mutations; one in five spoils the text instead of the value. */
export function mutate(text: string, dice: Dice): string {
  if (dice() < 0.2) return garble(text, dice)
  const value: unknown = JSON.parse(text)
  const times = 1 + Math.floor(dice() * 3)
  let root = value
  for (let i = 0; i < times; i++) root = mutateOnce(root, dice)
  return JSON.stringify(root)
}

function garble(text: string, dice: Dice): string {
  const at = Math.floor(dice() * text.length)
  switch (Math.floor(dice() * 4)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return `${text.slice(0, at)}${pick(dice, ['"', '}', '\u0000', '\uFEFF', ',', '9'])}${text.slice(at + 1)}`
    case 2:
      return ''
    default:
      return text + text
  }
}

type Place = { parent: Record<string, unknown> | unknown[]; key: string | number }

function mutateOnce(root: unknown, dice: Dice): unknown {
  const places: Place[] = []
  collect(root, places)
  if (places.length === 0) return pick(dice, JUNK)
  const { parent, key } = pick(dice, places)
  const holder = parent as Record<string | number, unknown>
  switch (Math.floor(dice() * 4)) {
    case 0:
      holder[key] = pick(dice, JUNK)
      break
    case 1:
      if (Array.isArray(parent)) parent.splice(Number(key), 1)
      else delete holder[key]
      break
    case 2: {
      const from = pick(dice, places)
      holder[key] = structuredClone((from.parent as Record<string | number, unknown>)[from.key])
      break
    }
    default:
      if (Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]))
      else holder[`${key}_new`] = structuredClone(holder[key])
  }
  return root
}

function collect(value: unknown, places: Place[]): void {
  if (typeof value !== 'object' || value === null) return
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value)
  for (const key of keys) {
    const parent = value as Record<string, unknown>
    places.push({ parent, key })
    collect(parent[key as string], places)
  }
}

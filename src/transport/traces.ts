import type { Range } from './unfold.ts'

/**
 * Where a text holds known secrets: whole, or a part of one that is long enough to be no chance, as is left where somebody
 * cut a text before it came to us.
 */

/** One spelling of a secret. `whole`: only all of it counts, because parts of it are ordinary words. */
export type Form = { text: string; alphabet: 'any' | 'base64' | 'hex'; whole: boolean }

/** Sixteen characters in a row that a text and a secret have in common. */
const TRACE = 16
/** Each run of sixteen holds a whole block of eight that begins at a multiple of eight. */
const BLOCK = 8

type Place = { form: Form; at: number }

export type Traces = {
  forms: readonly Form[]
  /** Where each block of eight characters stands in which forms. */
  blocks: ReadonlyMap<string, readonly Place[]>
}

export function tracesOf(forms: readonly Form[]): Traces {
  const blocks = new Map<string, Place[]>()
  for (const form of forms.filter(({ text, whole }) => !whole && text.length >= TRACE)) {
    for (let at = 0; at + BLOCK <= form.text.length; at++) {
      const block = form.text.slice(at, at + BLOCK)
      const places = blocks.get(block)
      if (places) places.push({ form, at })
      else blocks.set(block, [{ form, at }])
    }
  }
  return { forms, blocks }
}

/** Ranges of the text that are a secret or a trace of one, in no order; they may overlap. */
export function findTraces(text: string, { forms, blocks }: Traces): Range[] {
  // Base64 has two alphabets that differ in two characters.
  const plain = { any: text, hex: text, base64: text.replaceAll('-', '+').replaceAll('_', '/') }
  const found: Range[] = []
  for (const { text: secret, alphabet } of forms) {
    const searched = plain[alphabet]
    for (let at = searched.indexOf(secret); at >= 0; at = searched.indexOf(secret, at + secret.length))
      found.push(widened(searched, alphabet, [at, at + secret.length]))
  }
  for (const searched of new Set([plain.any, plain.base64])) {
    for (let at = 0; at + BLOCK <= searched.length; at += BLOCK) {
      const places = blocks.get(searched.slice(at, at + BLOCK))
      if (!places) continue
      const ranges = places
        .map((place) => ({ place, range: common(searched, at, place) }))
        .filter(({ range: [from, to] }) => to - from >= TRACE)
        .map(({ place, range }) => widened(searched, place.form.alphabet, range))
      found.push(...ranges)
      // What is found already is not looked at again, block by block.
      const end = Math.max(...ranges.map((range) => range[1]), 0)
      at = Math.max(at, Math.floor(end / BLOCK) * BLOCK - BLOCK)
    }
  }
  return found
}

/** How far text and form agree around a block that both have. */
function common(text: string, at: number, { form, at: inForm }: Place): Range {
  let before = 0
  while (before < at && before < inForm && text[at - before - 1] === form.text[inForm - before - 1]) before++
  let after = BLOCK
  while (text[at + after] !== undefined && text[at + after] === form.text[inForm + after]) after++
  return [at - before, at + after]
}

const RUNS = { base64: /[\w+/=-]/, hex: /[\da-f]/i } as const

/** An encoded text is taken out to its ends: they hold the secret's first and last characters, mixed with what surrounds it. */
function widened(text: string, alphabet: Form['alphabet'], [start, end]: Range): Range {
  if (alphabet === 'any') return [start, end]
  const run = RUNS[alphabet]
  let [first, last] = [start, end]
  while (first > 0 && run.test(text[first - 1] ?? '')) first--
  while (last < text.length && run.test(text[last] ?? '')) last++
  return [first, last]
}

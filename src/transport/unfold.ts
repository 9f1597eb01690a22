/** A text that was made of another one, and the pieces of that one, in order. */
export type Unfolded = { text: string; pieces: readonly Piece[] }

/**
 * Characters from `at` on, up to the next piece, and what they were made of: the same characters from `from` on, or, where
 * there is a `to`, all of them of everything between the two.
 */
type Piece = { at: number; from: number; to: number | null }

/** Escapes of JSON, HTML and URLs, and what is not seen: all that can stand between two characters, or for one. */
const ESCAPES = String.raw`\\u(?:([0-9a-f]{4})|\{([0-9a-f]{1,6})\})|\\x([0-9a-f]{2})|[ \t]*\\([nrt])[ \t]*|\\([/"'\\])|&#x([0-9a-f]{1,6});|&#(\d{1,7});|&(amp|lt|gt|quot|apos|sol|plus|equals|lowbar|hyphen|nbsp);|%([0-9a-f]{2})`
const UNSEEN = String.raw`\p{Default_Ignorable_Code_Point}|[^\P{Cc}\t\n\r]`
const INVISIBLE = /^\p{Default_Ignorable_Code_Point}$/u
const BREAKS = String.raw`[ \t]*(?:=?[\r\n\u0085\u2028\u2029]|↵)+[ \t]*`
const WITH_BREAKS = new RegExp(`${ESCAPES}|${UNSEEN}`, 'giu')
const WITHOUT_BREAKS = new RegExp(`${ESCAPES}|${UNSEEN}|${BREAKS}|\\t`, 'giu')

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  sol: '/',
  plus: '+',
  equals: '=',
  lowbar: '_',
  hyphen: '-',
  nbsp: ' ',
}

/**
 * The text with its escapes undone, once, and without what splits words unseen. `breaks` says what becomes of line breaks:
 * kept, they part words as they do for a reader; dropped, a word that was wrapped is whole again.
 */
export function unfold(source: string, breaks: 'kept' | 'dropped'): Unfolded {
  const pieces: Piece[] = []
  let made = ''
  let at = 0
  const take = (text: string, from: number, to: number | null) => {
    if (text === '') return
    pieces.push({ at: made.length, from, to })
    made += text
  }
  for (const match of source.matchAll(breaks === 'kept' ? WITH_BREAKS : WITHOUT_BREAKS)) {
    const end = match.index + match[0].length
    take(source.slice(at, match.index), at, null)
    take(meaning(match, breaks), match.index, end)
    at = end
  }
  take(source.slice(at), at, null)
  return { text: made, pieces }
}

/** What an escape stands for; nothing for what is not seen. */
function meaning(match: RegExpExecArray, breaks: 'kept' | 'dropped'): string {
  const [whole, unicode, braced, byte, control, itself, hex, decimal, name, percent] = match
  if (control !== undefined) return breaks === 'kept' ? '\n' : ''
  if (itself !== undefined) return itself
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole
  const digits = unicode ?? braced ?? byte ?? hex ?? percent
  if (digits === undefined && decimal === undefined) return ''
  const code = digits === undefined ? Number(decimal) : Number.parseInt(digits, 16)
  // Credentials are ASCII; any other character matters only where it is not seen.
  if (code < 0x80) return String.fromCharCode(code)
  return code <= 0x10ffff && INVISIBLE.test(String.fromCodePoint(code)) ? '' : whole
}

/** A range of the unfolded text, in the text it was made of. */
export function sourceOf({ pieces }: Unfolded, [start, end]: Range): Range {
  const [first, last] = [pieceAt(pieces, start), pieceAt(pieces, end - 1)]
  return [first.to === null ? first.from + start - first.at : first.from, last.to ?? last.from + end - last.at]
}

/** The piece that a character is of, by halves: a long text has many pieces. */
function pieceAt(pieces: readonly Piece[], index: number): Piece {
  let low = 0
  let high = pieces.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((pieces[middle]?.at ?? 0) <= index) low = middle
    else high = middle - 1
  }
  return pieces[low] ?? { at: 0, from: 0, to: null }
}

/** From the first character up to, not including, the second. */
export type Range = readonly [start: number, end: number]

/** A text that was made of another one, and where each of its characters came from there: `from[i]` up to `to[i]`. */
export type Unfolded = { text: string; from: Uint32Array; to: Uint32Array }

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
  const parts: string[] = []
  const from = new Uint32Array(source.length)
  const to = new Uint32Array(source.length)
  let length = 0
  let at = 0
  const take = (text: string, start: number, end: number | null) => {
    parts.push(text)
    for (let index = 0; index < text.length; index++, length++) {
      from[length] = end === null ? start + index : start
      to[length] = end ?? start + index + 1
    }
  }
  for (const match of source.matchAll(breaks === 'kept' ? WITH_BREAKS : WITHOUT_BREAKS)) {
    const end = match.index + match[0].length
    take(source.slice(at, match.index), at, null)
    take(meaning(match, breaks), match.index, end)
    at = end
  }
  take(source.slice(at), at, null)
  return { text: parts.join(''), from, to }
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
export function sourceOf({ from, to }: Unfolded, [start, end]: Range): Range {
  return [from[start] ?? 0, to[end - 1] ?? 0]
}

/** From the first character up to, not including, the second. */
export type Range = readonly [start: number, end: number]

/**
 * Words that readers took for something else, or did not know, and what is written instead, everywhere the same. Names of
 * Anthropic's and of the report file (`input_tokens_per_minute_cache_aware`, `inert-override`) stay: they are code.
 */
export const RETIRED: readonly { word: RegExp; instead: string }[] = [
  { word: /\binert\b/i, instead: 'has no effect' },
  { word: /\bcache-aware\b/i, instead: 'cache reads free' },
  { word: /\b(a|an|the) plain (one|limit|input|override)\b|\bplain (input|ITPM|↔)/i, instead: 'cache reads count' },
  { word: /\bclipp(ed|ing)\b/i, instead: 'at its limit for 12 minutes' },
  { word: /\bstretch(es|ed)?\b/i, instead: 'cache reads save 3.7 ×' },
  { word: /within 5 % of its limit or above/i, instead: 'at its limit for 12 minutes' },
  { word: /\brais\w* [^.]*\bin the Console\b/i, instead: 'by your administrators (Console, API or CLI)' },
  { word: /\b(is|are|was|were|be|been) told\b(?! apart)/i, instead: 'reported' },
  { word: /\bpressed against\b/i, instead: 'at its limit' },
]

/** Prose alone: without code, links' targets, comments and HTML, in which a name may stay as it is spelled elsewhere. */
export function prose(markdown: string): string {
  return markdown
    .replaceAll(/^( *)(`{3,})[\s\S]*?^ *\2 *$/gm, '')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/`[^`\n]*`/g, '')
    .replaceAll(/\]\([^)\n]*\)/g, ']')
    .replaceAll(/<[^>\n]+>/g, '')
}

/** Every retired word in a text, with a little of what stands around it, and what to write. */
export function retiredIn(text: string): string[] {
  return RETIRED.flatMap(({ word, instead }) =>
    [...text.matchAll(new RegExp(word, `${word.flags}g`))].map(
      ({ index, 0: found }) => `"${text.slice(Math.max(0, index - 30), index + found.length)}": write "${instead}"`,
    ),
  )
}

import { grammar } from './grammar.ts'

/** One line of the input `what-if`, and the line as it was given. */
export type WhatIfChange = { text: string; factor: number } & (
  | { kind: 'workspace'; workspace: string }
  | { kind: 'model'; from: string; to: string }
)

/** Each line is read by name: more of them is a plan, not a question. */
const MOST_CHANGES = 10
const LARGEST_FACTOR = 1_000

/** `WORKSPACE × FACTOR` and `MODEL → MODEL [× FACTOR]`, one a line, each workspace and model at most once; `x`, `*` and `->` do as well. */
export const whatIfLines = grammar(
  `at most ${MOST_CHANGES} lines WORKSPACE × FACTOR or MODEL → MODEL [× FACTOR], such as "support-bot × 2"; each workspace and model once, factors up to ${LARGEST_FACTOR}`,
  (text): WhatIfChange[] | undefined => {
    const lines = text.split('\n').map((line) => line.trim())
    const changes = lines.filter(Boolean).map(changeOf)
    const subjects = changes.map((change) => change && (change.kind === 'model' ? `→${change.from}` : change.workspace))
    if (changes.length > MOST_CHANGES || new Set(subjects).size < subjects.length) return undefined
    return changes.every((change) => change !== undefined) ? changes : undefined
  },
)

function changeOf(text: string): WhatIfChange | undefined {
  const scaled = /^(.*\S)\s*(?:×|(?<=\s)[x*])\s*(\d+(?:\.\d+)?)$/.exec(text)
  const factor = scaled ? Number(scaled[2]) : 1
  const what = scaled?.[1] ?? text
  if (factor > LARGEST_FACTOR) return undefined
  const moved = /^(\S+)\s*(?:→|->)\s*(\S+)$/.exec(what)
  if (moved?.[1] && moved[2] && moved[1] !== moved[2])
    return { kind: 'model', text, from: moved[1], to: moved[2], factor }
  return scaled && !/→|->/.test(what) ? { kind: 'workspace', text, workspace: what, factor } : undefined
}

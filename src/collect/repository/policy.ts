import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import type * as z from 'zod'
import { AuditError, type Place } from '../../errors.ts'
import { type Policy, policySchema } from './policy-schema.ts'

const MOST_PROBLEMS = 10
/** Characters: room for thousands of rules, and read in a second. */
const LONGEST_POLICY = 500_000

/**
 * Reads a policy file. An empty file is a policy without rules.
 * Throws one AuditError that names every problem with its line and column: the run is blind then.
 */
export function parsePolicy(text: string, path: string): Policy {
  if (text.length > LONGEST_POLICY)
    throw invalid(path, [
      `it has ${text.length} characters, more than the ${LONGEST_POLICY} that are read: name groups instead of single limits`,
    ])
  const lines = new LineCounter()
  const document = parseDocument(text.replace(/^\uFEFF/, ''), { lineCounter: lines, prettyErrors: false })
  const place = (offset: number, message: string): Place => {
    const { line, col: column } = lines.linePos(offset)
    return { line, column, message }
  }
  if (document.errors.length > 0)
    throw invalid(
      path,
      document.errors.map(({ pos, message }) => place(pos[0], message)),
    )

  const parsed = policySchema.safeParse(toValue(document, path))
  if (!parsed.success)
    throw invalid(
      path,
      parsed.error.issues
        .flatMap((issue) => problems(issue, document))
        .map(({ offset, message }) => place(offset, message)),
    )

  const withLines = <T>(list: string, rules: readonly T[]) =>
    rules.map((rule, index) => ({ ...rule, line: lines.linePos(offsetOf(document, [list, index])).line }))
  return {
    path,
    thresholds: withLines('thresholds', parsed.data.thresholds),
    mutes: withLines('mutes', parsed.data.mutes),
    expected: withLines('expected', parsed.data.expected),
    spendCap: parsed.data['spend-cap'] ?? null,
  }
}

/** Throws where aliases would unfold without end (`yaml` counts them). */
function toValue(document: Document, path: string): unknown {
  try {
    return document.toJS() ?? {}
  } catch (error) {
    throw invalid(path, [(error as Error).message])
  }
}

function problems(issue: z.core.$ZodIssue, document: Document): { offset: number; message: string }[] {
  const where = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  const subject = where.replace(/^\./, '') || 'the file'
  if (issue.code !== 'unrecognized_keys')
    return [{ offset: offsetOf(document, issue.path), message: `${subject}: ${issue.message}` }]
  return issue.keys.map((key) => ({
    offset: keyOffset(document, issue.path, key) ?? offsetOf(document, issue.path),
    message: `${subject}: "${key}" is not known here`,
  }))
}

/** Where the value at `path` begins; for one that is missing, where what should hold it begins. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return document.contents?.range?.[0] ?? 0
}

function keyOffset(document: Document, path: readonly PropertyKey[], key: string): number | undefined {
  const map = path.length > 0 ? document.getIn(path, true) : document.contents
  const pair = isMap(map) ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key) : undefined
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined
}

/** `found`: each problem with its place, or as a sentence where it has none. */
function invalid(path: string, found: readonly (Place | string)[]): AuditError {
  const textOf = (problem: Place | string) =>
    typeof problem === 'string' ? problem : `line ${problem.line}, column ${problem.column}: ${problem.message}`
  const shown = found.slice(0, MOST_PROBLEMS).map((problem) => `- ${textOf(problem)}`)
  const more = found.length > shown.length ? `\n- and ${found.length - shown.length} more` : ''
  return new AuditError(`The policy ${path} is not valid; nothing was judged.\n${shown.join('\n')}${more}`, {
    remedy: 'docs/policy.md shows every rule there is.',
    places: found.filter((problem) => typeof problem !== 'string'),
  })
}

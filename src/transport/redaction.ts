import type { Deps } from '../deps.ts'
import { type Form, findTraces, type Traces, tracesOf } from './traces.ts'
import { type Range, sourceOf, unfold } from './unfold.ts'

/**
 * Secrets the run holds, and the one way to take them out of text. The runner masks what it prints itself;
 * this covers what it never sees: the report, commits, pull requests, Slack, and a secret that was split or encoded.
 */
export type Secrets = {
  /** Masks a secret in the runner's log and remembers it. Call it before anything is done with the secret. */
  add: (secret: string) => void
  /** The text without any known secret, or anything shaped like one. Call it before a text is cut: half a secret is one too. */
  redact: (text: string) => string
  /** The value with every text in it redacted, names of properties among them. */
  redactAll: <T>(value: T) => T
}

const MASK = '***'

/** A shorter value would turn half the log into asterisks; no credential we know of is as short. */
const SHORTEST_SECRET = 8

/** Whatever looks like this is taken for a credential, known or not. */
const SHAPES: readonly RegExp[] = [
  /sk-ant-[\w-]{8,}/g,
  // A JSON Web Token, also as a part of another token (`ghs_APPID_JWT`), also without its end.
  /(?<![A-Za-z\d])eyJ[\w-]{8,}(?:(?:\.[\w-]+){1,4}|(?<=eyJ[\w-]{24,}))/g,
  /(?<![a-z\d])(?:gh[opsur]_|github_pat_)[\w-]{16,}(?:\.[\w-]{4,})*/gi,
  // Not `services/…`, as an example has it.
  /(?<=hooks\.slack(?:-gov)?\.com\/)[\w%-]+\/[\w/%-]+/gi,
  /(?<=\b[a-z][a-z\d+.-]*:\/\/)[^\s/@"'<>]+(?=@)/gi,
]

/** Escaping twice is common (a URL in JSON, JSON in HTML); three times is not. */
const MOST_LAYERS = 3

/** The run's secrets, none yet. `core.setSecret` is called with each one as it is added. */
export function createSecrets(core: Pick<Deps['core'], 'setSecret'>): Secrets {
  const known = new Set<string>()
  let traces = tracesOf([])

  const redact = (text: string): string => without(text, secretRanges(text, traces))

  return {
    add: (secret) => {
      if (secret.length < SHORTEST_SECRET || known.has(secret)) return
      core.setSecret(secret)
      known.add(secret)
      traces = tracesOf([...known].flatMap(formsOf))
    },
    redact,
    redactAll: (value) => {
      const text = JSON.stringify(value)
      // Nearly always there is nothing to take out, and then a value of many texts is one text.
      return text === undefined || redact(text) === text ? value : (redactedTexts(value, redact) as typeof value)
    },
  }
}

/** Every spelling of a secret that a search in an unfolded text does not make by itself. */
function formsOf(secret: string): Form[] {
  const url = URL.parse(secret)
  const plain = [secret, unfold(secret, 'dropped').text].map((text) => ({ text, whole: url !== null }))
  // Of a webhook's URL the path is the credential, and all that a proxy quotes of a request.
  const path = url?.pathname ?? ''
  // Parts that are no words: with digits, or capitals among small letters.
  const parts = path.split('/').filter((part) => /[a-z]/.test(part) && /[A-Z\d]/.test(part))
  const bytes = Buffer.from(secret)
  const hex = bytes.toString('hex')
  const forms: Form[] = [
    ...plain.map((form) => ({ ...form, alphabet: 'any' as const })),
    { text: path, alphabet: 'any', whole: true },
    ...parts.map((text) => ({ text, alphabet: 'any' as const, whole: false })),
    ...[hex, hex.toUpperCase()].map((text) => ({ text, alphabet: 'hex' as const, whole: false })),
    ...[0, 1, 2].map((offset) => ({ text: inBase64(bytes, offset), alphabet: 'base64' as const, whole: false })),
  ]
  return forms.filter(({ text }) => text.length >= SHORTEST_SECRET)
}

/** The bytes within a longer base64 text, as far as what surrounds them has no influence. */
function inBase64(bytes: Buffer, offset: number): string {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes])
  return padded.toString('base64').slice(offset === 0 ? 0 : 4, Math.floor(padded.length / 3) * 4)
}

/** Where the text holds a secret, as it is and with what splits and encodes undone, layer by layer. */
function secretRanges(text: string, traces: Traces): Range[] {
  const found = [...findTraces(text, traces), ...shaped(text)]
  for (const breaks of ['dropped', 'kept'] as const) {
    let outer = text
    let toText = (range: Range) => range
    for (let layer = 1; layer <= MOST_LAYERS; layer++) {
      const inner = unfold(outer, breaks)
      if (inner.text === outer) break
      const toOuter = toText
      toText = (range) => toOuter(sourceOf(inner, range))
      // What has the shape of a credential ends where a line does; only a known one is looked for across lines.
      const ranges = breaks === 'dropped' ? findTraces(inner.text, traces) : shaped(inner.text)
      for (const range of ranges) found.push(toText(range))
      outer = inner.text
    }
  }
  return found
}

function shaped(text: string): Range[] {
  return SHAPES.flatMap((shape) =>
    [...text.matchAll(shape)].map((match): Range => [match.index, match.index + match[0].length]),
  )
}

function without(text: string, ranges: readonly Range[]): string {
  let clean = ''
  let at = 0
  for (const [start, end] of ranges.toSorted(([a], [b]) => a - b)) {
    if (end <= at) continue
    if (start >= at) clean += text.slice(at, start) + MASK
    at = end
  }
  return clean + text.slice(at)
}

function redactedTexts(value: unknown, redact: Secrets['redact']): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((item) => redactedTexts(item, redact))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [redact(name), redactedTexts(item, redact)]))
}

import type { Deps } from '../deps.ts'

/**
 * Secrets the run holds, and the one way to take them out of text. The runner masks what it prints itself;
 * this covers what it never sees: the report, commits, pull requests, Slack, and a secret in another encoding.
 */
export type Secrets = {
  /** Masks a secret in the runner's log and remembers it. Call it before anything is done with the secret. */
  add: (secret: string) => void
  /** The text without any known secret, or anything shaped like one. */
  redact: (text: string) => string
  /** Cleans an error and its whole chain of causes in place, stack included, and returns it. Any other value comes back as it is. */
  redactError: <T>(error: T) => T
}

const MASK = '***'

/** A shorter value would turn half the log into asterisks; no credential we know of is as short. */
const SHORTEST_SECRET = 8

/** Whatever looks like this is taken for a credential, known or not. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/sk-ant-[\w-]{8,}/g, MASK],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, MASK],
  [/\b(?:gh[opsur]_\w{16,}|github_pat_\w{16,})/g, MASK],
  [/(hooks\.slack(?:-gov)?\.com(?:\/|%2F))[\w/%-]+/gi, `$1${MASK}`],
  [/(\b[a-z][a-z\d+.-]*:\/\/)[^\s/@"']+@/gi, `$1${MASK}@`],
]

/** The run's secrets, none yet. `core.setSecret` is called with each one as it is added. */
export function createSecrets(core: Pick<Deps['core'], 'setSecret'>): Secrets {
  const known = new Set<string>()

  const redact = (text: string): string => {
    let clean = text
    for (const secret of known) clean = clean.replaceAll(secret, MASK)
    for (const [shape, replacement] of SHAPES) clean = clean.replace(shape, replacement)
    return clean
  }

  return {
    add: (secret) => {
      if (secret.length < SHORTEST_SECRET || known.has(secret)) return
      core.setSecret(secret)
      // The longest first: replacing a part of a secret first would leave the rest of it readable.
      const all = [...known, ...encodingsOf(secret)].sort((a, b) => b.length - a.length)
      known.clear()
      for (const form of all) known.add(form)
    },
    redact,
    redactError: (error) => {
      cleanError(error, redact, new Set())
      return error
    },
  }
}

/**
 * The secret as it is, percent-encoded, and within a base64 text (Basic authorization), as far as what surrounds it has no
 * influence. Where it is a URL, a webhook's, its path too: that is the credential, and all that a proxy quotes of a request.
 */
function encodingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const inBase64 = [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes])
    const first = offset === 0 ? 0 : 4
    return (['base64', 'base64url'] as const).map((encoding) =>
      padded.toString(encoding).slice(first, Math.floor(padded.length / 3) * 4),
    )
  })
  const path = URL.parse(secret)?.pathname ?? ''
  return [...new Set([secret, path, encodeURIComponent(secret), ...inBase64])].filter(
    (form) => form.length >= SHORTEST_SECRET,
  )
}

function cleanError(error: unknown, redact: Secrets['redact'], seen: Set<unknown>): void {
  if (!(error instanceof Error) || seen.has(error)) return
  seen.add(error)
  for (const key of Object.getOwnPropertyNames(error)) {
    const value: unknown = Reflect.get(error, key)
    // A property that cannot be written is left to the text redaction of whoever prints it.
    if (typeof value === 'string') Reflect.set(error, key, redact(value))
  }
  cleanError(error.cause, redact, seen)
  if (error instanceof AggregateError) for (const inner of error.errors) cleanError(inner, redact, seen)
}

/** A secret as others may write it, and what must be found of none of these in anything a run has told. */

const each = (text: string, write: (code: string) => string) =>
  [...Buffer.from(text)].map((code) => write(code.toString(16).padStart(2, '0'))).join('')
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Every spelling that a reply may echo a secret in, in the middle of other words. */
export function spellings(secret: string): string[] {
  const middle = Math.floor(secret.length / 2)
  const split = (by: string) => secret.slice(0, middle) + by + secret.slice(middle)
  return [
    secret,
    split('\n'),
    split('\r\n    '),
    split('\u200b'),
    split('\u00ad'),
    encodeURIComponent(secret),
    each(secret, (code) => `%${code}`),
    each(secret, (code) => `\\u00${code}`),
    each(secret, (code) => `&#x${code};`),
    each(secret, (code) => code),
    each(secret, (code) => code).toUpperCase(),
    base64(secret),
    base64(`:${secret}`),
    base64(`u:${secret}`),
    base64(`x-access-token:${secret}`).replace(/.{38}/g, '$&\n'),
    Buffer.from(secret).toString('base64url'),
  ]
}

/** A piece that gives a secret away; one begins every eight characters. */
const PIECE = 16
const STEP = 8

/** Pieces of the secrets that stand in a text, after what splits them is taken out and what encodes them is undone. */
export function tracesIn(told: string, secrets: readonly string[]): string[] {
  const texts = [told, joined(told), joined(undone(told))]
  const pieces = secrets.filter(Boolean).flatMap((secret) => {
    const hex = each(secret, (code) => code)
    const inner = ['', ':', 'u:'].map((before) => base64(before + secret).slice(4, -4))
    return [secret, hex, hex.toUpperCase(), ...inner].flatMap(windows)
  })
  return [...new Set(pieces)].filter((piece) => texts.some((text) => text.includes(piece)))
}

const joined = (text: string) => text.replace(/[\s\u200b\u00ad↵]+/g, '')
const undone = (text: string) =>
  text.replace(/%([\da-f]{2})|\\u00([\da-f]{2})|&#x([\da-f]{2});/gi, (_, ...codes: (string | undefined)[]) =>
    String.fromCharCode(Number.parseInt(codes.slice(0, 3).find(Boolean) ?? '0', 16)),
  )

function windows(text: string): string[] {
  const count = Math.max(1, Math.floor((text.length - PIECE) / STEP) + 1)
  return Array.from({ length: count }, (_, at) => text.slice(at * STEP, at * STEP + PIECE))
}

import * as z from 'zod'
import { repositoryPathOf } from './repository-path.ts'

/** How an input's text is read: each grammar knows what it accepts, so that an error can say it. */

/** A parser of one input's text: `undefined` means rejected, and `accepted` says what is accepted. */
export function grammar<T>(accepted: string | ((text: string) => string), parse: (text: string) => T | undefined) {
  return z.string().transform((text, context): T => {
    const value = parse(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: typeof accepted === 'string' ? accepted : accepted(text) })
    return z.NEVER
  })
}

export const oneOf = <const T extends string>(...values: readonly T[]) =>
  grammar(values.join(' | '), (text) => values.find((value) => value === text))

export const itemsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,\n]/)
      .map((item) => item.trim())
      .filter(Boolean),
  ),
]
export const itemList = grammar('a list, separated by commas or new lines', itemsOf)

export const optional = <T>(schema: z.ZodType<T, string>) =>
  z.union([z.literal('').transform((): null => null), schema])

export const identifier = (prefix: string) =>
  optional(
    grammar(`an ID that starts with ${prefix}`, (text) =>
      new RegExp(`^${prefix}[\\w-]+$`).test(text) ? text : undefined,
    ),
  )

export const uuid = optional(
  grammar('a UUID, as shown in the Console or by GET /v1/organizations/me', (text) =>
    /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? text : undefined,
  ),
)

export const httpsUrl = (accepted: string, { loopback = false }: { loopback?: boolean } = {}) =>
  grammar(accepted, (text) => {
    const url = URL.parse(text)
    if (!url || url.username || url.password) return undefined
    const isSecure = url.protocol === 'https:' || (loopback && url.protocol === 'http:' && isLoopback(url.hostname))
    if (!isSecure) return undefined
    return text.replace(/\/+$/, '')
  })

/** Plain http is only for test doubles on the same machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/** `75%` or `0.75`. The decimal point is moved in the text, so that 57.5% is the same double as 0.575. */
export const threshold = grammar(
  (text) =>
    Number(text) > 1
      ? `a percentage (75%) or a ratio up to 1 (0.75); a bare number above 1 is ambiguous, did you mean "${text}%"?`
      : 'a percentage (75%) or a ratio (0.75), above 0',
  (text) => {
    const match = /^(\d+(?:\.\d+)?)(\s?%)?$/.exec(text)
    if (!match) return undefined
    const ratio = match[2] ? Number(`${match[1]}e-2`) : Number(match[1])
    return ratio > 0 && (match[2] || ratio <= 1) ? ratio : undefined
  },
)

export const repositoryPath = grammar(
  'a path inside the repository: no "..", not absolute, not under .git/ or .github/workflows/, by no spelling of these',
  (text) => repositoryPathOf(text) ?? undefined,
)

/** Git's own rules for a branch name, as far as a mistyped input can break them (git-check-ref-format). */
export const branchName = grammar('a branch name, without refs/heads/', (text) =>
  /^(?!refs\/)(?![/.-])[^\s~^:?*[\\\p{Cc}]+(?<![/.])$/u.test(text) && !/\.\.|@\{|\/\/|\.lock$/.test(text)
    ? text
    : undefined,
)

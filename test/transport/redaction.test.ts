import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSecrets } from '../../src/transport/redaction.ts'

function secretsOf(...known: string[]) {
  const masked: string[] = []
  const secrets = createSecrets({ setSecret: (secret) => masked.push(secret) })
  for (const secret of known) secrets.add(secret)
  return { ...secrets, masked }
}

const PASSWORD = 'p/ss+w=rd & more'

test('a secret is masked in the log the moment it is known', () => {
  expect(secretsOf('first-secret', 'second-secret').masked).toEqual(['first-secret', 'second-secret'])
})

test.for([
  ['as it is', PASSWORD],
  ['percent-encoded', encodeURIComponent(PASSWORD)],
  ['in base64', Buffer.from(PASSWORD).toString('base64').replace(/.=*$/, '')],
])('a known secret is taken out %s', ([, form]) => {
  const clean = secretsOf(PASSWORD).redact(`before ${form} after`)
  expect(clean).not.toContain(form)
  expect(clean).toMatch(/^before .* after$/)
})

test('a known secret is taken out of Basic authorization, wherever it stands in it', () => {
  const token = 'a-token-of-some-length-0123456789'
  for (const user of ['', 'x', 'xy', 'x-access-token:']) {
    const header = Buffer.from(`${user}${token}${user}`).toString('base64')
    const left = Buffer.from(secretsOf(token).redact(header).replace('***', ''), 'base64').toString()
    expect(left).not.toContain(token.slice(4, -4))
  }
})

test.for([
  'sk-ant-admin01-AbCd_1234-efgh',
  'sk-ant-oat01-AbCd1234',
  `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(30)}`,
  `ghs_${'a1'.repeat(18)}`,
  `github_pat_${'a1'.repeat(20)}`,
])('what has the form of a credential is taken out without being known: %s', (credential) => {
  expect(secretsOf().redact(`got "${credential}" there`)).toBe('got "***" there')
})

test('the path of a webhook and the password of a proxy are taken out, their hosts are not', () => {
  const { redact } = secretsOf()
  expect(redact('POST https://hooks.slack.com/services/T0/B0/xyz failed')).toBe(
    'POST https://hooks.slack.com/*** failed',
  )
  expect(redact('via http://user:pass@proxy.example:3128/')).toBe('via http://***@proxy.example:3128/')
})

test('the path of a webhook of any host is taken out without its host: that is how a proxy quotes a request', () => {
  const { redact } = secretsOf('https://chat.example.com/hooks/T0/B0/xyz')
  expect(redact('404: no such page: POST /hooks/T0/B0/xyz')).toBe('404: no such page: POST ***')
})

test('of two secrets, one of which contains the other, nothing is left', () => {
  expect(secretsOf('abcdefgh', 'abcdefgh-and-more').redact('<abcdefgh-and-more>')).toBe('<***>')
})

test('ordinary text comes through as it is: IDs, limits, times, short values', () => {
  const text =
    'Workspace wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ: 4000 requests/min at 2026-11-22T14:05:00Z, https://platform.claude.com/usage (req_011C), e2e'
  expect(secretsOf('e2e', '4000', 'some-real-secret').redact(text)).toBe(text)
})

test('a credential of a workflow that holds a JSON Web Token goes as a whole, and so does one without its end', () => {
  const { redact } = secretsOf()
  const jwt = `eyJ${'a1'.repeat(20)}.eyJ${'b2'.repeat(40)}.${'c3'.repeat(30)}`
  expect(redact(`got ghs_4711_${jwt}.`)).toBe('got ***.')
  expect(redact(`got ghs_4711_${jwt.slice(0, 90)}…`)).toBe('got ***…')
  expect(redact(`got ${jwt.slice(0, 30)}…`)).toBe('got ***…')
})

test('what is shaped like a credential is found under escapes and unseen characters, and ends where its line ends', () => {
  const { redact } = secretsOf()
  expect(redact('{"said":"sk\\u002dant\\u002dadmin01-AbCd1234"}')).toBe('{"said":"***"}')
  expect(redact('sk-ant-adm\u200bin01-AbCd1234\nNext line')).toBe('***\nNext line')
  expect(redact('https%3A%2F%2Fada%3Apass%40proxy.example')).toBe('https%3A%2F%2F***%40proxy.example')
})

const CANARY = 'sk-ant-admin01-Kq7Zt2Vw9Xb4Nc6Md8Lf1Gh3Jj5Rr0Ss-Tt_Uu2Yy4Aa6Ee8Oo1Ii3Pp5Qq7Ww9Zz-Xx_Cc2Vv4Bb6Nn8Mm'
const each = (text: string, write: (code: number) => string) =>
  [...Buffer.from(text)].map((code) => write(code)).join('')
const hexOf = (code: number) => code.toString(16).padStart(2, '0')
const ENCODINGS: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64, one byte later': (text) => Buffer.from(`:${text}`).toString('base64'),
  'in base64, two bytes later': (text) => Buffer.from(`u:${text}!`).toString('base64url'),
  'in wrapped base64': (text) => Buffer.from(text).toString('base64').replace(/.{40}/g, '$&\r\n  '),
  'in hex': (text) => Buffer.from(text).toString('hex'),
  'in hex, upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'in escapes of JSON': (text) => each(text, (code) => `\\u00${hexOf(code)}`),
  'in entities of HTML': (text) => each(text, (code) => (code % 2 ? `&#${code};` : `&#x${hexOf(code)};`)),
  'in URL encoding': (text) => each(text, (code) => `%${hexOf(code)}`),
  'in URL encoding, twice': (text) => encodeURIComponent(each(text, (code) => `%${hexOf(code)}`)),
  'in JSON in HTML': (text) => each(text, (code) => `&#92;u00${hexOf(code)}`),
  'in base64 in a URL': (text) => encodeURIComponent(Buffer.from(text).toString('base64')),
}
const SPLITS = ['', '\n', '\r\n    ', '\u200b', '\u00ad', '\u2060', '\\n', '\\r\\n    ', '&#8203;', '\ufeff', '↵']

test.for(Object.keys(ENCODINGS))(
  'a known secret is taken out %s, split anywhere, with a half of it cut off',
  (name) => {
    const { redact } = secretsOf(CANARY)
    const coded = ENCODINGS[name]!(CANARY)
    fc.assert(
      fc.property(fc.nat(coded.length), fc.constantFrom(...SPLITS), fc.constantFrom(0.5, 1), (cut, split, share) => {
        // What splits an escape makes another one of it, which nobody could read either.
        fc.pre(!coded.slice(cut - 1, cut).includes('\\') || !split.startsWith('\\'))
        const sent = `${coded.slice(0, cut)}${split}${coded.slice(cut)}`.slice(0, coded.length * share + split.length)
        const clean = redact(`it said "${sent}" to us`)
        expect(clean).toMatch(/^it said ".{0,45}" to us$/s)
        expect(clean).toContain('***')
      }),
      { numRuns: 60 },
    )
  },
)

test('a part of a secret that is an ordinary word stays: a path, a prefix, a host', () => {
  const { redact } = secretsOf('https://chat.example.com/hooks/claude-rate-limits/x1y2z3', CANARY)
  const text = '.github/claude-rate-limits.json at https://chat.example.com, a key such as sk-ant-admin01'
  expect(redact(text)).toBe(text)
})

test('texts within a value are redacted wherever they are, and a value without secrets is the same value', () => {
  const { redactAll } = secretsOf(CANARY)
  const value = { limits: { [CANARY]: 1, fine: null }, names: ['a', `b ${CANARY}`], __proto__: { x: 1 } }
  expect(redactAll(value)).toEqual({ limits: { '***': 1, fine: null }, names: ['a', 'b ***'] })
  const clean = { names: ['a'], count: 3 }
  expect(redactAll(clean)).toBe(clean)
})

test('a text of a megabyte takes no time to speak of', () => {
  const { redact } = secretsOf(CANARY)
  const text = 'Claude Opus 4.x: 4,000 requests &amp; more, production\n'.repeat(20_000)
  const begun = performance.now()
  expect(redact(text)).toBe(text)
  expect(performance.now() - begun).toBeLessThan(3_000)
})

test('no secret survives in any text around it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), fc.string(), fc.string(), (secret, before, after) => {
      fc.pre(!'***'.includes(secret) && !`${before}***${after}`.includes(secret))
      return !secretsOf(secret).redact(`${before}${secret}${after}`).includes(secret)
    }),
  )
})

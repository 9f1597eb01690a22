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

test('an error loses its secrets in message, stack, other properties and all causes, cycles included', () => {
  const secret = 'canary-0123456789'
  const root = Object.assign(new Error(`root ${secret}`), { url: `https://x/${secret}` })
  const inner = new AggregateError([new TypeError(`part ${secret}`)], `inner ${secret}`, { cause: root })
  root.cause = inner
  const error = secretsOf(secret).redactError(new Error(`outer ${secret}`, { cause: inner }))
  const seen = [error, inner, root, ...inner.errors].flatMap((each: Error) => [each.message, each.stack])
  expect(JSON.stringify([seen, root.url])).not.toContain(secret)
  expect(error.message).toBe('outer ***')
})

test('no secret survives in any text around it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), fc.string(), fc.string(), (secret, before, after) => {
      fc.pre(!'***'.includes(secret) && !`${before}***${after}`.includes(secret))
      return !secretsOf(secret).redact(`${before}${secret}${after}`).includes(secret)
    }),
  )
})

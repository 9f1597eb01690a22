import { describe, expect, test } from 'vitest'
import { parseEntry } from '../../../src/collect/headers-log/entry.ts'
import { refusalOf } from '../../../src/collect/headers-log/refusals.ts'
import { levels, line, RECORDED } from './lines.ts'

describe('a line of the log', () => {
  test('of a real response gives each limit and what was left of it', () => {
    expect(parseEntry(line({ model: 'claude-3-5-haiku-20241022', headers: RECORDED }))).toEqual({
      at: Date.parse('2026-11-22T14:05:07.412Z'),
      model: 'claude-3-5-haiku-20241022',
      workspaceId: null,
      organizationId: '00000000-0000-4000-8000-000000000000',
      requestId: 'req_011CAnonymised00000000001',
      levels: [
        { limiter: 'requests_per_minute', limit: 4000, remaining: 3999 },
        { limiter: 'input_tokens_per_minute', limit: 400_000, remaining: 400_000 },
        { limiter: 'output_tokens_per_minute', limit: 80_000, remaining: 80_000 },
        { limiter: 'tokens_per_minute', limit: 480_000, remaining: 480_000 },
      ],
      refusal: null,
      unusable: null,
      seen: [],
    })
  })

  test.each([
    [
      'headers in capitals',
      { headers: { 'Anthropic-RateLimit-Requests-Limit': '5', 'ANTHROPIC-RATELIMIT-REQUESTS-REMAINING': '4' } },
    ],
    [
      'headers beside the rest',
      { 'anthropic-ratelimit-requests-limit': '5', 'anthropic-ratelimit-requests-remaining': '4' },
    ],
    [
      'a list of pairs, as Elixir has them',
      {
        headers: [
          ['anthropic-ratelimit-requests-limit', '5'],
          ['anthropic-ratelimit-requests-remaining', ['4']],
        ],
      },
    ],
    [
      'lists of one value, even sent twice',
      {
        headers: { 'Anthropic-Ratelimit-Requests-Limit': ['5', 5], 'anthropic-ratelimit-requests-remaining': [' 4 '] },
      },
    ],
    [
      'the prefix of LiteLLM',
      {
        headers: {
          'llm_provider-anthropic-ratelimit-requests-limit': '5',
          'llm_provider-anthropic-ratelimit-requests-remaining': '4',
        },
      },
    ],
    [
      'the names of OpenTelemetry and nginx',
      {
        'http.response.header.anthropic-ratelimit-requests-limit': ['5'],
        upstream_http_anthropic_ratelimit_requests_remaining: '4',
      },
    ],
    [
      'numbers for text',
      { headers: { 'anthropic-ratelimit-requests-limit': 5, 'anthropic-ratelimit-requests-remaining': 4 } },
    ],
  ])('is read with %s', (_, parts) => {
    expect(parseEntry(line(parts as never))).toMatchObject({
      levels: [{ limiter: 'requests_per_minute', limit: 5, remaining: 4 }],
      unusable: null,
    })
  })

  test.each([
    [{ 'anthropic-ratelimit-requests-limit': 'many' }, 'anthropic-ratelimit-requests-limit is no whole number'],
    [{ 'anthropic-ratelimit-requests-limit': ['5', '6'] }, 'anthropic-ratelimit-requests-limit is no whole number'],
    [levels({ requests: [5, -1] }), 'anthropic-ratelimit-requests-remaining is no whole number'],
    [levels({ tokens: [5, 1.5] }), 'anthropic-ratelimit-tokens-remaining is no whole number'],
    [{ 'anthropic-fast-input-tokens-limit': 1e300 }, 'anthropic-fast-input-tokens-limit is no whole number'],
    [
      { 'anthropic-ratelimit-requests-remaining': '4' },
      'anthropic-ratelimit-requests-remaining stands without its limit',
    ],
    [levels({ requests: [5] }), null],
  ])('with a header that cannot be used says which: %j', (headers, unusable) => {
    expect(parseEntry(line({ headers: headers as never }))).toMatchObject({ unusable })
  })

  test('without a limit says which headers were there instead', () => {
    expect(parseEntry(line({ headers: { 'Content-Type': 'x', 'retry-after': '3' } }))).toMatchObject({
      levels: [],
      seen: ['content-type', 'retry-after'],
    })
  })

  test('of a refusal says how long it asked to wait, in seconds or until a date', () => {
    const of = (value: string) => parseEntry(line({ status: '429', headers: { 'Retry-After': value } }))
    expect(of('7.2')).toMatchObject({ refusal: { kind: 'not_told', retryAfter: 8 } })
    expect(of('Sun, 22 Nov 2026 14:06:07 GMT')).toMatchObject({ refusal: { retryAfter: 60 } })
    expect(of('soon')).toMatchObject({ refusal: { retryAfter: null } })
  })

  test.each([
    ['claude-opus-4-6', 'input_tokens_per_minute_cache_aware'],
    ['claude-of-tomorrow', 'input_tokens_per_minute_cache_aware'],
    ['claude-3-5-haiku-latest', 'input_tokens_per_minute'],
  ])('names the input limit of %s as documented: %s', (model, limiter) => {
    expect(parseEntry(line({ model, headers: levels({ 'input-tokens': [10, 9] }) }))).toMatchObject({
      levels: [{ limiter }],
    })
  })

  test('takes fast-mode limits apart, and no Priority Tier capacity', () => {
    const headers = { 'anthropic-fast-output-tokens-limit': '9', 'anthropic-priority-input-tokens-limit': '5' }
    expect(parseEntry(line({ headers }))).toMatchObject({
      levels: [{ limiter: 'fast_otpm', limit: 9, remaining: null }],
    })
  })

  test.each([
    ['a missing remainder', levels({ requests: [5] }), [{ limiter: 'requests_per_minute', limit: 5, remaining: null }]],
    ['a missing limit', { 'anthropic-ratelimit-requests-remaining': '4' }, []],
    ['a limit in words', { 'anthropic-ratelimit-requests-limit': 'many' }, []],
    ['no headers', {}, []],
  ])('with %s says no more than it knows', (_, headers, expected) => {
    expect(parseEntry(line({ headers: headers as never }))).toMatchObject({ levels: expected })
  })

  test('keeps a time with an offset, and the workspace where it was logged', () => {
    const entry = parseEntry(
      line({ timestamp: '2026-11-22T15:05:07+01:00', headers: { 'anthropic-workspace-id': 'wrkspc_01' } }),
    )
    expect(entry).toMatchObject({ at: Date.parse('2026-11-22T14:05:07Z'), workspaceId: 'wrkspc_01' })
  })

  test.each([
    ['half a line', '{"timestamp": "2026-11-22T14:', 'not JSON'],
    ['no time', JSON.stringify({ model: 'm' }), 'timestamp'],
    ['a time without a zone', line({ timestamp: '2026-11-22T14:05:07' }), 'timestamp'],
    ['no model', JSON.stringify({ timestamp: '2026-11-22T14:05:07Z' }), 'model'],
    ['a list', '[]', 'the line'],
  ])('that is none says why: %s', (_, text, why) => {
    expect(parseEntry(text)).toEqual({ problem: expect.stringContaining(why) })
  })
})

const body = (type: string, error_code?: string) => ({
  type: 'error',
  error: { type, message: 'text', ...(error_code && { details: { error_code } }) },
})

describe('a refusal is told by its code', () => {
  test.each([
    ['a rate limit', 429, body('rate_limit_error'), 'rate_limit'],
    ['a rate limit, inner error only', 429, body('rate_limit_error').error, 'rate_limit'],
    ['a rate limit, body as text', 429, JSON.stringify(body('rate_limit_error')), 'rate_limit'],
    ['a rate limit, status not logged', null, body('rate_limit_error'), 'rate_limit'],
    ['acceleration', 429, body('rate_limit_error', 'ramp_limit_exceeded'), 'acceleration'],
    ['the enforced spend cap', 429, body('rate_limit_error', 'enforced_spend_limit_reached'), 'spend_cap'],
    ['the contract spend cap', 429, body('rate_limit_error', 'contract_spend_limit_reached'), 'spend_cap'],
    ['a code newer than this', 429, body('rate_limit_error', 'moon_phase_limit'), 'not_told'],
    ['a 429 without body', 429, undefined, 'not_told'],
    ['a 429 with a body that is no error', 429, '<html>', 'not_told'],
    ['a 429 with details that are null', 429, { error: { type: 'rate_limit_error', details: null } }, 'rate_limit'],
    ['success', 200, undefined, null],
    ['an overloaded service: no refusal of ours', 529, body('overloaded_error'), null],
    ['nothing logged', null, undefined, null],
  ])('%s', (_, status, error, refusal) => {
    expect(refusalOf(status, error)).toBe(refusal)
  })
})

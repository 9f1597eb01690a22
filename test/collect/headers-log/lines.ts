/** Lines of a headers log, as the recipes write them. */

export type Headers = Record<string, string | number>

/** Limit and remaining of what is named: `levels({ requests: [4000, 3999] })`. */
export function levels(values: Record<string, readonly [limit: number, remaining?: number]>): Headers {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, [limit, remaining]]) => [
      [`anthropic-ratelimit-${name}-limit`, String(limit)],
      ...(remaining === undefined ? [] : [[`anthropic-ratelimit-${name}-remaining`, String(remaining)]]),
    ]),
  )
}

export function line(
  parts: { timestamp?: string; model?: string; headers?: Headers; [key: string]: unknown } = {},
): string {
  return JSON.stringify({ timestamp: '2026-11-22T14:05:07.412Z', model: 'claude-opus-4-6', status: 200, ...parts })
}

/**
 * The headers of a real response, anonymised: values and odd reset times as they came (a reset that is earlier than the
 * response's own date, remainders equal to the limit).
 */
export const RECORDED: Headers = {
  date: 'Sun, 22 Nov 2026 14:05:08 GMT',
  'content-type': 'application/json',
  'request-id': 'req_011CAnonymised00000000001',
  'anthropic-organization-id': '00000000-0000-4000-8000-000000000000',
  'anthropic-ratelimit-requests-limit': '4000',
  'anthropic-ratelimit-requests-remaining': '3999',
  'anthropic-ratelimit-requests-reset': '2026-11-22T14:05:06Z',
  'anthropic-ratelimit-input-tokens-limit': '400000',
  'anthropic-ratelimit-input-tokens-remaining': '400000',
  'anthropic-ratelimit-input-tokens-reset': '2026-11-22T14:05:07Z',
  'anthropic-ratelimit-output-tokens-limit': '80000',
  'anthropic-ratelimit-output-tokens-remaining': '80000',
  'anthropic-ratelimit-output-tokens-reset': '2026-11-22T14:05:08Z',
  'anthropic-ratelimit-tokens-limit': '480000',
  'anthropic-ratelimit-tokens-remaining': '480000',
  'anthropic-ratelimit-tokens-reset': '2026-11-22T14:05:07Z',
}

import { EnvHttpProxyAgent, type RequestInit as UndiciInit, fetch as undiciFetch } from 'undici'
import type { Deps } from '../deps.ts'

export type Transport = { fetch: Deps['fetch']; close: () => Promise<void> }

const PROJECT = 'https://github.com/marketplace/actions/claude-rate-limit-audit'

/**
 * The one way out of the process: one dispatcher with kept-alive connections behind one `fetch`, used for Anthropic,
 * GitHub and Slack alike. Honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY of `env` in both cases, the lower case first.
 * A redirect is an error unless the caller asks otherwise: every call carries a credential, and it must not travel on.
 * It is undici's own fetch: the one built into Node refuses a dispatcher of another undici.
 * HTTP/1.1 only: undici offers HTTP/2 too, which is younger there and which no test here speaks.
 */
export function createTransport({ env, version }: { env: Deps['env']; version: string }): Transport {
  const dispatcher = new EnvHttpProxyAgent({
    // Given even when empty: undici would look into process.env for what is undefined.
    httpProxy: env.http_proxy || env.HTTP_PROXY || '',
    httpsProxy: env.https_proxy || env.HTTPS_PROXY || '',
    noProxy: env.no_proxy || env.NO_PROXY || '',
    connections: 12,
    connect: { timeout: 10_000 },
    headersTimeout: 60_000,
    bodyTimeout: 30_000,
    keepAliveTimeout: 30_000,
    allowH2: false,
  })
  const userAgent = `claude-rate-limit-audit/${version} (+${PROJECT})`

  const fetch: Deps['fetch'] = (input, init = {}) => {
    const headers = { ...plain(init.headers), 'user-agent': userAgent }
    // Node's and undici's types of the same request are two, and differ in names that no caller uses.
    return undiciFetch(input, { redirect: 'error', ...init, headers, dispatcher } as UndiciInit)
  }
  return { fetch, close: () => dispatcher.close() }
}

/** With names in lower case. */
function plain(headers: RequestInit['headers'] = {}): Record<string, string> {
  const entries = Symbol.iterator in headers ? [...headers] : Object.entries(headers)
  return Object.fromEntries(entries.map(([name = '', value = '']) => [name.toLowerCase(), value]))
}

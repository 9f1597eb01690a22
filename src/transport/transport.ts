import { EnvHttpProxyAgent, type RequestInit as UndiciInit, fetch as undiciFetch } from 'undici'
import type { Deps } from '../deps.ts'
import { AuditError } from '../errors.ts'
import { readProxies } from './proxies.ts'

export type Transport = { fetch: Deps['fetch']; close: () => Promise<void> }

const PROJECT = 'https://github.com/marketplace/actions/claude-rate-limit-audit'

/**
 * The one way out of the process: one dispatcher with kept-alive connections behind one `fetch`, used for Anthropic,
 * GitHub and Slack alike. Honours the proxies of `env` (`readProxies`); where one cannot be an
 * address, nothing is sent at all, for nobody knows how.
 * A redirect is an error unless the caller asks otherwise: every call carries a credential, and it must not travel on.
 * It is undici's own fetch: the one built into Node refuses a dispatcher of another undici.
 * HTTP/1.1 only: undici offers HTTP/2 too, which is younger there and which no test here speaks.
 */
export function createTransport({ env, version }: { env: Deps['env']; version: string }): Transport {
  const { proxies, problems } = readProxies(env)
  if (problems.length > 0)
    return { fetch: () => Promise.reject(new AuditError(problems.join('\n'))), close: () => Promise.resolve() }
  const dispatcher = new EnvHttpProxyAgent({
    // Given even when empty: undici would look into process.env for what is undefined.
    httpProxy: proxies.http,
    httpsProxy: proxies.https,
    noProxy: proxies.no,
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

import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici'
import type { Deps } from '../deps.ts'
import { AuditError } from '../errors.ts'
import { getCoded } from './coded.ts'
import { readProxies } from './proxies.ts'

export type Transport = { fetch: typeof globalThis.fetch; close: () => Promise<void> }

const PROJECT = 'https://github.com/marketplace/actions/claude-rate-limit-audit'

/**
 * The one way out of the process, for Anthropic, GitHub and Slack alike: one dispatcher with kept-alive connections.
 * Honours the proxies of `env` (`readProxies`); where one cannot be an address, nothing is sent at all, for nobody knows how.
 * A redirect is an error unless the caller asks otherwise: every call carries a credential, which must not be sent elsewhere.
 * HTTP/1.1 only: undici's HTTP/2 is younger, and no test here speaks it.
 * `fetch` is undici's own, for the one built into Node refuses a dispatcher of another undici. Only a GET that asks for
 * gzip by name does without it: its body stays as it came, as in Go's net/http, its reply has just what body.ts needs of a
 * Response, and a redirect comes back as it is.
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

  const fetch = (input: string | URL, init: RequestInit = {}): Promise<unknown> => {
    const headers: Record<string, string> = { ...plain(init.headers), 'user-agent': userAgent }
    const { method = 'GET', signal = null } = init
    if (method === 'GET' && headers['accept-encoding'] === 'gzip')
      return getCoded(dispatcher, input, { headers, signal })
    return undiciFetch(input, { redirect: 'error', ...init, headers, dispatcher } as Parameters<typeof undiciFetch>[1])
  }
  return { fetch: fetch as unknown as typeof globalThis.fetch, close: () => dispatcher.close() }
}

/** With names in lower case. */
function plain(headers: RequestInit['headers'] = {}): Record<string, string> {
  const entries = Symbol.iterator in headers ? [...headers] : Object.entries(headers)
  return Object.fromEntries(entries.map(([name = '', value = '']) => [name.toLowerCase(), value]))
}

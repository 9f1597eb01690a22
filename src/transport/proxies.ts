import type { Deps } from '../deps.ts'

/** The proxies of a run, as the variables name them; an empty text is none. */
export type Proxies = { http: string; https: string; no: string }

/** `problems`: what cannot be an address, without its value, for it may hold a password. `secrets`: the passwords. */
export type ReadProxies = { proxies: Proxies; problems: string[]; secrets: string[] }

/**
 * HTTP_PROXY, HTTPS_PROXY and NO_PROXY, each in lower case first, as curl and Go read them: an address without a scheme is
 * an http proxy, and a `%` that encodes nothing stands for itself.
 */
export function readProxies(env: Deps['env']): ReadProxies {
  const problems: string[] = []
  const secrets: string[] = []
  const address = (...names: readonly string[]): string => {
    const name = names.find((candidate) => env[candidate]?.trim())
    if (name === undefined) return ''
    const proxy = parse(env[name]?.trim() ?? '')
    if (proxy === null) {
      problems.push(
        `${name}: got a value that is not shown because it may hold a password; accepted: HOST:PORT, or http:// or https:// before it, and USER:PASSWORD@ between, special characters of the password percent-encoded`,
      )
      return ''
    }
    secrets.push(...proxy.secrets)
    return proxy.address
  }
  const proxies = {
    http: address('http_proxy', 'HTTP_PROXY'),
    https: address('https_proxy', 'HTTPS_PROXY'),
    no: env.no_proxy?.trim() || env.NO_PROXY?.trim() || '',
  }
  if (/:\/\/|@|\p{Cc}/u.test(proxies.no.replace(/\s/g, '')))
    problems.push(
      'NO_PROXY: got a value that is not shown because it may hold a password; accepted: a list of hosts, such as .example.com,10.1.2.3,localhost:8080, without a scheme or a user',
    )
  return { proxies, problems, secrets }
}

function parse(text: string): { address: string; secrets: string[] } | null {
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) return null
  const [user, password] = [decoded(url.username), decoded(url.password)]
  url.username = encodeURIComponent(user)
  url.password = encodeURIComponent(password)
  const secrets = password === '' ? [] : [password, `${user}:${password}`]
  return { address: url.href, secrets }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

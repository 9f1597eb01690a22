// What the bundle holds of undici. Its own entry loads all of it: mocks, caches, cookies, WebSockets, event streams.
// Named exports, so that the build fails where a dependency begins to use another part.
import api from 'undici/lib/api/index.js'
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js'

export { default as EnvHttpProxyAgent } from 'undici/lib/dispatcher/env-http-proxy-agent.js'
export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js'

/** Loaded when it is first called: a run reads all of Anthropic's usage without it. */
export const fetch = async (...given) => (await import('undici/lib/web/fetch/index.js')).fetch(...given)

// As its own entry does: `dispatcher.request`.
Object.assign(Dispatcher.prototype, api)

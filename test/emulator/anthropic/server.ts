import type { Received, Reply } from '../exchange.ts'
import { encode, json, type Server, startServer } from '../http.ts'
import type { World } from '../world/world.ts'
import { listActivities } from './activities.ts'
import { listCost } from './cost.ts'
import { ANALYTICS, admitAdmin, admitWorkspace, betas } from './credentials.ts'
import { ApiError, errorReply, invalid, notFound } from './errors.ts'
import { exchangeToken, type FederationState } from './federation.ts'
import { admitByRate, type Fill } from './limiter.ts'
import { createMessage, type Minutes } from './messages.ts'
import { type Options, ORDINARY } from './options.ts'
import { listRateLimits, listWorkspaceRateLimits } from './rate-limits.ts'
import { listSpendLimits } from './spend-limits.ts'
import { listUsage } from './usage.ts'
import { listLegacyUsage } from './usage-legacy.ts'
import { listApiKeys, listWorkspaces, me } from './workspaces.ts'

export { ADMIN_KEY, ADMIN_KEY_WITHOUT_ANALYTICS, WORKSPACE_KEY } from './credentials.ts'

export type AnthropicEmulator = Server & {
  /** Replace it to see another day. */
  world: World
  options: Options
}

const VERSIONS = ['2023-06-01', '2026-10-21']
const COST = '/v1/organizations/analytics/cost'
const TOKEN = '/v1/oauth/token'
const MESSAGES = '/v1/messages'
const POSTED = new Set([TOKEN, MESSAGES])
/** The versions that these endpoints are documented with; what another would bring is not known. */
const ONE_VERSION: Record<string, string> = {
  [ANALYTICS]: '2026-10-21',
  [COST]: '2026-10-21',
  '/v1/organizations/usage_report/messages': '2023-06-01',
}
const BETAS: Record<string, string> = {
  [ANALYTICS]: 'analytics-usage-cost-2026-08-24',
  [COST]: 'analytics-usage-cost-2026-08-24',
  '/v1/organizations/spend_limits': 'spend-limit-reads-2026-09-26',
}
/** Replies of a lazy world are kept, up to this many bytes: a benchmark asks for the same day again and again. */
const CACHE_BYTES = 256_000_000

/** Anthropic's Admin API over this world, as strict as the service. `unusual` is what differs from an ordinary day. */
export async function startAnthropic(first: World, unusual: Partial<Options> = {}): Promise<AnthropicEmulator> {
  const federation: FederationState = { tokens: new Map(), spent: new Set() }
  const minutes: Minutes = new Map()
  const fill: Fill = { tokens: Number.POSITIVE_INFINITY, at: Number.NEGATIVE_INFINITY }
  let replies = 0

  const server = await startServer({
    handle: answer,
    error: (status, errorCode) => refuse(new ApiError(status, `The emulator was asked for ${status}`, errorCode)),
  })
  const emulator: AnthropicEmulator = Object.assign(server, {
    world: first,
    options: structuredClone({ ...ORDINARY, ...unusual }),
  })
  const cache = new WeakMap<World, ReplyCache>()
  return emulator

  async function answer(request: Received): Promise<Reply> {
    try {
      const reply = await route(request)
      return { ...reply, headers: { ...reply.headers, 'request-id': requestId() } }
    } catch (error) {
      if (error instanceof ApiError) return refuse(error)
      throw error
    }
  }

  function refuse(error: ApiError): Reply {
    return errorReply(error, requestId())
  }

  function requestId(): string {
    return `req_011Emulator${String(++replies).padStart(12, '0')}`
  }

  async function route(request: Received): Promise<Reply> {
    const { world, options } = emulator
    const reply = endpoint(request)
    if (request.path === MESSAGES) admitWorkspace(request)
    else if (request.path !== TOKEN) admitAdmin(request, options.federation, federation.tokens, world.now())
    if (!reply) throw notFound()
    if (request.method !== (POSTED.has(request.path) ? 'POST' : 'GET')) throw new ApiError(405, 'Method Not Allowed')
    if (request.path !== TOKEN) checkHeaders(request, options)
    const { limiter } = options
    const isLimited = limiter?.of === 'everything' ? request.path !== TOKEN : request.path === ANALYTICS
    if (limiter && isLimited) admitByRate(limiter, fill, world.now())
    return reply()
  }

  function endpoint(request: Received): (() => Reply | Promise<Reply>) | undefined {
    const { world, options } = emulator
    const [, workspaceId] = /^\/v1\/organizations\/workspaces\/([^/]+)\/rate_limits$/.exec(request.path) ?? []
    if (workspaceId !== undefined) {
      return () => json(200, listWorkspaceRateLimits(request, world, options, decodeURIComponent(workspaceId)))
    }
    switch (request.path) {
      case TOKEN:
        return () => json(200, exchangeToken(request, world, options.federation, federation))
      case MESSAGES:
        return () => createMessage(request, world, minutes)
      case '/v1/organizations/me':
        return () => json(200, me(request, world))
      case '/v1/organizations/rate_limits':
        return () => json(200, listRateLimits(request, world, options))
      case '/v1/organizations/workspaces':
        return () => json(200, listWorkspaces(request, world))
      case '/v1/organizations/api_keys':
        return () => json(200, listApiKeys(request, world))
      case '/v1/organizations/spend_limits':
        return () => json(200, listSpendLimits(request, options))
      case '/v1/organizations/usage_report/messages':
        return () => json(200, listLegacyUsage(request, world, betas(request)))
      case '/v1/compliance/activities':
        return () => json(200, listActivities(request, options))
      case COST:
        return () => json(200, listCost(request, world, options))
      case ANALYTICS:
        return () => analytics(request)
      default:
        return undefined
    }
  }

  async function analytics(request: Received): Promise<Reply> {
    const { world, options } = emulator
    if (options.hipaa) throw invalid('Usage analytics is not available to organizations with HIPAA readiness')
    const make = () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: listUsage(request, world, options),
    })
    if (typeof world.usage !== 'function') return make()
    const kept = cache.get(world) ?? replyCache(CACHE_BYTES)
    cache.set(world, kept)
    // The clock shows in a reply only where it says how old the data are; who is refused is no matter of it.
    const minute = options.dataRefreshedAt === undefined ? Math.floor(world.now() / 60_000) : null
    const shape = JSON.stringify({ ...options, limiter: null })
    const key = [request.url, request.headers['accept-encoding'], minute, shape].join('\n')
    return kept(key, () => encode(request, make()))
  }
}

function checkHeaders(request: Received, { strictVersions }: Options): void {
  const version = request.headers['anthropic-version']
  if (version === undefined) throw invalid('anthropic-version: header is required')
  if (!VERSIONS.includes(version)) throw invalid(`anthropic-version: "${version}" is not a valid version`)
  const only = ONE_VERSION[request.path]
  if (strictVersions && only !== undefined && version !== only)
    throw invalid(`anthropic-version: this endpoint is documented with ${only} alone`)
  const beta = BETAS[request.path]
  if (beta !== undefined && !betas(request).has(beta)) throw invalid(`anthropic-beta: ${beta} is required`)
}

type ReplyCache = (key: string, make: () => Promise<Reply>) => Promise<Reply>

/** The latest replies, forgetting the oldest once they hold more than `budget` bytes. */
function replyCache(budget: number): ReplyCache {
  const kept = new Map<string, Reply>()
  let bytes = 0
  return async (key, make) => {
    const known = kept.get(key)
    if (known) return known
    const reply = await make()
    kept.set(key, reply)
    bytes += Buffer.byteLength(reply.body)
    for (const [oldest, { body }] of kept) {
      if (bytes <= budget) break
      kept.delete(oldest)
      bytes -= Buffer.byteLength(body)
    }
    return reply
  }
}

import { expect, test } from 'vitest'
import { audit, type Door } from '../../src/audit.ts'
import { NO_POLICY } from '../../src/collect/repository/committed.ts'
import type { Deps } from '../../src/deps.ts'
import { INPUTS, type InputName } from '../../src/inputs/names.ts'
import type { Report, VerdictRow } from '../../src/report/report.ts'
import { ORDINARY } from '../emulator/anthropic/options.ts'
import { listRateLimits, listWorkspaceRateLimits } from '../emulator/anthropic/rate-limits.ts'
import { ADMIN_KEY } from '../emulator/anthropic/server.ts'
import { listUsage } from '../emulator/anthropic/usage.ts'
import { listLegacyUsage } from '../emulator/anthropic/usage-legacy.ts'
import { listApiKeys, listWorkspaces } from '../emulator/anthropic/workspaces.ts'
import type { Received } from '../emulator/exchange.ts'
import { type Atom, group, usage, type World, workspace, workspaceId, world } from '../emulator/world/world.ts'
import { overFetch } from '../transport/over-fetch.ts'

/**
 * Live windows cut at any moment: both APIs know the use up to some time of their own, and beyond it whatever part has
 * arrived. The whole audit, against the emulator's own answers, without a network between them: a thousand times.
 */

const CUTS = 1000
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MIDNIGHT = Date.UTC(2026, 10, 22)
/** In one organization much is close to its limit, in the other hardly anything. */
const ORGANIZATIONS = [1, 20].map((factor) => {
  const limits = {
    requests_per_minute: 40 * factor,
    output_tokens_per_minute: 400 * factor,
    input_tokens_per_minute_cache_aware: 100_000,
  }
  const own = { requests_per_minute: 20 * factor, output_tokens_per_minute: 150 * factor }
  return world({
    groups: [
      group({ name: 'Claude Opus', models: ['claude-opus-5', 'claude-opus-5-5'], limits }),
      group({ name: 'Claude Haiku', models: ['claude-haiku-5'], limits }),
    ],
    workspaces: [workspace({ name: 'mobile', overrides: { 'Claude Opus': own } }), workspace({ name: 'batch' })],
  })
})
const MODELS: Record<string, readonly string[]> = {
  'Claude Opus': ['claude-opus-5', 'claude-opus-5-5'],
  'Claude Haiku': ['claude-haiku-5'],
}
const MOBILE = workspaceId('mobile')

/** Mulberry32: the same seed, the same cut. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

type Cut = {
  now: number
  date: string
  /** What was really used. */
  truth: readonly Atom[]
  /** Up to when each API is complete; the analytics API may not say so. */
  refreshed: { analytics: number; legacy: number; isStated: boolean }
  worlds: { analytics: World; legacy: World }
}

function cutOf(seed: number): Cut {
  const random = dice(seed)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
  const now = MIDNIGHT + 90_000 + Math.floor(random() * (DAY - 120_000))
  const date = pick(['today', 'last-1h', 'last-3h', 'last-5h'])
  const from = now - 6 * HOUR
  const truth = Array.from({ length: 20 + Math.floor(random() * 60) }, () =>
    usage({
      // Much of it in the last minutes, where the cuts are.
      at: Math.floor(random() < 0.5 ? from + random() * 6 * HOUR : now - random() * 40 * MINUTE),
      model: pick(['claude-opus-5', 'claude-opus-5-5', 'claude-haiku-5']),
      workspace: pick(['mobile', 'batch']),
      requests: Math.floor(random() * 30),
      output: Math.floor(random() * 300),
      uncachedInput: Math.floor(random() * 1000),
      ...(random() < 0.1 && { batch: true as const }),
    }),
  )
  const refreshed = {
    analytics: random() < 0.1 ? now : now - Math.floor(random() * random() * 7 * HOUR),
    legacy: now - Math.floor(random() * 5 * MINUTE),
    isStated: random() > 0.05,
  }
  const arrived = (until: number) => truth.filter(({ at }) => at < until || random() < 0.5)
  const organization = ORGANIZATIONS[random() < 0.15 ? 0 : 1]!
  const worldOf = (some: readonly Atom[]) => ({ ...organization, usage: some, now: () => now })
  const worlds = { analytics: worldOf(arrived(refreshed.analytics)), legacy: worldOf(arrived(refreshed.legacy)) }
  return { now, date, truth, refreshed, worlds }
}

/** The service's answer, as its handlers give it. */
function answer({ worlds, refreshed }: Cut, url: URL, headers: Record<string, string>): unknown {
  const path = url.pathname
  const request: Received = {
    method: 'GET',
    url: `${path}${url.search}`,
    path,
    query: url.searchParams,
    headers,
    body: '',
  }
  const { analytics, legacy } = worlds
  const dataRefreshedAt = refreshed.isStated ? new Date(refreshed.analytics).toISOString() : null
  const [, id] = /^\/v1\/organizations\/workspaces\/([^/]+)\/rate_limits$/.exec(path) ?? []
  if (id) return listWorkspaceRateLimits(request, analytics, { ...ORDINARY, defaultWorkspaceLimits: 'empty' }, id)
  if (path.endsWith('/rate_limits')) return listRateLimits(request, analytics, ORDINARY)
  if (path.endsWith('/workspaces')) return listWorkspaces(request, analytics)
  if (path.endsWith('/api_keys')) return listApiKeys(request, analytics)
  if (path.endsWith('/usage_report/messages'))
    return listLegacyUsage(request, legacy, new Set(['fast-mode-2026-02-01']))
  if (path.endsWith('/analytics/usage'))
    return JSON.parse(listUsage(request, analytics, { ...ORDINARY, dataRefreshedAt }))
  return null
}

/** Null: the run was blind. */
async function run(cut: Cut): Promise<Report | null> {
  let report: Report | null = null
  const failed: string[] = []
  const inputs: Partial<Record<InputName, string>> = { 'anthropic-admin-key': ADMIN_KEY, date: cut.date }
  const nothing = () => {}
  const core = {
    getInput: (name: string) => inputs[name as InputName] ?? INPUTS[name as InputName],
    setFailed: (message: string | Error) => void failed.push(String(message)),
    ...{ setSecret: nothing, debug: nothing, info: nothing, notice: nothing, warning: nothing, error: nothing },
    ...{ startGroup: nothing, endGroup: nothing },
  } as unknown as Deps['core']
  const door: Door<0 | 1> = {
    readCommitted: async () => ({ kind: 'read', snapshot: null, policy: NO_POLICY, before: null }),
    deliverAudit: async (_run, found) => {
      report = found.report
      return 0
    },
    wantsBudgets: false,
    deliverBlind: async (_run, error) => {
      if (!error.startsWith('Not one of 8 limits could be measured')) failed.push(error)
      return 1
    },
    refuse: async (_deps, _log, _secrets, error) => {
      failed.push(String(error))
      return 1
    },
  }
  const fetch: Deps['fetch'] = async (input, init) => {
    const value = answer(cut, new URL(input), (init?.headers ?? {}) as Record<string, string>)
    return value === null ? new Response('{}', { status: 404 }) : Response.json(value)
  }
  const effects = {
    now: () => cut.now,
    sleep: async () => {},
    saveMemory: nothing,
    random: () => 0.5,
    showProgress: nothing,
  }
  await audit({ core, env: {}, fetch, exchange: overFetch(fetch), ...effects }, door)
  if (failed.length > 0) throw new Error(failed.join('\n'))
  return report
}

function amountOf({ requests, output, uncachedInput }: Atom, limiter: string): number {
  if (limiter === 'requests_per_minute') return requests ?? 0
  return limiter === 'output_tokens_per_minute' ? output : uncachedInput
}

/** The obvious way: what was used, minute by minute, of those that are known. */
function truthOf(
  { scope, group: { name }, limiter }: Pick<VerdictRow, 'scope' | 'limiter'> & { group: { name: string | null } },
  cut: Cut,
): { known: number; missing: number; peak: number } {
  const end = Math.floor(cut.now / MINUTE) * MINUTE
  const start = cut.date === 'today' ? MIDNIGHT : end - Number(/\d+/.exec(cut.date)![0]) * HOUR
  const analytics = cut.refreshed.isStated ? Math.floor(cut.refreshed.analytics / MINUTE) * MINUTE : start
  const legacy = Math.floor((cut.now - 5 * MINUTE) / MINUTE) * MINUTE
  const until = limiter === 'requests_per_minute' ? analytics : Math.max(analytics, legacy)
  const known = Math.min(Math.max(until, start), end)
  const isCounted = ({ at, serviceTier, model, workspace: id }: Atom) =>
    at >= start &&
    at < known &&
    serviceTier !== 'batch' &&
    (MODELS[name ?? '']?.includes(model!) ?? false) &&
    (scope.type === 'organization' || id === MOBILE)
  const sums = new Map<number, number>()
  for (const atom of cut.truth.filter(isCounted)) {
    const minute = Math.floor(atom.at / MINUTE)
    sums.set(minute, (sums.get(minute) ?? 0) + amountOf(atom, limiter))
  }
  const peak = Math.max(0, ...sums.values())
  return { known, missing: (end - known) / MINUTE, peak }
}

test(`in ${CUTS} cuts every peak is that of the known minutes, every other minute is missing, and nothing missing is ok`, async () => {
  const seen = { measured: 0, soFar: 0, unknown: 0, ok: 0, fresher: 0 }
  for (let seed = 1; seed <= CUTS; seed++) {
    const cut = cutOf(seed)
    const report = await run(cut).catch((error: unknown) => {
      throw new Error(`cut ${seed}: ${error instanceof Error ? error.stack : String(error)}`)
    })
    if (report === null) {
      const { known } = truthOf(
        { scope: { type: 'organization' }, group: { name: 'Claude Opus' }, limiter: 'output_tokens_per_minute' },
        cut,
      )
      expect(known, `cut ${seed} is blind`).toBe(MIDNIGHT)
      continue
    }
    const { known_until } = report.live!
    if (known_until.tokens > known_until.requests) seen.fresher++
    expect(report.failures, `cut ${seed}`).toEqual([])
    expect(report.verdicts).toHaveLength(8)
    for (const row of report.verdicts) {
      const where = `cut ${seed}: ${JSON.stringify(row.scope)} ${row.group.name} ${row.limiter}`
      const truth = truthOf(row, cut)
      expect(row.transition, where).toBeNull()
      if (row.band === 'unmeasured' && !row.so_far) {
        seen.unknown++
        expect(truth.known, where).toBe(Date.parse(report.window.start))
        continue
      }
      expect('known_until' in row && Date.parse(row.known_until ?? ''), where).toBe(truth.known)
      expect('missing_minutes' in row && row.missing_minutes, where).toBe(truth.missing)
      if (row.band === 'unmeasured') {
        seen.soFar++
        expect(row.so_far?.peak, where).toBe(truth.peak)
        expect(truth.missing, where).toBeGreaterThan(0)
        expect(truth.peak, where).toBeLessThan(0.5 * row.limit!)
      } else {
        seen.measured++
        expect(row.peak, where).toBe(truth.peak)
        if (row.band === 'ok') seen.ok++
        if (row.band === 'ok') expect(truth.missing, where).toBe(0)
      }
    }
    expect(report.window.missing_minutes, `cut ${seed}`).toBe(
      Math.max(...report.verdicts.map((row) => truthOf(row, cut).missing)),
    )
  }
  // Otherwise nothing was put to the test.
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(CUTS / 50)
}, 60_000)

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { organizationGroups, workspaceOverrides } from '../../../src/collect/limits/entries.ts'
import type { ApiLimitEntry } from '../../../src/collect/limits/rate-limits.ts'
import { keyOf } from '../../../src/collect/usage/cells.ts'
import { readCensus } from '../../../src/collect/usage/census.ts'
import { collectMinutes } from '../../../src/collect/usage/minutes.ts'
import type { Dimension, UsageReader } from '../../../src/collect/usage/usage-reader.ts'
import { AuditError } from '../../../src/errors.ts'
import { groupViews } from '../../../src/judge/headroom/group-views.ts'
import { judge } from '../../../src/judge/headroom/verdicts.ts'
import { withModelsOf } from '../../../src/judge/limits/counterparts.ts'
import { judgedLimiters } from '../../../src/judge/limits/effective.ts'
import { atomsOf } from '../../../src/judge/usage/atoms.ts'
import { makeUpsOf } from '../../../src/judge/usage/make-ups.ts'
import { createMeters } from '../../../src/judge/usage/meters.ts'
import { toMeasure } from '../../../src/judge/usage/meters-for.ts'
import { planReading } from '../../../src/judge/usage/reading-plan.ts'
import { accountingOf, unmatchedModels } from '../../../src/judge/usage/where-use-went.ts'
import { verdictRow } from '../../../src/report/rows.ts'
import { formatSnapshot, parseSnapshot, type Snapshot, snapshotOf } from '../../../src/vocabulary/limits/snapshot.ts'
import type { UsageRow } from '../../../src/vocabulary/use/usage-row.ts'
import { knownAlike } from '../../../src/vocabulary/use/window.ts'
import { type Organization, organization, type SingleRequest } from './organizations.ts'
import { type TwinVerdict, twinCacheShares, twinUnmatched, twinVerdicts } from './twin.ts'

/** What the service does with the filter by model: it takes it, or answers 400. */
type Service = {
  takesFilter: boolean
  /** What becomes of each page of minutes. */
  bend?: (rows: UsageRow[]) => UsageRow[]
}

/** The production path from API entries and single requests to verdicts, reduced to what the twin computes too. */
async function audited(world: Organization, service: Service = { takesFilter: true }) {
  const { window, known, source, thresholds, peakWindow } = world
  const { groups, current } = limitsOf(world)
  const file =
    world.committed && parseSnapshot(formatSnapshot(limitsOf(world.committed).current), 'the committed snapshot')
  const committed = file && withModelsOf(current, file)
  const judged = judgedLimiters(current)
  const makeUps = makeUpsOf({ judged, committed, current, changes: [] })
  const meters = createMeters(makeUps.now, makeUps.before, window)
  const { grid } = meters
  const reader = readerOf(world.requests, source, service)
  const recount = () => readCensus(reader, grid, window.start)
  const census = await recount()
  const measured = toMeasure({ judged }, meters)
  const plan = planReading({ measured, atoms: atomsOf(committed, current), census, grid, source })
  const folds = { organization: meters.foldOrganization, workspaces: meters.foldWorkspaces }
  const context = { reader, grid, windowStart: window.start, recount, log: () => {} }
  const { unreconciled } = await collectMinutes(census, plan, folds, context)
  const verdicts = judge({
    judged,
    committed,
    current,
    meters,
    window,
    known: knownAlike(known),
    source,
    thresholds,
    peakWindow,
  })
  const caches = groupViews(verdicts, meters, window).filter(
    ({ scope, group }) => scope.type === 'organization' && group.type === 'model_group',
  )
  const { parts, tokens, requests: counted } = accountingOf(census, groups, { reconciled: true, muteOf: () => null })
  return {
    reconciled: unreconciled.length === 0,
    accounting: { parts, tokens, requests: counted },
    unmatched: unmatchedModels(census, groups).sort((a, b) => (a.model < b.model ? -1 : 1)),
    shares: Object.fromEntries(
      groups
        .filter(({ type }) => type === 'model_group')
        .map(({ name }) => [name, caches.find(({ group }) => group.name === name)?.cache?.readShare ?? null]),
    ),
    verdicts: verdicts.map(verdictRow).map(
      (verdict): TwinVerdict => ({
        scope: verdict.scope.type === 'organization' ? null : verdict.scope.id,
        groupType: verdict.group.type,
        limiter: verdict.limiter,
        limit: verdict.limit,
        configured: verdict.configured,
        limitSource: verdict.limit_source,
        peak: verdict.peak,
        peakAt: verdict.peak_at,
        bracket: verdict.bracket,
        p99: verdict.p99,
        minutesOver: verdict.minutes_over_threshold,
        utilization: verdict.utilization,
        band: verdict.band,
        transition: verdict.transition,
      }),
    ),
  }
}

function limitsOf({ entries, workspaces }: Pick<Organization, 'entries' | 'workspaces'>) {
  const groups = organizationGroups(entries.map((entry) => ({ ...entry, limits: [...entry.limits].reverse() })))
  const readings = workspaces.map(({ id, name, entries: own }) => ({
    workspace: { id, name, archived: false },
    overrides: workspaceOverrides(own, groups),
  }))
  const current: Snapshot = snapshotOf(groups, readings)
  return { groups, current }
}

/** Single requests as the usage API would report them: filtered, and summed by bucket and by the dimensions that were asked for. */
function readerOf(requests: readonly SingleRequest[], source: 'analytics' | 'legacy', service: Service): UsageReader {
  // The legacy report knows neither products nor code execution: batch use shows by its tier there.
  const tierOf = ({ product, serviceTier }: SingleRequest) =>
    source === 'legacy' && product === 'message_batches_api' ? 'batch' : serviceTier
  return {
    source,
    read: async (query, fold) => {
      if (query.models && !service.takesFilter) throw new AuditError('models[] is refused.', { status: 400 })
      const width =
        query.width === 'all' ? query.end - query.start : { '1m': 60_000, '1h': 3_600_000, '1d': DAY }[query.width]
      const asked = (dimension: Dimension, value: string | null) => (query.groupBy.includes(dimension) ? value : null)
      const rows = requests
        .filter(({ at }) => at >= query.start && at < query.end)
        .filter(({ model }) => !query.models || (model !== null && query.models.includes(model)))
        .filter(({ workspace }) => !query.workspaceIds || query.workspaceIds.includes(workspace))
        .filter(({ model, product }) => source === 'analytics' || model !== null || product !== null)
        .map(
          (r): UsageRow => ({
            ...NO_USE,
            at: query.start + Math.floor((r.at - query.start) / width) * width,
            model: asked('model', r.model),
            workspaceId: asked('workspace_id', r.workspace),
            serviceTier: asked('service_tier', tierOf(r)),
            speed: asked('speed', r.speed),
            product: asked('product', r.product),
            requests: source === 'legacy' || r.uncounted ? null : 1,
            uncachedInput: r.uncached,
            cacheCreation: r.written5m + r.written1h,
            cacheRead: r.cacheRead,
            output: r.output,
            webSearches: r.webSearches,
          }),
        )
      const keyed = Map.groupBy(rows, (row) => `${row.at} ${keyOf(query.groupBy, row)}`)
      const page = [...keyed.values()].map((same) => same.reduce(sum))
      fold(query.width === '1m' && service.bend ? service.bend(page) : page)
      return { refreshedAt: null }
    },
  }
}

const DAY = 86_400_000
const NO_USE = { apiKeyId: null, organizationId: null, unknownTokens: 0 }

const sum = (a: UsageRow, b: UsageRow): UsageRow => ({
  ...a,
  requests: a.requests === null || b.requests === null ? null : a.requests + b.requests,
  uncachedInput: a.uncachedInput + b.uncachedInput,
  cacheCreation: a.cacheCreation + b.cacheCreation,
  cacheRead: a.cacheRead + b.cacheRead,
  output: a.output + b.output,
  webSearches: a.webSearches + b.webSearches,
})

test('for 2,000 random organizations verdicts, unmatched models and cache shares equal those of a twin which adds up single requests, with the filter by model refused too', async () => {
  const seen = {
    ...{ alert: 0, watch: 0, ok: 0, unmeasured: 0, new: 0, worse: 0, continuing: 0, recovered: 0 },
    ...{ workspaceRows: 0, inert: 0, unmatched: 0, unlistedGroup: 0, uncounted: 0 },
  }
  await fc.assert(
    fc.asyncProperty(organization, fc.boolean(), async (world, takesFilter) => {
      const actual = await audited(world, { takesFilter })
      const expected = twinVerdicts(world)
      expect(actual.reconciled).toBe(true)
      expect(actual.verdicts).toEqual(expected)
      expect(actual.unmatched).toEqual(twinUnmatched(world))
      expect(actual.shares).toEqual(twinCacheShares(world))
      seen.unmatched += actual.unmatched.length
      seen.unlistedGroup += Number(
        world.workspaces.some(({ entries }) => entries.some((e) => e.entryId === 'rl_newborn')),
      )
      seen.uncounted += Number(world.requests.some(({ uncounted }) => uncounted))
      for (const verdict of expected) {
        seen[verdict.band]++
        if (verdict.transition) seen[verdict.transition]++
        if (verdict.scope !== null) seen.workspaceRows++
        if (verdict.scope !== null && verdict.limitSource === 'organization') seen.inert++
      }
    }),
    { numRuns: 2_000 },
  )
  // The comparison is worth something only if the random worlds reach every kind of verdict.
  for (const [kind, count] of Object.entries(seen)) expect(count, kind).toBeGreaterThan(20)
}, 110_000)

test('rows of any order and any split into pages give the same verdicts', async () => {
  await fc.assert(
    fc.asyncProperty(organization, fc.infiniteStream(fc.nat()), async (world, order) => {
      const shuffled = world.requests
        .map((request) => ({ request, rank: order.next().value as number }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ request }) => request)
      const entries: ApiLimitEntry[] = [...world.entries].reverse()
      expect(await audited({ ...world, requests: shuffled, entries })).toEqual(await audited(world))
    }),
    { numRuns: 200 },
  )
})

test('the parts of the accounting add up to every single request, and each token is in one part', async () => {
  await fc.assert(
    fc.asyncProperty(organization, async (world) => {
      const { accounting } = await audited({ ...world, source: 'analytics' })
      const inWindow = world.requests.filter(({ at }) => at >= world.window.start && at < world.window.end)
      const tokens = inWindow.reduce(
        (all, r) => all + r.uncached + r.written5m + r.written1h + r.cacheRead + r.output,
        0,
      )
      expect(accounting.tokens).toBe(tokens)
      expect(accounting.parts.reduce((all, part) => all + part.tokens, 0)).toBe(tokens)
      if (inWindow.some(({ uncounted }) => uncounted)) return
      expect(accounting.requests).toBe(inWindow.length)
      expect(accounting.parts.reduce((all, part) => all + (part.requests ?? 0), 0)).toBe(inWindow.length)
    }),
    { numRuns: 300 },
  )
})

test('a page of minutes that is lost, cut or comes twice changes nothing, or is noticed', async () => {
  const bends: Record<string, (rows: UsageRow[]) => UsageRow[]> = {
    lost: () => [],
    cut: (rows) => rows.slice(0, Math.floor(rows.length / 2)),
    twice: (rows) => [...rows, ...rows],
  }
  let noticed = 0
  await fc.assert(
    fc.asyncProperty(organization, fc.constantFrom(...Object.keys(bends)), async (world, name) => {
      const whole = await audited({ ...world, source: 'analytics' })
      const bend = bends[name] ?? ((rows) => rows)
      const bent = await audited({ ...world, source: 'analytics' }, { takesFilter: true, bend })
      noticed += Number(!bent.reconciled)
      if (bent.reconciled) expect(bent.verdicts).toEqual(whole.verdicts)
      expect(name === 'twice' && !bent.reconciled).toBe(false)
    }),
    { numRuns: 200 },
  )
  expect(noticed).toBeGreaterThan(20)
})

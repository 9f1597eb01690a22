import fc from 'fast-check'
import { expect, test } from 'vitest'
import { organizationGroups, workspaceOverrides } from '../../../src/collect/limits/entries.ts'
import type { ApiLimitEntry } from '../../../src/collect/limits/rate-limits.ts'
import { groupViews } from '../../../src/judge/headroom/group-views.ts'
import { judge } from '../../../src/judge/headroom/verdicts.ts'
import { withModelsOf } from '../../../src/judge/limits/counterparts.ts'
import { judgedLimiters } from '../../../src/judge/limits/effective.ts'
import { makeUpsOf } from '../../../src/judge/usage/make-ups.ts'
import { createMeters } from '../../../src/judge/usage/meters.ts'
import { verdictRow } from '../../../src/report/rows.ts'
import { formatSnapshot, parseSnapshot, type Snapshot, snapshotOf } from '../../../src/vocabulary/snapshot.ts'
import type { UsageRow } from '../../../src/vocabulary/usage-row.ts'
import { type Organization, organization, type SingleRequest } from './organizations.ts'
import { type TwinVerdict, twinCacheShares, twinUnmatched, twinVerdicts } from './twin.ts'

/** The production path from API entries and aggregated rows to verdicts, reduced to what the twin computes too. */
function audited(world: Organization) {
  const { window, known, source, thresholds, peakWindow } = world
  const { groups, current } = limitsOf(world)
  const file =
    world.committed && parseSnapshot(formatSnapshot(limitsOf(world.committed).current), 'the committed snapshot')
  const committed = file && withModelsOf(current, file)
  const judged = judgedLimiters(current)
  const makeUps = makeUpsOf({ judged, committed, current, changes: [] })
  const meters = createMeters(makeUps.now, makeUps.before, window)
  const rows = aggregate(world.requests, source).filter(({ at }) => at >= meters.grid.start)
  meters.foldOrganization(rows.map((row) => ({ ...row, workspaceId: null })))
  meters.foldWorkspaces(rows)
  const verdicts = judge({ judged, committed, current, meters, window, known, source, thresholds, peakWindow })
  const caches = groupViews(verdicts, meters, window).filter(
    ({ scope, group }) => scope.type === 'organization' && group.type === 'model_group',
  )
  return {
    unmatched: [...meters.unmatched.values()].sort((a, b) => (a.model < b.model ? -1 : 1)),
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
  const readings = workspaces.map(({ id, name, entries }) => ({
    workspace: { id, name, archived: false },
    overrides: workspaceOverrides(entries, groups),
  }))
  const current: Snapshot = snapshotOf(groups, readings)
  return { groups, current }
}

/** Single requests as the usage API would report them: summed by minute and by every dimension that was asked for. */
function aggregate(requests: readonly SingleRequest[], source: 'analytics' | 'legacy'): UsageRow[] {
  const minute = (at: number) => at - (at % 60_000)
  const key = (r: SingleRequest) =>
    JSON.stringify([minute(r.at), r.workspace, r.model, r.serviceTier, r.speed, r.product, r.uncounted])
  return [...Map.groupBy(requests, key).values()].map((same) => {
    const sum = (of: (r: SingleRequest) => number) => same.reduce((total, r) => total + of(r), 0)
    const first = same[0]!
    return {
      at: minute(first.at),
      model: first.model,
      workspaceId: first.workspace,
      apiKeyId: null,
      serviceTier: first.serviceTier,
      speed: first.speed,
      product: first.product,
      requests: source === 'legacy' || first.uncounted ? null : same.length,
      uncachedInput: sum((r) => r.uncached),
      cacheCreation: sum((r) => r.written5m + r.written1h),
      cacheRead: sum((r) => r.cacheRead),
      output: sum((r) => r.output),
      webSearches: sum((r) => r.webSearches),
    }
  })
}

test('for 2,000 random organizations verdicts, unmatched models and cache shares equal those of a twin which adds up single requests', () => {
  const seen = {
    ...{ alert: 0, watch: 0, ok: 0, unmeasured: 0, new: 0, worse: 0, continuing: 0, recovered: 0 },
    ...{ workspaceRows: 0, inert: 0, unmatched: 0, unlistedGroup: 0, uncounted: 0 },
  }
  fc.assert(
    fc.property(organization, (world) => {
      const actual = audited(world)
      const expected = twinVerdicts(world)
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

test('rows of any order and any split into pages give the same verdicts', () => {
  fc.assert(
    fc.property(organization, fc.infiniteStream(fc.nat()), (world, order) => {
      const shuffled = world.requests
        .map((request) => ({ request, rank: order.next().value as number }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ request }) => request)
      const entries: ApiLimitEntry[] = [...world.entries].reverse()
      expect(audited({ ...world, requests: shuffled, entries })).toEqual(audited(world))
    }),
    { numRuns: 200 },
  )
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { organizationGroups, workspaceOverrides } from '../../../src/collect/limits/entries.ts'
import type { ApiLimitEntry } from '../../../src/collect/limits/rate-limits.ts'
import { bandOf, transitionOf } from '../../../src/judge/headroom/bands.ts'
import { judge } from '../../../src/judge/headroom/verdicts.ts'
import { judgedLimiters } from '../../../src/judge/limits/effective.ts'
import { limitFindings } from '../../../src/judge/limits/limit-findings.ts'
import { createMeters } from '../../../src/judge/usage/meters.ts'
import type { VerdictRow } from '../../../src/report/report.ts'
import { verdictRow } from '../../../src/report/rows.ts'
import { snapshotOf } from '../../../src/vocabulary/limits/snapshot.ts'
import type { UsageRow } from '../../../src/vocabulary/use/usage-row.ts'
import { knownAlike } from '../../../src/vocabulary/use/window.ts'
import { foldRows } from '../usage/fold-rows.ts'

const START = Date.parse('2026-11-22T00:00:00Z')
const DAY = 86_400_000
const WINDOW = { start: START, end: START + DAY, days: 1, earlier: { start: START - DAY, end: START } }
const THRESHOLDS = { watch: 0.5, alert: 0.75 }

const entry = (limits: Record<string, number | null>, id = 'opus'): ApiLimitEntry => ({
  entryId: `rl_${id}`,
  groupId: null,
  groupType: 'model_group',
  displayName: `Claude ${id}`,
  models: [`claude-${id}-1`, `claude-${id}-2`],
  limits: Object.entries(limits).map(([type, value]) => ({ type, value })),
})

const row = (minute: number, parts: Partial<UsageRow>): UsageRow => ({
  at: START + minute * 60_000,
  model: 'claude-opus-1',
  workspaceId: 'wrkspc_a',
  apiKeyId: null,
  organizationId: null,
  unknownTokens: 0,
  serviceTier: 'standard',
  speed: 'standard',
  product: 'messages_api',
  requests: 0,
  uncachedInput: 0,
  cacheCreation: 0,
  cacheRead: 0,
  output: 0,
  webSearches: 0,
  ...parts,
})

function judgeWorld(
  limits: Record<string, number | null>,
  rows: UsageRow[],
  overrides: Record<string, number | null> = {},
) {
  const entries = [entry(limits)]
  const groups = organizationGroups(entries)
  const workspace = { id: 'wrkspc_a', name: 'production', archived: false }
  const own = Object.keys(overrides).length > 0 ? workspaceOverrides([entry(overrides)], groups) : []
  const current = snapshotOf(groups, [{ workspace, overrides: own }])
  const judged = judgedLimiters(current)
  const meters = createMeters({ limiters: judged, groups }, null, WINDOW)
  foldRows(meters, rows)
  const evidence = {
    judged,
    committed: null,
    current,
    meters,
    window: WINDOW,
    known: knownAlike(WINDOW.end),
    source: 'analytics',
  } as const
  const verdicts = judge({ ...evidence, thresholds: THRESHOLDS, peakWindow: 'minute' }).map(verdictRow)
  return { verdicts, findings: limitFindings(current, judged, [workspace]), meters }
}

const only = (verdicts: readonly VerdictRow[]): VerdictRow => {
  expect(verdicts).toHaveLength(1)
  return verdicts[0]!
}

test('two models of one group share its limit: 1,550 requests each in one minute are 77.5 % of 4,000', () => {
  const rows = (second: number) => [
    row(600, { requests: 1_550 }),
    row(second, { model: 'claude-opus-2', requests: 1_550 }),
  ]
  expect(only(judgeWorld({ requests_per_minute: 4_000 }, rows(600)).verdicts)).toMatchObject({
    utilization: 0.775,
    band: 'alert',
    peak: 3_100,
    peak_at: '2026-11-22T10:00:00Z',
  })
  expect(only(judgeWorld({ requests_per_minute: 4_000 }, rows(601)).verdicts)).toMatchObject({
    utilization: 0.3875,
    band: 'ok',
    bracket: 3_100,
  })
})

test('8M cache reads and 1M uncached are 50 % of a cache-aware 2M limit and 450 % of a plain one', () => {
  const rows = [row(1, { uncachedInput: 1_000_000, cacheRead: 8_000_000 })]
  expect(only(judgeWorld({ input_tokens_per_minute_cache_aware: 2_000_000 }, rows).verdicts).utilization).toBe(0.5)
  expect(only(judgeWorld({ input_tokens_per_minute: 2_000_000 }, rows).verdicts).utilization).toBe(4.5)
})

test('batch rows at ten times the limit leave the ratio unchanged', () => {
  const standard = row(1, { output: 40 })
  const batch = [
    row(1, { output: 1_000, serviceTier: 'batch' }),
    row(1, { output: 1_000, product: 'message_batches_api' }),
  ]
  const ratio = (rows: UsageRow[]) => only(judgeWorld({ output_tokens_per_minute: 100 }, rows).verdicts).utilization
  expect(ratio([standard, ...batch])).toBe(ratio([standard]))
})

test('fast rows count toward the fast limiters and nothing else', () => {
  const rows = [row(1, { output: 30 }), row(1, { output: 70, uncachedInput: 20, speed: 'fast' })]
  const { verdicts } = judgeWorld({ output_tokens_per_minute: 100, fast_otpm: 100, fast_itpmca: 100 }, rows)
  const used = Object.fromEntries(verdicts.map(({ limiter, utilization }) => [limiter, utilization]))
  expect(used).toEqual({ output_tokens_per_minute: 0.3, fast_otpm: 0.7, fast_itpmca: 0.2 })
})

test('an override of 5,000 above an organization of 4,000 is inert: 4,000 binds, and a finding says so', () => {
  const { verdicts, findings } = judgeWorld({ requests_per_minute: 4_000 }, [row(1, { requests: 2_000 })], {
    requests_per_minute: 5_000,
  })
  expect(verdicts[1]).toMatchObject({
    scope: { type: 'workspace', name: 'production' },
    limit: 4_000,
    configured: 5_000,
    limit_source: 'organization',
    utilization: 0.5,
  })
  expect(findings.map(({ kind }) => kind)).toContain('inert-override')
})

test('a plain input override beside a cache-aware organization counts cache reads, and a finding warns of it', () => {
  const { verdicts, findings } = judgeWorld(
    { input_tokens_per_minute_cache_aware: 1_000 },
    [row(1, { uncachedInput: 100, cacheRead: 800 })],
    { input_tokens_per_minute: 1_000 },
  )
  expect(verdicts.map(({ utilization }) => utilization)).toEqual([0.1, 0.9])
  expect(findings.find(({ kind }) => kind === 'cached-traffic-override')?.message).toContain('production')
})

test.each([
  [0, /the limit is 0/],
  [null, /gives no value/],
])('a limit of %s is unmeasured with its reason, never 0 %% and never ok', (limit, reason) => {
  const verdict = only(judgeWorld({ requests_per_minute: limit }, [row(1, { requests: 5 })]).verdicts)
  expect(verdict).toMatchObject({ band: 'unmeasured', utilization: null, peak: null, peak_at: null, transition: null })
  expect(verdict.reason).toMatch(reason)
})

test('a model group that lists no models is unmeasured: nobody knows whose use would count, and that is not 0 %', () => {
  const groups = organizationGroups([{ ...entry({ requests_per_minute: 10 }), models: null }])
  const judged = judgedLimiters(snapshotOf(groups, []))
  const meters = createMeters({ limiters: judged, groups }, null, WINDOW)
  foldRows(meters, [row(1, { requests: 9 })])
  const world = {
    judged,
    committed: null,
    current: snapshotOf(groups, []),
    meters,
    window: WINDOW,
    known: knownAlike(WINDOW.end),
  }
  const verdict = only(
    judge({ ...world, source: 'analytics', thresholds: THRESHOLDS, peakWindow: 'minute' }).map(verdictRow),
  )
  expect(verdict).toMatchObject({ band: 'unmeasured', utilization: null, reason: expect.stringContaining('no models') })
})

test('a row without a request count makes requests unmeasured and leaves tokens measured', () => {
  const { verdicts } = judgeWorld({ requests_per_minute: 10, output_tokens_per_minute: 10 }, [
    row(1, { requests: null, output: 5 }),
  ])
  expect(verdicts.map(({ limiter, band }) => [limiter, band])).toEqual([
    ['output_tokens_per_minute', 'watch'],
    ['requests_per_minute', 'unmeasured'],
  ])
})

test('a dated model counts in the group that lists its alias, unless some group lists the dated one', () => {
  const dated = row(1, { model: 'claude-opus-1-20251101', output: 8 })
  expect(judgeWorld({ output_tokens_per_minute: 10 }, [dated]).verdicts).toMatchObject([{ peak: 8, band: 'alert' }])
})

test('the sum over workspaces is the organization, minute by minute', () => {
  const rows = fc.array(
    fc.record({
      minute: fc.integer({ min: 0, max: 1_439 }),
      output: fc.integer({ min: 1, max: 100 }),
      workspaceId: fc.constantFrom('wrkspc_a', 'wrkspc_b'),
    }),
  )
  fc.assert(
    fc.property(rows, (uses) => {
      const groups = organizationGroups([entry({ output_tokens_per_minute: 100 })])
      const of = (id: string) => ({
        workspace: { id, name: id, archived: false },
        overrides: workspaceOverrides([entry({ output_tokens_per_minute: 50 })], groups),
      })
      const judged = judgedLimiters(snapshotOf(groups, [of('wrkspc_a'), of('wrkspc_b')]))
      const meters = createMeters({ limiters: judged, groups }, null, WINDOW)
      const folded = uses.map(({ minute, ...parts }) => row(minute, parts))
      foldRows(meters, folded)
      const [organization, a, b] = meters.all.map(({ series }) => series ?? new Float64Array(2 * 1_440))
      expect(organization).toEqual(a!.map((value, minute) => value + b![minute]!))
    }),
    { numRuns: 50 },
  )
})

describe('bands and transitions', () => {
  test.each([
    [0.4999, 'ok'],
    [0.5, 'watch'],
    [0.7499, 'watch'],
    [0.75, 'alert'],
    [4.5, 'alert'],
  ])('%d is %s: both lines belong to the band above', (ratio, band) => {
    expect(bandOf(ratio, THRESHOLDS)).toBe(band)
  })

  test.each([
    ['ok', 'ok', null],
    ['ok', 'watch', null],
    ['ok', 'alert', 'recovered'],
    ['ok', null, null],
    ['watch', 'ok', 'new'],
    ['watch', 'watch', 'continuing'],
    ['watch', 'alert', 'recovered'],
    ['watch', null, 'new'],
    ['alert', 'ok', 'new'],
    ['alert', 'watch', 'worse'],
    ['alert', 'alert', 'continuing'],
    ['alert', null, 'new'],
  ] as const)('%s after %s is %s', (now, before, transition) => {
    expect(transitionOf(now, before, true)).toBe(transition)
  })

  test('nothing recovers on data that is not complete', () => {
    expect(transitionOf('ok', 'alert', false)).toBeNull()
    expect(transitionOf('alert', 'ok', false)).toBe('new')
  })
})

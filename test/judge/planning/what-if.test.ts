import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GroupView } from '../../../src/judge/headroom/group-views.ts'
import { cacheWhatIf, overProvisioned, READ_SHARES, tierWhatIf } from '../../../src/judge/planning/what-if.ts'
import { PUBLISHED, TIERS } from '../../../src/vocabulary/limits/published-tiers.ts'
import { UNMEASURED, verdictOf } from './verdict.ts'

const GROUP = { type: 'model_group', name: 'Claude Opus 4.x' }
const OPUS = {
  ...GROUP,
  models: ['claude-opus-4-6'],
  limits: { requests_per_minute: 4000, input_tokens_per_minute_cache_aware: 7_000_000 },
}
const START = Date.UTC(2026, 10, 22)

function viewOf(hourly: (number | null)[], share = 0.3): GroupView {
  return {
    scope: { type: 'organization' },
    group: GROUP,
    binds: [],
    cache: { readShare: share, stretch: null, hourlyReadShare: hourly, hourlyInput: hourly.map(() => 1) },
  }
}

describe('what if another tier', () => {
  test('is the same peak by the published limit, held against single requests counted tier by tier', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PUBLISHED.groups.filter(({ type }) => type === 'model_group')),
        fc.integer({ min: 1, max: 3000 }),
        (published, requests) => {
          const group = {
            type: 'model_group',
            name: 'G',
            models: [...published.models],
            limits: { requests_per_minute: 123 },
          }
          const [row] = tierWhatIf([verdictOf({ group: { type: 'model_group', name: 'G' }, peak: requests })], [group])
          for (const tier of TIERS) {
            // One request after another uses up one part of the published limit.
            let used = 0
            for (let request = 0; request < requests; request++) used += 1 / published.limits.requests_per_minute![tier]
            expect(row?.byTier[tier]).toBeCloseTo(used, 8)
          }
        },
      ),
    )
  })

  test('says nothing of workspaces, of what is unmeasured, unpublished or of an unknown group', () => {
    const rows = [
      verdictOf({ scope: { type: 'workspace', id: 'w', name: 'w' } }),
      UNMEASURED,
      verdictOf({ limiter: 'fast_otpm' }),
      verdictOf({ group: { type: 'model_group', name: 'Other' } }),
    ]
    expect(tierWhatIf(rows, [OPUS, { ...OPUS, name: 'Other', models: ['claude-next'] }])).toEqual([])
  })
})

describe('what if another part of the input were read from the cache', () => {
  test('is what counting token by token gives', () => {
    const scenario = fc.record({
      input: fc.integer({ min: 1, max: 400 }).map((tens) => tens * 10),
      reads: fc.integer({ min: 0, max: 9 }),
      limit: fc.integer({ min: 100, max: 10_000 }),
    })
    fc.assert(
      fc.property(scenario, ({ input, reads, limit }) => {
        // Of every ten tokens the first few are read from the cache: the twin counts the others, one by one.
        const counted = (readTenths: number) => {
          let tokens = 0
          for (let token = 0; token < input; token++) if (token % 10 >= readTenths) tokens++
          return tokens / limit
        }
        const peak = counted(reads) * limit
        const hourly = Array.from({ length: 24 }, (_, hour) => (hour === 14 ? reads / 10 : 0.123))
        const [row] = cacheWhatIf(
          [verdictOf({ limiter: 'input_tokens_per_minute_cache_aware', limit, peak })],
          [viewOf(hourly)],
          START,
        )
        expect(row?.readShare).toBe(reads / 10)
        READ_SHARES.forEach((share, index) => {
          expect(row?.byShare[index]).toBeCloseTo(counted(share * 10), 9)
        })
      }),
    )
  })

  const inputVerdict = verdictOf({ limiter: 'input_tokens_per_minute_cache_aware' })
  test('goes by the cache of its own group in the organization, and by no other', () => {
    const other = { ...viewOf([], 0.9), group: { ...GROUP, name: 'Claude Sonnet 5' } }
    const ofWorkspace = { ...viewOf([], 0.8), scope: { type: 'workspace' as const, id: 'w', name: 'w' } }
    const views = [other, ofWorkspace, viewOf([])]
    expect(cacheWhatIf([inputVerdict], views, START)[0]?.readShare).toBe(0.3)
  })

  test("takes the window's share where that of the peak's hour is not known", () => {
    expect(cacheWhatIf([inputVerdict], [viewOf([])], START)[0]?.readShare).toBe(0.3)
  })

  test.each([
    ['a limiter that counts cache reads', verdictOf({ limiter: 'input_tokens_per_minute' }), viewOf([])],
    ['output', verdictOf({ limiter: 'output_tokens_per_minute' }), viewOf([])],
    ['fast mode, whose share is not known', verdictOf({ limiter: 'fast_itpmca' }), viewOf([])],
    ['no use at all', { ...inputVerdict, peak: 0, utilization: 0 }, viewOf([])],
    ['input read wholly from the cache', inputVerdict, viewOf([], 1)],
    ['a group without input', inputVerdict, { ...viewOf([]), cache: null }],
  ])('says nothing of %s', (_, verdict, view) => {
    expect(cacheWhatIf([verdict], [view], START)).toEqual([])
  })
})

describe('over-provisioned', () => {
  const low = verdictOf({ peak: 99 })
  const zero = verdictOf({ limiter: 'output_tokens_per_minute', peak: 0 })

  test('is a group of which no limit was used a tenth', () => {
    expect(overProvisioned([low, zero], true)).toEqual([
      { scope: { type: 'organization' }, group: GROUP, highest: 0.099 },
    ])
  })

  test.each([
    ['one limit used a tenth', [low, verdictOf({ limiter: 'x', peak: 100 })], true],
    ['one limit unmeasured', [low, { ...UNMEASURED, limiter: 'x' }], true],
    ['one limit measured only from below', [low, verdictOf({ limiter: 'x', peak: 1, lowerBound: true })], true],
    ['part of the window missing', [low, zero], false],
  ])('is not said with %s', (_, verdicts, isComplete) => {
    expect(overProvisioned(verdicts, isComplete)).toEqual([])
  })

  test('is judged apart for each workspace and the organization', () => {
    const busy = verdictOf({ peak: 900 })
    const workspace = verdictOf({ scope: { type: 'workspace', id: 'w', name: 'idle' }, peak: 1 })
    expect(overProvisioned([busy, workspace], true).map(({ scope }) => scope)).toEqual([workspace.scope])
  })
})

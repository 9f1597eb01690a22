import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EXAMPLE, PRODUCTION, RESEARCH } from '../../../scripts/gateway-example.ts'
import { formatGateway, gatewayOf, gatewaySchema } from '../../../src/tell/files/gateway.ts'
import type { RateLimitGroup } from '../../../src/vocabulary/limits/groups.ts'

const OPUS = 'Claude Opus 4.x'
const gateway = gatewayOf(EXAMPLE, [PRODUCTION, RESEARCH])

describe('the gateway file', () => {
  test('gives each model and alias its group', () => {
    expect(gateway.models).toEqual({ 'claude-opus-4-5': OPUS, 'claude-opus-4-6': OPUS })
  })

  test('gives a workspace its own limits, and all it inherits beside them', () => {
    expect(gateway.workspaces[PRODUCTION.id]).toEqual({
      name: 'production',
      limits: {
        [OPUS]: {
          input_tokens_per_minute_cache_aware: 2_000_000,
          output_tokens_per_minute: 400_000,
          requests_per_minute: 1_000,
        },
      },
    })
  })

  test("gives a workspace without limits of its own the organization's", () => {
    expect(gateway.workspaces[RESEARCH.id]?.limits).toEqual(gateway.organization)
  })

  test('never gives more than the organization has: a higher override is inert', () => {
    const overrides = [{ type: 'model_group', name: OPUS, models: [], limits: { requests_per_minute: 9_000 } }]
    const inert = gatewayOf({ ...EXAMPLE, workspaces: [{ ...PRODUCTION, overrides }] }, [])
    expect(inert.workspaces[PRODUCTION.id]?.limits[OPUS]?.requests_per_minute).toBe(4_000)
  })

  test('keeps both input limits where a workspace has one that the organization has not: each counts in its own way', () => {
    const overrides = [{ type: 'model_group', name: OPUS, models: [], limits: { input_tokens_per_minute: 50_000 } }]
    const both = gatewayOf({ ...EXAMPLE, workspaces: [{ ...PRODUCTION, overrides }] }, [])
    expect(both.workspaces[PRODUCTION.id]?.limits[OPUS]).toMatchObject({
      input_tokens_per_minute: 50_000,
      input_tokens_per_minute_cache_aware: 2_000_000,
    })
    expect(both.organization[OPUS]).not.toHaveProperty('input_tokens_per_minute')
  })

  test('names surfaces without models by their type, whatever they are displayed as', () => {
    const batch: RateLimitGroup = {
      type: 'batch',
      name: 'Message Batches',
      models: [],
      limits: { requests_per_minute: 5 },
    }
    expect(gatewayOf({ groups: [batch], workspaces: [] }, []).organization).toEqual({
      batch: { requests_per_minute: 5 },
    })
  })

  test('gives a model that stands in two groups the first of them, and each group its limits', () => {
    const first: RateLimitGroup = { type: 'model_group', name: 'A', models: ['shared', 'a'], limits: { fast_otpm: 1 } }
    const second: RateLimitGroup = { ...first, name: 'B', models: ['b', 'shared'], limits: { fast_otpm: 2 } }
    const both = gatewayOf({ groups: [first, second], workspaces: [] }, [])
    expect(both.models).toEqual({ a: 'A', b: 'B', shared: 'A' })
    expect(both.organization).toEqual({ A: { fast_otpm: 1 }, B: { fast_otpm: 2 } })
  })

  test('keeps an override whose group the organization no longer lists', () => {
    const overrides = [{ type: 'model_group', name: 'Old', models: [], limits: { requests_per_minute: 7 } }]
    const limits = gatewayOf({ groups: [], workspaces: [{ ...PRODUCTION, overrides }] }, []).workspaces[PRODUCTION.id]
      ?.limits
    expect(limits).toEqual({ Old: { requests_per_minute: 7 } })
  })

  test('a limit without a value stays null: not stated is not unlimited', () => {
    const group = { ...EXAMPLE.groups[0]!, limits: { requests_per_minute: null } }
    expect(gatewayOf({ groups: [group], workspaces: [] }, [RESEARCH]).workspaces[RESEARCH.id]?.limits[OPUS]).toEqual({
      requests_per_minute: null,
    })
  })

  test('an override without a value is no override: the workspace inherits', () => {
    const overrides = [{ type: 'model_group', name: OPUS, models: [], limits: { requests_per_minute: null } }]
    const inheriting = gatewayOf({ ...EXAMPLE, workspaces: [{ ...PRODUCTION, overrides }] }, [])
    expect(inheriting.workspaces[PRODUCTION.id]?.limits).toEqual(inheriting.organization)
  })

  test('an override without a value stays null where there is nothing to inherit: named, and not unlimited', () => {
    const overrides = [
      { type: 'model_group', name: OPUS, models: [], limits: { input_tokens_per_minute: null } },
      { type: 'model_group', name: 'Old', models: [], limits: { requests_per_minute: null } },
    ]
    const inheriting = gatewayOf({ ...EXAMPLE, workspaces: [{ ...PRODUCTION, overrides }] }, [])
    expect(inheriting.workspaces[PRODUCTION.id]?.limits).toEqual({
      [OPUS]: { ...inheriting.organization[OPUS], input_tokens_per_minute: null },
      Old: { requests_per_minute: null },
    })
  })

  test('has the same bytes whatever order the limits were read in', () => {
    const other = { ...EXAMPLE.groups[0]!, name: 'A first one', models: ['claude-a'] }
    const snapshot = { groups: [...EXAMPLE.groups, other], workspaces: EXAMPLE.workspaces }
    const bytes = formatGateway(gatewayOf(snapshot, [PRODUCTION, RESEARCH]))
    fc.assert(
      fc.property(
        fc.shuffledSubarray(snapshot.groups, { minLength: 2 }),
        fc.shuffledSubarray([PRODUCTION, RESEARCH], { minLength: 2 }),
        (groups, workspaces) => {
          const limits = (group: RateLimitGroup) => Object.fromEntries(Object.entries(group.limits).toReversed())
          const shuffled = groups.map((group) => ({
            ...group,
            models: group.models.toReversed(),
            limits: limits(group),
          }))
          expect(formatGateway(gatewayOf({ ...snapshot, groups: shuffled }, workspaces))).toBe(bytes)
        },
      ),
    )
  })

  test('is what its schema says', () => {
    expect(gatewaySchema.parse(JSON.parse(formatGateway(gateway)))).toEqual(gateway)
  })
})

/** Twin: the lower of what either scope says, looked up by hand. */
test('every effective limit is the lowest that any scope sets', () => {
  const limits = fc.dictionary(
    fc.constantFrom('a_per_minute', 'b_per_minute', 'c_per_minute'),
    fc.option(fc.integer({ min: 0, max: 9 })),
  )
  fc.assert(
    fc.property(limits, limits, (organization, own) => {
      const group: RateLimitGroup = { type: 'model_group', name: 'G', models: ['m'], limits: organization }
      const overrides = [{ ...group, models: [], limits: own }]
      const file = gatewayOf({ groups: [group], workspaces: [{ ...PRODUCTION, overrides }] }, [])
      const effective = file.workspaces[PRODUCTION.id]?.limits.G ?? {}
      for (const limiter of ['a_per_minute', 'b_per_minute', 'c_per_minute']) {
        const lowest = Math.min(organization[limiter] ?? Infinity, own[limiter] ?? Infinity)
        expect(effective[limiter] ?? Infinity).toBe(lowest)
      }
    }),
  )
})

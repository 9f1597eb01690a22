import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { countingTable, generatedFiles } from '../../scripts/docs.ts'
import { judge } from '../../src/judge/headroom/verdicts.ts'
import { judgedLimiters } from '../../src/judge/limits/effective.ts'
import { createMeters } from '../../src/judge/usage/meters.ts'
import { limiterName } from '../../src/tell/words/format.ts'
import type { RateLimitGroup } from '../../src/vocabulary/limits/groups.ts'
import { LIMITERS, type LimiterRule } from '../../src/vocabulary/limits/limiters.ts'
import type { UsageRow } from '../../src/vocabulary/use/usage-row.ts'
import { knownAlike, MINUTE, windowOf } from '../../src/vocabulary/use/window.ts'
import { foldRows } from '../judge/usage/fold-rows.ts'
import { projectFiles } from './yaml-blocks.ts'

const NEW: LimiterRule = {
  type: 'searches_per_minute_of_tomorrow',
  group: 'model_group',
  label: 'searches/min',
  long: 'searches per minute',
  unit: 'requests',
  per: 'minute',
  stream: 'standard',
  counts: ['webSearches'],
  lowerBound: false,
}

const DAY = Date.UTC(2026, 10, 22)
const window = windowOf(DAY, 1, 'day-before')
const group: RateLimitGroup = {
  type: 'model_group',
  name: 'Claude Opus 4.x',
  models: ['claude-opus-4-6'],
  limits: { [NEW.type]: 100 },
}
const row: UsageRow = {
  at: DAY + 14 * 60 * MINUTE,
  model: 'claude-opus-4-6',
  workspaceId: null,
  serviceTier: 'standard',
  speed: 'standard',
  product: 'messages_api',
  apiKeyId: null,
  organizationId: null,
  unknownTokens: 0,
  requests: 80,
  uncachedInput: 0,
  cacheCreation: 0,
  cacheRead: 0,
  output: 0,
  webSearches: 80,
}

/** The audit of one group with one limit, from limits and rows to its verdict. */
function verdictOnOneLimit() {
  const limits = { groups: [group], workspaces: [] }
  const judged = judgedLimiters(limits)
  const meters = createMeters({ limiters: judged, groups: limits.groups }, null, window)
  foldRows(meters, [row])
  return judge({
    judged,
    committed: null,
    current: limits,
    meters,
    window,
    known: knownAlike(window.end),
    source: 'analytics',
    thresholds: { watch: 0.5, alert: 0.75 },
    peakWindow: 'minute',
  })[0]
}

describe('A limiter that Anthropic adds', () => {
  test('is unmeasured, with a reason, as long as the catalogue does not know it', () => {
    expect(verdictOnOneLimit()).toMatchObject({ limiter: NEW.type, band: 'unmeasured' })
    expect(verdictOnOneLimit()).toMatchObject({ reason: expect.stringContaining(NEW.type) })
  })

  describe('once it is one entry of the catalogue', () => {
    const catalogue = LIMITERS as LimiterRule[]
    beforeEach(() => {
      catalogue.push(NEW)
    })
    afterEach(() => {
      catalogue.pop()
    })

    test('is measured and judged', () => {
      expect(verdictOnOneLimit()).toMatchObject({ peak: 80, utilization: 0.8, band: 'alert' })
    })

    test('has its name in every message', () => {
      expect(limiterName({ group, limiter: NEW.type }, (text) => text)).toBe('searches/min')
    })

    test('has its row in the docs after npm run docs, and changes no other generated text', async () => {
      const stale = (await generatedFiles()).filter(({ path, text }) => text !== readFileSync(path, 'utf8'))
      expect(stale.map(({ path }) => path)).toEqual(['docs/counting.md'])
      expect(stale[0]?.text).toContain(
        `| \`${NEW.type}\` | \`model_group\` | web searches | standard speed | busiest UTC minute |`,
      )
    })
  })
})

describe('The catalogue of limiters', () => {
  test('is the table of docs/counting.md, row by row', () => {
    const table = countingTable(LIMITERS)
    expect(table.split('\n')).toHaveLength(LIMITERS.length + 2)
    expect(readFileSync('docs/counting.md', 'utf8')).toContain(table)
  })

  // The two input limiters are also compared with each other (drift, findings, advice): that is about this pair, not a list.
  test('is the only place in the code that knows what limiters there are; others say something of some of them', () => {
    const pair = ['input_tokens_per_minute', 'input_tokens_per_minute_cache_aware']
    const types = LIMITERS.map(({ type }) => type).filter((type) => !pair.includes(type))
    const tables = [
      'src/vocabulary/limits/limiters.ts',
      'src/vocabulary/limits/published-tiers.ts', // figures that Anthropic prints; a limiter without one is nothing to add
      'src/collect/headers-log/entry.ts', // which response header speaks of which limiter
      'src/judge/headers-log/seen-limits.ts', // the one header that speaks of several
    ]
    const others = projectFiles('src/**.ts').filter((path) => !tables.includes(path))
    expect(others.length).toBeGreaterThan(10)
    const naming = others.flatMap((path) => {
      const code = readFileSync(path, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      const named = (type: string) => new RegExp(`(['"\`])${type}\\1|\\.${type}\\b|\\b${type}:`).test(code)
      return types.filter(named).map((type) => `${path}: ${type}`)
    })
    expect(naming).toEqual([])
  })

  test('is shown to contributors where it is, and this proof with it', () => {
    const guide = readFileSync('CONTRIBUTING.md', 'utf8')
    expect(guide).toContain('src/vocabulary/limits/limiters.ts')
    expect(guide).toContain('docs/counting.md#what-each-limiter-counts')
    expect(guide).toContain('test/project/limiters-docs.test.ts')
  })
})

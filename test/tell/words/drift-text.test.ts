import { describe, expect, test } from 'vitest'
import type { DriftRow } from '../../../src/report/report.ts'
import { crossesAlertLine } from '../../../src/tell/words/drift-consequence.ts'
import { driftCounts, driftSentence, isCut, orderDrift } from '../../../src/tell/words/drift-text.ts'
import { drift } from '../drift.ts'
import { EXAMPLES } from '../examples.ts'

const quiet = EXAMPLES['quiet-day'].report
const asIs = (text: string) => text

const production = { type: 'workspace', id: 'wrkspc_1', name: 'production' } as const

describe('a drift reads', () => {
  test.each<[string, Partial<DriftRow>]>([
    [
      "Claude Opus 4.x, output tokens/min: 800,000 → 400,000 (−50 %). The day's peak 310,000 was 38.8 % and is now 77.5 %: over the alert line.",
      { peak: 310_000, utilization_before: 0.3875, utilization_after: 0.775 },
    ],
    [
      "Claude Opus 4.x, output tokens/min: 800,000 → 400,000 (−50 %). The day's peak 300,000 was 37.5 % and is now 75 %: at the alert line.",
      { peak: 300_000, utilization_before: 0.375, utilization_after: 0.75 },
    ],
    [
      "Claude Opus 4.x, output tokens/min: 800,000 → 400,000 (−50 %). The day's peak 500,000 was 62.5 % and is now 125 %: over the limit itself.",
      { peak: 500_000, utilization_before: 0.625, utilization_after: 1.25 },
    ],
    [
      "Claude Opus 4.x, output tokens/min: 400,000 → 800,000 (+100 %). The day's peak 310,000 was 77.5 % and is now 38.8 %: back below the watch line.",
      {
        class: 'raised',
        before: 400_000,
        after: 800_000,
        peak: 310_000,
        utilization_before: 0.775,
        utilization_after: 0.3875,
      },
    ],
    ['Claude Opus 4.x, output tokens/min: 800,000 → 400,000 (−50 %).', {}],
    [
      "Claude Opus 4.x, output tokens/min: new limit of 400,000. The day's peak 240,000 is 60 % of it: over the watch line.",
      { class: 'limiter-added', before: null, peak: 240_000, utilization_after: 0.6 },
    ],
    [
      "Claude Opus 4.x, output tokens/min: limit of 800,000 no longer listed. The day's peak 240,000 was 30 % of it.",
      { class: 'limiter-removed', after: null, peak: 240_000, utilization_before: 0.3 },
    ],
    [
      "Claude Opus 4.x, input tokens/min (cache-aware): changed from input tokens/min (cache reads count), 800,000 → 400,000 (−50 %). The day's peak, counted each way, was 90 % and is now 20 %: back below the watch line.",
      {
        class: 'limiter-changed',
        limiter: 'input_tokens_per_minute_cache_aware',
        from: 'input_tokens_per_minute',
        peak: 80_000,
        utilization_before: 0.9,
        utilization_after: 0.2,
      },
    ],
    [
      "Workspace production, Claude Opus 4.x, output tokens/min: limit of its own set to 400,000. The day's peak 80,000 was 10 % and is now 20 %.",
      {
        class: 'override-added',
        scope: production,
        before: null,
        peak: 80_000,
        utilization_before: 0.1,
        utilization_after: 0.2,
      },
    ],
    [
      "Workspace production, Claude Opus 4.x, output tokens/min: limit of its own 800,000 → 400,000 (−50 %). The day's peak 80,000 is 20 % of what binds, as before.",
      { class: 'override-changed', scope: production, peak: 80_000, utilization_before: 0.2, utilization_after: 0.2 },
    ],
    [
      "Workspace production, Claude Opus 4.x, output tokens/min: limit of its own of 800,000 removed, the organization's applies. The day's peak 80,000 was 80 % and is now 10 %: back below the watch line.",
      {
        class: 'override-removed',
        scope: production,
        after: null,
        peak: 80_000,
        utilization_before: 0.8,
        utilization_after: 0.1,
      },
    ],
    [
      'Claude Opus 4.x: new group of limits. Its limits are judged from this run on.',
      { class: 'group-added', limiter: null },
    ],
    [
      'Claude Opus 4.x: claude-opus-5 moved here from Claude Opus 5. Its use counts toward this group from now on.',
      { class: 'model-moved', limiter: null, model: 'claude-opus-5', from: 'Claude Opus 5' },
    ],
  ])('%s', (sentence, given) => {
    expect(driftSentence(drift(given), quiet, asIs)).toBe(sentence)
  })
})

test('cuts come first, then what is closest to its limit', () => {
  const ordered = orderDrift(EXAMPLES.drift.report.drift).map((item) => item.class)
  expect(ordered).toEqual(['cut', 'limiter-changed', 'raised', 'override-added', 'group-added', 'model-moved'])
})

test('an override that changes nothing is no cut, and a new limit is one', () => {
  expect(
    isCut(drift({ class: 'override-added', before: null, peak: 5, utilization_before: 0.1, utilization_after: 0.1 })),
  ).toBe(false)
  expect(isCut(drift({ class: 'limiter-added', before: null }))).toBe(true)
  expect(isCut(drift({}))).toBe(true)
  expect(isCut(drift({ class: 'raised', before: 1, after: 2 }))).toBe(false)
})

test('a drift is serious where it alone lifts the peak over the alert line', () => {
  expect(crossesAlertLine(drift({ utilization_before: 0.7, utilization_after: 0.75 }), quiet)).toBe(true)
  expect(crossesAlertLine(drift({ utilization_before: 0.8, utilization_after: 0.9 }), quiet)).toBe(false)
})

test('a drift is judged by the lines of its own limit, where the policy file gives it some', () => {
  const [first] = quiet.verdicts
  const cut = drift({
    limiter: first!.limiter,
    group: first!.group,
    peak: 80,
    utilization_before: 0.4,
    utilization_after: 0.8,
  })
  const report = { ...quiet, verdicts: [{ ...first!, thresholds: { watch: 0.5, alert: 0.9 } }] }
  expect(driftSentence(cut, report, asIs)).toMatch(/was 40 % and is now 80 %: over the watch line\.$/)
  expect(crossesAlertLine(cut, report)).toBe(false)
  expect(crossesAlertLine(cut, quiet)).toBe(true)
})

test('a peak of several days is called theirs', () => {
  const week = { ...quiet, window: EXAMPLES.week.report.window }
  expect(driftSentence(drift({ peak: 5, utilization_after: 0.1 }), week, asIs)).toContain(
    "The 7 days' peak 5 is 10 % of it.",
  )
})

describe('an override that binds nothing', () => {
  const inert = EXAMPLES.drift.report.verdicts.find(({ configured, limit }) => (configured ?? 0) > (limit ?? 0))!
  const organization = { type: 'organization' } as const
  const at = { group: inert.group, limiter: inert.limiter }

  test('is called inert when it is set', () => {
    const set = drift({ ...at, class: 'override-added', scope: inert.scope, before: null, after: 5_000 })
    expect(driftSentence(set, EXAMPLES.drift.report, asIs)).toMatch(
      /set to 5,000\. It is inert: the organization's 4,000 is lower and binds\.$/,
    )
  })

  test("is named with the organization's cut that makes it inert, and only with that", () => {
    const sentence = (before: number, after: number) =>
      driftSentence(drift({ ...at, scope: organization, before, after }), EXAMPLES.drift.report, asIs)
    expect(sentence(8_000, 4_000)).toMatch(/1 limit of workspaces becomes inert: workspace research_batch \(5,000\)\.$/)
    expect(sentence(4_500, 4_000)).not.toContain('inert')
    expect(sentence(2_000, 4_000)).not.toContain('inert')
  })
})

test('changes are counted by class, the rest of them together', () => {
  expect(driftCounts([drift({}), drift({}), drift({ class: 'raised' }), drift({ class: 'model-added' })])).toBe(
    '2 limits cut, 1 limit raised, 1 model added',
  )
  expect(
    driftCounts(
      [drift({}), drift({ class: 'raised' }), drift({ class: 'model-added' }), drift({ class: 'model-moved' })],
      2,
    ),
  ).toBe('1 limit cut, 1 limit raised, 2 more changes')
})

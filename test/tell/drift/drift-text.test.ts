import { describe, expect, test } from 'vitest'
import type { DriftRow } from '../../../src/report/report.ts'
import { crossesAlertLine, isCut, orderDrift } from '../../../src/tell/drift/drift-figures.ts'
import { driftCounts, driftSentence, driftTally } from '../../../src/tell/drift/drift-text.ts'
import { consequence, drift } from '../drift.ts'
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
      "Claude Opus 4.x, input tokens/min (cache reads free): 800,000 → 400,000 (−50 %), which no longer counts cache reads. The day's peak, counted each way, was 720,000 (90 %) and is now 80,000 (20 %): back below the watch line.",
      {
        class: 'limiter-changed',
        limiter: 'input_tokens_per_minute_cache_aware',
        from: 'input_tokens_per_minute',
        consequences: [
          consequence('Claude Opus 4.x', [720_000, 800_000], [80_000, 400_000], 'input_tokens_per_minute_cache_aware'),
        ],
      },
    ],
    [
      "Workspace production, Claude Opus 4.x, output tokens/min: 800,000 (the organization's) → 400,000. The day's peak 80,000 was 10 % and is now 20 %.",
      {
        class: 'override-added',
        scope: production,
        before: null,
        inherited: 800_000,
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
      "Workspace production, Claude Opus 4.x, output tokens/min: 100,000 → 800,000 (the organization's). The day's peak 80,000 was 80 % and is now 10 %: back below the watch line.",
      {
        class: 'override-removed',
        scope: production,
        before: 100_000,
        after: null,
        inherited: 800_000,
        peak: 80_000,
        utilization_before: 0.8,
        utilization_after: 0.1,
      },
    ],
    [
      "Workspace production, Claude Opus 4.x, output tokens/min: limit of its own of 100,000 removed, and the organization has none. The day's peak 80,000 was 80 % of it.",
      {
        class: 'override-removed',
        scope: production,
        before: 100_000,
        after: null,
        inherited: null,
        peak: 80_000,
        utilization_before: 0.8,
      },
    ],
    [
      'Claude Opus 5: new group: claude-opus-5; 350 output tokens/min and 20 requests/min. Its limits are judged from this run on.',
      {
        class: 'group-added',
        limiter: null,
        group: { type: 'model_group', name: 'Claude Opus 5' },
        models: ['claude-opus-5'],
        limits: [
          { limiter: 'output_tokens_per_minute', limit: 350 },
          { limiter: 'requests_per_minute', limit: 20 },
        ],
      },
    ],
    [
      "Claude Opus 5: new group: claude-opus-5; 350 output tokens/min. The day's peak by limit: output tokens/min: 300 was part of 450 of 1,000 (45 %) and is now 300 of 350 (85.7 %): over the alert line. Claude Opus 4.x, output tokens/min: 450 of 1,000 (45 %) → 150 of 1,000 (15 %).",
      {
        class: 'group-added',
        limiter: null,
        group: { type: 'model_group', name: 'Claude Opus 5' },
        models: ['claude-opus-5'],
        limits: [{ limiter: 'output_tokens_per_minute', limit: 350 }],
        consequences: [
          consequence('Claude Opus 5', null, [300, 350]),
          consequence('Claude Opus 4.x', [450, 1_000], [150, 1_000]),
        ],
      },
    ],
    [
      "Claude Opus 4.x, output tokens/min: 70,000 → 35,000 (−50 %). The day's peak: 27,183 of 70,000 (38.8 %) → 50,668 of 35,000 (144.8 %): over the limit itself. By the old limit, the move alone would make it 72.4 %.",
      {
        before: 70_000,
        after: 35_000,
        consequences: [consequence('Claude Opus 4.x', [27_183, 70_000], [50_668, 35_000])],
      },
    ],
    [
      'Claude Opus 4.x, input tokens/min (cache reads free): 660,000, which no longer counts cache reads.',
      {
        class: 'limiter-changed',
        limiter: 'input_tokens_per_minute_cache_aware',
        from: 'input_tokens_per_minute',
        before: 660_000,
        after: 660_000,
      },
    ],
    [
      'Files: group no longer listed.',
      {
        class: 'group-retired',
        limiter: null,
        group: { type: 'files', name: 'files' },
        before: null,
        after: null,
        models: [],
        unlisted_models: [],
      },
    ],
    [
      'Claude Opus 4.x: group no longer listed. Use of claude-opus-4-5 is reported as unmatched from now on.',
      {
        class: 'group-retired',
        limiter: null,
        models: ['claude-opus-4-5', 'claude-opus-4-6'],
        unlisted_models: ['claude-opus-4-5'],
      },
    ],
    [
      "Workspace production: new workspace. It has no limits of its own: it may use all of the organization's limits.",
      { class: 'workspace-added', scope: production, group: null, limiter: null },
    ],
    [
      'Workspace production: archived: its own limits are gone.',
      { class: 'workspace-archived', scope: production, group: null, limiter: null },
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
  expect(ordered).toEqual(['cut', 'group-added', 'model-moved', 'limiter-changed', 'raised', 'override-added'])
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
  expect(crossesAlertLine(drift({ peak: 1, utilization_before: 0.7, utilization_after: 0.75 }), quiet)).toBe(true)
  expect(crossesAlertLine(drift({ peak: 1, utilization_before: 0.8, utilization_after: 0.9 }), quiet)).toBe(false)
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

  test('is said to have no effect when it is set', () => {
    const set = drift({ ...at, class: 'override-added', scope: inert.scope, before: null, after: 5_000 })
    expect(driftSentence(set, EXAMPLES.drift.report, asIs)).toMatch(
      /set to 5,000\. It has no effect: the organization's 4,000 is lower and binds\.$/,
    )
  })

  test("is named with the organization's cut that takes its effect, and only with that", () => {
    const sentence = (before: number, after: number) =>
      driftSentence(drift({ ...at, scope: organization, before, after }), EXAMPLES.drift.report, asIs)
    expect(sentence(8_000, 4_000)).toMatch(
      /1 limit of workspaces has no effect any more: workspace research_batch \(5,000\)\.$/,
    )
    expect(sentence(4_500, 4_000)).not.toContain('no effect')
    expect(sentence(2_000, 4_000)).not.toContain('no effect')
  })
})

test('changes are counted by class, in a line of a log the rest of them together', () => {
  const all = [
    ...[drift({}), drift({}), drift({ class: 'raised' }), drift({ class: 'model-added' })],
    ...[drift({ class: 'model-moved' }), drift({ class: 'model-moved' }), drift({ class: 'workspace-added' })],
  ]
  expect(driftCounts(all)).toBe('2 limits cut, 1 limit raised, 1 model added, 2 models moved, 1 workspace added')
  expect(driftTally(all)).toBe('2 cut, 1 raised, 1 model added, 3 more')
  expect(driftTally(all.slice(0, 3))).toBe('2 cut, 1 raised')
})

test('several models that move at once have their figures once', () => {
  const moved = (model: string) =>
    drift({
      class: 'model-moved',
      limiter: null,
      model,
      from: 'Claude Opus 5',
      consequences: [consequence('Claude Opus 4.x', [615, 1_000], [787, 1_000])],
    })
  const [first, second] = [moved('claude-a'), moved('claude-b')]
  const report = { ...quiet, drift: [first, second] }
  expect(driftSentence(first, report, asIs)).toContain(
    '615 of 1,000 (61.5 %) → 787 of 1,000 (78.7 %): over the alert line.',
  )
  expect(driftSentence(second, report, asIs)).toMatch(/from Claude Opus 5\. Its figures are those of claude-a\.$/)
})

test('a move that lifts a peak over the alert line is as serious as a cut that does', () => {
  const move = drift({
    class: 'model-moved',
    limiter: null,
    before: null,
    after: null,
    consequences: [consequence('Claude Opus 4.x', [615, 1_000], [787, 1_000])],
  })
  expect([isCut(move), crossesAlertLine(move, quiet)]).toEqual([true, true])
  expect(orderDrift([drift({ class: 'raised', before: 1, after: 2 }), move])[0]).toBe(move)
})

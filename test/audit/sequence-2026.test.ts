import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Report } from '../../src/report/report.ts'
import { group, usage, type WorldGroup, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/**
 * The changes of groups and limits of 2026, in their order, as Anthropic's documentation and release notes tell them: the
 * separate long-context limits removed on 2026-03-13, new Opus models in spring, tiers renamed and raised on 2026-06-26, a
 * group of its own for Opus 5 in July. One pull request for each, and each with figures.
 */

const limits = (rpm: number, input: number, output: number) => ({
  input_tokens_per_minute_cache_aware: input,
  output_tokens_per_minute: output,
  requests_per_minute: rpm,
})
const WINTER = limits(4_000, 2_000_000, 400_000)
const SUMMER = limits(10_000, 10_000_000, 2_000_000)
const OPUS = ['claude-opus-4-5', 'claude-opus-4-6', 'claude-opus-4-7']
const SPRING_OPUS = [...OPUS, 'claude-opus-4-8', 'claude-opus-5']
const LONG = 'claude-sonnet-4-6-1m'
const opus = (own: typeof WINTER, models: string[], name = 'Claude Opus 4.x') => group({ name, models, limits: own })
const sonnet = (own: typeof WINTER) =>
  group({ name: 'Claude Sonnet 4.x', models: ['claude-sonnet-4-5', 'claude-sonnet-4-6'], limits: own })
const long = group({
  name: 'Claude Sonnet 4.x (long context)',
  models: [LONG],
  limits: limits(4_000, 1_000_000, 200_000),
})
const batch = group({ type: 'batch', limits: { requests_per_minute: 4_000 } })

const uses = [
  ...['claude-opus-4-6', 'claude-opus-5'].map((model) =>
    usage({ at: '14:05', model, requests: 100, uncachedInput: 300_000, output: 160_000, workspace: 'production' }),
  ),
  usage({ at: '14:05', model: 'claude-sonnet-4-6', requests: 50, uncachedInput: 200_000, output: 90_000 }),
  usage({ at: '09:00', model: LONG, requests: 20, uncachedInput: 800_000, output: 10_000 }),
]

type Step = { name: string; groups: WorldGroup[]; classes: string[]; title: string; figures: string[] }

const STEPS: Step[] = [
  {
    name: 'the long-context limits are removed',
    groups: [opus(WINTER, OPUS), sonnet(WINTER), batch],
    classes: ['group-retired'],
    title: 'Claude rate limits: Claude Sonnet 4.x (long context): group no longer listed',
    figures: ['was 800,000 of 1,000,000 (80 %)', 'Use of claude-sonnet-4-6-1m is reported as unmatched from now on.'],
  },
  {
    name: 'two models join the Opus group, which was called otherwise for a while',
    groups: [opus(WINTER, SPRING_OPUS, 'Claude Opus'), sonnet(WINTER), batch],
    classes: ['model-added', 'model-added'],
    title: 'Claude rate limits: Claude Opus: claude-opus-4-8 now draws on these limits, and 1 more change',
    figures: [
      '160,000 of 400,000 (40 %) → 320,000 of 400,000 (80 %): over the alert line',
      'Renamed, without effect: group Claude Opus 4.x → Claude Opus.',
    ],
  },
  {
    name: 'the tiers are raised',
    groups: [opus(SUMMER, SPRING_OPUS, 'Claude Opus'), sonnet(SUMMER), batch],
    classes: Array.from({ length: 6 }, () => 'raised'),
    title: 'Claude rate limits: Claude Opus, output tokens/min: 400,000 → 2,000,000 (+400 %), and 5 more changes',
    figures: ["The day's peak 320,000 was 80 % and is now 16 %: back below the watch line."],
  },
  {
    name: 'Opus 5 gets a group of its own',
    groups: [
      opus(SUMMER, SPRING_OPUS.slice(0, -1)),
      opus(SUMMER, ['claude-opus-5'], 'Claude Opus 5'),
      sonnet(SUMMER),
      batch,
    ],
    classes: ['group-added', 'model-moved'],
    title: 'Claude rate limits: Claude Opus 5: new group, and 1 more change',
    figures: [
      'new group: claude-opus-5; 10,000,000 input tokens/min (cache reads free), 2,000,000 output tokens/min and 10,000 requests/min',
      'output tokens/min: 160,000 was part of 320,000 of 2,000,000 (16 %) and is now 160,000 of 2,000,000 (8 %).',
    ],
  },
]

let services: Services
beforeAll(async () => {
  services = await startServices(see([opus(WINTER, OPUS), sonnet(WINTER), long, batch]))
  await services.run()
})
afterAll(async () => {
  expect(services.github.violations).toEqual([])
  await services.stop()
})

function see(groups: WorldGroup[]) {
  return world({ groups, workspaces: [workspace({ name: 'production' })], usage: uses })
}
const plain = (text: string | null) =>
  (text ?? '').replaceAll('&nbsp;', ' ').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
const hasFigures = ({ drift }: Report) =>
  drift.every(({ consequences }) => consequences.some((each) => each.before ?? each.after))

for (const [index, { name, groups, classes, title, figures }] of STEPS.entries()) {
  test(`${name}: one pull request, with figures`, async () => {
    services.anthropic.world = see(groups)
    const { report, outputs } = await services.run({ 'snapshot-mode': 'pull-request' })
    expect(outputs).toMatchObject({ 'pull-request-operation': 'created', 'pull-request-number': String(index + 1) })
    expect(report.drift.map((item) => item.class)).toEqual(classes)
    expect(hasFigures(report)).toBe(true)
    const pull = services.github.pulls[index]!
    expect(plain(pull.title)).toBe(title)
    for (const text of figures) expect(plain(pull.body)).toContain(text)
    await services.github.merge(pull.number)
    expect((await services.run({ 'snapshot-mode': 'pull-request' })).outputs).toMatchObject({ drift: 'false' })
  })
}

test('the log of the file is the history of the limits', async () => {
  const log = await services.github.git('log', '--format=%s', '--reverse', '--', '.github/claude-rate-limits.json')
  expect(log.trim().split('\n')[0]).toBe('chore: update Claude rate limits: first snapshot')
  expect(log.trim().split('\n')).toHaveLength(1 + STEPS.length)
})

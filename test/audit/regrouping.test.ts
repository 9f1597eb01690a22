import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DriftRow, Report, VerdictRow } from '../../src/report/report.ts'
import { group, usage, type World, type WorldGroup, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** Changes of which models share a limit: each with its figures, by what was committed and by what is now. */

const OUTPUT = 'output_tokens_per_minute'
const INPUT = 'input_tokens_per_minute_cache_aware'
const SNAPSHOT = '.github/claude-rate-limits.json'
const DAY_BEFORE = '2026-11-21'

let services: Services
beforeEach(async () => {
  services = await startServices(world({ groups: [] }))
})
afterEach(async () => {
  expect(services.github.violations).toEqual([])
  await services.stop()
})

/** The pull request of the run in which the organization goes from one make-up to the other. */
async function changed(before: World, after: World) {
  services.anthropic.world = before
  await services.run()
  services.anthropic.world = after
  const run = await services.run({ 'snapshot-mode': 'pull-request' })
  return { ...run, report: run.report, pull: services.github.pulls[0]! }
}

const opus = (limits: WorldGroup['limits'], models: string[], name = 'Claude Opus 4.x') =>
  group({ name, models, limits })
const text = (body: string | null) => (body ?? '').replaceAll('&nbsp;', ' ').replaceAll('&#45;', '-')
const verdictOf = (report: Report, name: string, limiter: string): VerdictRow =>
  report.verdicts.find(
    (row) => row.group.name === name && row.limiter === limiter && row.scope.type === 'organization',
  )!
const driftOf = (report: Report, driftClass: DriftRow['class']) =>
  report.drift.find((item) => item.class === driftClass)!

/** The same use on the audited day and on the day before it. */
const daily = (at: string, parts: Omit<Parameters<typeof usage>[0], 'at'>) => [
  usage({ ...parts, at }),
  usage({ ...parts, at: `${DAY_BEFORE}T${at}:00Z` }),
]

describe('a model that gets a group of its own', () => {
  const uses = [
    ...daily('14:05', { model: 'claude-opus-4-6', output: 150 }),
    ...daily('14:05', { model: 'claude-opus-5', output: 300, workspace: 'production' }),
  ]
  const workspaces = [workspace({ name: 'production' })]
  const together = world({
    groups: [opus({ [OUTPUT]: 1_000 }, ['claude-opus-4-6', 'claude-opus-5'])],
    workspaces,
    usage: uses,
  })
  const apart = world({
    groups: [
      opus({ [OUTPUT]: 1_000 }, ['claude-opus-4-6']),
      opus({ [OUTPUT]: 350 }, ['claude-opus-5'], 'Claude Opus 5'),
    ],
    workspaces,
    usage: uses,
  })

  test('is new, not continuing: nobody was ever told of its limit', async () => {
    const { report } = await changed(together, apart)
    expect(verdictOf(report, 'Claude Opus 5', OUTPUT)).toMatchObject({
      band: 'alert',
      utilization: 300 / 350,
      transition: 'new',
      previous: null,
    })
    expect(verdictOf(report, 'Claude Opus 4.x', OUTPUT)).toMatchObject({
      utilization: 0.15,
      transition: null,
      previous: { peak: 450, limit: 1_000, utilization: 0.45 },
    })
  })

  test('has its figures before and after in the report, and those of the group it left', async () => {
    const { report } = await changed(together, apart)
    const consequences = [
      { group: { name: 'Claude Opus 5' }, before: null, after: { limit: 350, peak: 300, utilization: 300 / 350 } },
      {
        group: { name: 'Claude Opus 4.x' },
        before: { limit: 1_000, peak: 450, utilization: 0.45 },
        after: { limit: 1_000, peak: 150, utilization: 0.15 },
      },
    ]
    const sorted = (item: DriftRow) => item.consequences.toSorted((a, b) => (a.group.name < b.group.name ? 1 : -1))
    expect(report.drift.map((item) => item.class)).toEqual(['group-added', 'model-moved'])
    for (const item of report.drift) expect(sorted(item)).toMatchObject(consequences)
  })

  test('reads so in the pull request, with models and limits of the group and who drives it', async () => {
    const { pull } = await changed(together, apart)
    expect(pull.title).toBe('Claude rate limits: Claude Opus 5: new group, and 1 more change')
    expect(text(pull.body)).toContain('**new group: claude-opus-5; 350 output tokens/min**')
    expect(text(pull.body)).toContain(
      'output tokens/min: 300 was part of 450 of 1,000 (45 %) and is now 300 of 350 (85.7 %): over the alert line. Claude Opus 4.x, output tokens/min: 450 of 1,000 (45 %) → 150 of 1,000 (15 %).',
    )
    expect(text(pull.body)).toContain('**One limit is over the alert line by it.**')
    expect(text(pull.body)).toMatch(
      /### Who drives what the changes press\n\n- Claude Opus 5, output tokens\/min: 85\.7 % of 350 at 14:05 UTC\. Who drove it, in that minute: by workspace: production 100 %/,
    )
  })

  test('is as loud as a cut: in Slack, in the commit message and as a warning', async () => {
    const { log } = await changed(together, apart)
    const posted = JSON.stringify(services.slack.messages.at(-1))
    expect(posted).toContain('▼ Claude Opus 5: new group')
    expect(posted).toContain('300 was part of 450 of 1,000 (45 %) and is now 300 of 350 (85.7 %): over the alert line')
    const message = await services.github.git('log', '-1', '--format=%s%n%b', 'claude-rate-limit-audit')
    expect(message).toMatch(/^chore: update Claude rate limits: 1 group added, 1 model moved\n/)
    expect(message).toContain('300 was part of 450 of 1,000 (45 %)')
    expect(log).toMatch(/warning: Claude rate limits have changed: /)
  })

  test('where its peak is at another time, is not called a part of the old one', async () => {
    const later = [uses[0]!, uses[1]!, ...daily('16:00', { model: 'claude-opus-5', output: 300 })]
    const { pull } = await changed({ ...together, usage: later }, { ...apart, usage: later })
    expect(text(pull.body)).toContain(
      '300 of 1,000 (30 %) with the rest of its old group, and now 300 of 350 (85.7 %): over the alert line.',
    )
  })
})

describe('a group that takes over the model of another', () => {
  const uses = [
    ...daily('09:30', { model: 'claude-sonnet-5', uncachedInput: 615 }),
    ...daily('09:30', { model: 'claude-sonnet-4-5', uncachedInput: 172 }),
  ]
  const sonnet = (name: string, models: string[]) => group({ name, models, limits: { [INPUT]: 1_000 } })
  const before = world({
    groups: [sonnet('Claude Sonnet 5', ['claude-sonnet-5']), sonnet('Claude Sonnet 4.x', ['claude-sonnet-4-5'])],
    usage: uses,
  })
  const after = world({ groups: [sonnet('Claude Sonnet 5', ['claude-sonnet-4-5', 'claude-sonnet-5'])], usage: uses })

  test('says what the move adds up to, and of the retired group no more than that', async () => {
    const { report, pull } = await changed(before, after)
    expect(verdictOf(report, 'Claude Sonnet 5', INPUT)).toMatchObject({
      transition: 'worse',
      previous: { peak: 615, utilization: 0.615, band: 'watch' },
    })
    expect(driftOf(report, 'model-moved')).toMatchObject({
      consequences: [
        { group: { name: 'Claude Sonnet 5' }, before: { utilization: 0.615 }, after: { utilization: 0.787 } },
        { group: { name: 'Claude Sonnet 4.x' }, before: { peak: 172 }, after: null },
      ],
    })
    expect(text(pull.body)).toContain('615 of 1,000 (61.5 %) → 787 of 1,000 (78.7 %): over the alert line')
    expect(text(pull.body)).not.toContain('unmatched')
  })
})

test('a move into a group whose limit is cut in the same run shows both, and how much of it is the move', async () => {
  const uses = [
    ...daily('09:30', { model: 'claude-sonnet-5', uncachedInput: 27_183 }),
    ...daily('09:30', { model: 'claude-swing', uncachedInput: 23_485 }),
  ]
  const sonnet = (models: string[], limit: number) =>
    group({ name: 'Claude Sonnet 5', models, limits: { [INPUT]: limit } })
  const haiku = (models: string[]) => group({ name: 'Claude Haiku', models, limits: { [INPUT]: 100_000 } })
  const { report, pull } = await changed(
    world({ groups: [sonnet(['claude-sonnet-5'], 70_000), haiku(['claude-haiku-5', 'claude-swing'])], usage: uses }),
    world({ groups: [sonnet(['claude-sonnet-5', 'claude-swing'], 35_000), haiku(['claude-haiku-5'])], usage: uses }),
  )
  const expected = {
    before: { limit: 70_000, peak: 27_183, utilization: 27_183 / 70_000 },
    after: { limit: 35_000, peak: 50_668, utilization: 50_668 / 35_000 },
  }
  expect(driftOf(report, 'cut').consequences).toMatchObject([expected])
  expect(driftOf(report, 'model-moved').consequences).toContainEqual(expect.objectContaining(expected))
  expect(text(pull.body)).toContain(
    '27,183 of 70,000 (38.8 %) → 50,668 of 35,000 (144.8 %): over the limit itself. By the old limit, the move alone would make it 72.4 %.',
  )
})

test("a workspace's own limits follow their models too", async () => {
  const uses = [
    ...daily('14:05', { model: 'claude-opus-4-6', output: 150, workspace: 'production' }),
    ...daily('14:05', { model: 'claude-opus-5', output: 300, workspace: 'production' }),
  ]
  const production = (overrides: Record<string, Record<string, number>>) => [
    workspace({ name: 'production', overrides }),
  ]
  const limits = { [OUTPUT]: 10_000 }
  const { report } = await changed(
    world({
      groups: [opus(limits, ['claude-opus-4-6', 'claude-opus-5'])],
      workspaces: production({ 'Claude Opus 4.x': { [OUTPUT]: 500 } }),
      usage: uses,
    }),
    world({
      groups: [opus(limits, ['claude-opus-4-6']), opus(limits, ['claude-opus-5'], 'Claude Opus 5')],
      workspaces: production({ 'Claude Opus 4.x': { [OUTPUT]: 500 } }),
      usage: uses,
    }),
  )
  expect(report.verdicts.find(({ scope }) => scope.type === 'workspace')).toMatchObject({
    utilization: 0.3,
    transition: 'recovered',
    previous: { peak: 450, utilization: 0.9 },
  })
  expect(driftOf(report, 'model-moved').consequences).toContainEqual(
    expect.objectContaining({
      scope: expect.objectContaining({ name: 'production' }),
      before: { limit: 500, peak: 450, utilization: 0.9 },
      after: { limit: 500, peak: 150, utilization: 0.3 },
    }),
  )
})

test('a group without models that is gone has nothing to say of its use', async () => {
  const files = group({ type: 'files', limits: { requests_per_minute: 500 } })
  const kept = opus({ [OUTPUT]: 1_000 }, ['claude-opus-4-6'])
  const { report, pull } = await changed(world({ groups: [kept, files] }), world({ groups: [kept] }))
  expect(report.drift).toMatchObject([{ class: 'group-retired', models: [], unlisted_models: [] }])
  expect(text(pull.body)).toContain('| Files | group no longer listed |')
  expect(text(pull.body)).not.toContain('unmatched')
})

test('a group that is only renamed is one line in the pull request of another change, and no drift', async () => {
  const kept = group({ type: 'files', limits: { requests_per_minute: 500 } })
  const { report, pull } = await changed(
    world({ groups: [opus({ [OUTPUT]: 1_000 }, ['claude-opus-4-6']), kept] }),
    world({
      groups: [
        opus({ [OUTPUT]: 1_000 }, ['claude-opus-4-6'], 'Claude Opus four'),
        { ...kept, limits: { requests_per_minute: 400 } },
      ],
    }),
  )
  expect(report.drift.map((item) => item.class)).toEqual(['cut'])
  expect(text(pull.body)).toContain('Renamed, without effect: group Claude Opus 4.x → Claude Opus four.')
})

test('a regrouping asks for no more than the run that finds everything as it was', async () => {
  const uses = daily('14:05', { model: 'claude-opus-5', output: 300 })
  const before = world({ groups: [opus({ [OUTPUT]: 1_000 }, ['claude-opus-4-6', 'claude-opus-5'])], usage: uses })
  const usageRequests = () => services.anthropic.requests.filter(({ path }) => path.endsWith('/usage')).length
  services.anthropic.world = before
  await services.run()
  const first = usageRequests()
  await services.run()
  const unchanged = usageRequests() - first
  services.anthropic.world = {
    ...before,
    groups: [
      opus({ [OUTPUT]: 1_000 }, ['claude-opus-4-6']),
      opus({ [OUTPUT]: 1_000 }, ['claude-opus-5'], 'Claude Opus 5'),
    ],
  }
  await services.run()
  expect(usageRequests() - first - unchanged).toBe(unchanged)
  expect(await services.github.read('main', SNAPSHOT)).toContain('Claude Opus 5')
})

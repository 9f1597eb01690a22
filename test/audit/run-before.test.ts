import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { WorkflowRun } from '../emulator/github/world.ts'
import { group, usage, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** A run after one that failed, or that the schedule has skipped: what nobody heard of is reported now. */

const DAY = 86_400_000
/** The run of a Sunday morning, of a Saturday's use: on a Monday `on-change` reports what still stands by itself. */
const DATE = '2026-11-21'
const PEAK = Date.parse(`${DATE}T14:05:00Z`)
const SNAPSHOT = '.github/claude-rate-limits.json'

const withLimit = (limit: number, output = 450) =>
  world({
    now: Date.parse('2026-11-22T06:23:00Z'),
    groups: [group({ name: 'Opus', models: ['claude-opus-4-6'], limits: { output_tokens_per_minute: limit } })],
    workspaces: [workspace({ name: 'production' })],
    usage: [PEAK - DAY, PEAK].map((at) => usage({ at, model: 'claude-opus-4-6', output, workspace: 'production' })),
  })
const STANDING = 500
const QUIET = 1_000

let services: Services
beforeEach(async () => {
  services = await startServices(withLimit(QUIET))
  services.github.settings.actions = 'read'
})
afterEach(async () => {
  expect(services.github.violations).toEqual([])
  await services.stop()
})

/** A run of the daily workflow so many days before the audited morning. */
const ran = (daysAgo: number, conclusion: string | null, more: Partial<WorkflowRun> = {}): void => {
  const number = 100 - daysAgo
  const createdAt = new Date(services.anthropic.world.now() - daysAgo * DAY).toISOString()
  const run = { id: 7_000 + number, workflow: 'claude.yml', number, event: 'schedule', branch: 'main' }
  services.github.runs.push({ ...run, conclusion, createdAt, ...more })
}

/** The run that is `daysAgo` days old, by its number and ID as in `ran`. */
const run = (
  inputs: Record<string, string> = {},
  { daysAgo = 0, ...env }: { daysAgo?: number; [name: string]: unknown } = {},
) =>
  services.run(
    { date: DATE, notify: 'on-change', ...inputs },
    {
      env: {
        GITHUB_RUN_ID: String(7_100 - daysAgo),
        GITHUB_RUN_NUMBER: String(100 - daysAgo),
        GITHUB_WORKFLOW_REF: 'acme/limits/.github/workflows/claude.yml@refs/heads/main',
        GITHUB_REF_NAME: 'main',
        GITHUB_EVENT_NAME: 'schedule',
        ...env,
      },
    },
  )
const asked = () => services.github.requests.filter(({ path }) => path.includes('/actions/')).length
const lastMessage = () => JSON.stringify(services.slack.messages.at(-1) ?? null)

describe('an alert that still stands', () => {
  beforeEach(async () => {
    services.anthropic.world = withLimit(STANDING)
    await services.run({ date: DATE, 'slack-webhook-url': '' }, { env: { GITHUB_RUN_ID: '6000' } })
    services.github.requests.length = 0
  })

  test.each(['failure', 'cancelled'])('is reported after a run that ended in %s', async (end) => {
    ran(2, 'success')
    ran(1, end)
    const { outputs, log } = await run()
    expect(outputs).toMatchObject({ drift: 'false', 'slack-delivered': 'true' })
    expect(lastMessage()).toContain('The run before this one failed, so what still stands')
    expect(log).toContain('The run before this one failed, so what still stands')
    expect(asked()).toBe(1)
  })

  test('is reported after a day that the schedule has skipped', async () => {
    for (const daysAgo of [2, 3, 4, 5]) ran(daysAgo, 'success')
    expect((await run()).outputs).toMatchObject({ 'slack-delivered': 'true' })
    expect(lastMessage()).toContain('There was no run since 2026-11-20 06:23 UTC, so what still stands')
  })

  test('is not reported again after a run that ended well', async () => {
    for (const daysAgo of [1, 2, 3]) ran(daysAgo, 'success')
    expect((await run()).outputs).toMatchObject({ 'slack-delivered': '' })
    expect(asked()).toBe(1)
  })

  test('is not reported for runs of another workflow, branch or event, of later runs, or of those that fail-on fails', async () => {
    ran(1, 'success')
    ran(0.5, 'failure', { workflow: 'other.yml', number: 99 })
    ran(0.5, 'failure', { branch: 'topic', number: 99 })
    ran(0.5, 'failure', { event: 'workflow_dispatch', number: 99 })
    ran(0, 'failure', { number: 101 })
    ran(0, null, { number: 100 })
    expect((await run()).outputs).toMatchObject({ 'slack-delivered': '' })
    services.github.runs.length = 0
    ran(1, 'failure')
    expect((await run({ 'fail-on': 'alert' })).outputs).toMatchObject({ 'slack-delivered': '' })
  })

  test('where runs may not be read, nothing changes and a line of the log says what to grant', async () => {
    services.github.settings.actions = 'none'
    ran(1, 'failure')
    const { code, outputs, log } = await run()
    expect([code, outputs['slack-delivered']]).toEqual([0, ''])
    const lines = log.split('\n').filter((line) => line.includes('the run before this one'))
    expect(lines).toEqual([expect.stringMatching(/^info: .*is not known\..*`permissions: actions: read`/)])
  })

  test('a GitHub that cannot answer that question fails nothing', async () => {
    services.github.faults.push({ path: /\/actions\//, effect: { kind: 'status', status: 502 } })
    ran(1, 'failure')
    const { code, outputs } = await run()
    expect([code, outputs['slack-delivered']]).toEqual([0, ''])
  })

  test('nothing is asked where the answer changes nothing', async () => {
    ran(1, 'failure')
    const unasked = { 'snapshot-mode': 'none' }
    await run({ ...unasked, notify: 'on-alert' })
    await run({ ...unasked, notify: 'never' })
    await run({ notify: 'never' })
    services.anthropic.world = withLimit(STANDING, 1)
    await run(unasked)
    expect(asked()).toBe(0)
  })

  test('nothing is asked where the runner does not say which workflow this is', async () => {
    ran(1, 'failure')
    await run({}, { GITHUB_WORKFLOW_REF: undefined })
    await run({}, { GITHUB_WORKFLOW_REF: 'acme/other/.github/workflows/claude.yml@refs/heads/main' })
    expect(asked()).toBe(0)
  })
})

describe('a cut that a run committed before it failed', () => {
  beforeEach(async () => {
    await run({ 'slack-webhook-url': '' }, { daysAgo: 3 })
    ran(3, 'success')
    services.anthropic.world = withLimit(700)
    services.slack.faults.push({ effect: { kind: 'status', status: 503 } })
    expect((await run({ notify: 'on-alert' }, { daysAgo: 2 })).outputs).toMatchObject({ drift: 'true' })
    ran(2, 'failure')
    services.slack.faults.length = 0
    services.slack.messages.length = 0
  })

  test.each(['on-alert', 'on-change'])('is reported by the next run under notify: %s', async (notify) => {
    const head = await services.github.git('rev-parse', 'main')
    const { code, outputs, report } = await run({ notify }, { daysAgo: 1 })
    expect(code).toBe(0)
    expect(outputs).toMatchObject({ drift: 'true', 'snapshot-operation': 'unchanged', 'slack-delivered': 'true' })
    expect(report.drift).toMatchObject([{ class: 'cut', before: 1_000, after: 700 }])
    expect(lastMessage()).toMatch(/The run before this one failed.*Limits changed/)
    expect(await services.github.git('rev-parse', 'main')).toBe(head)
    ran(1, 'success')
    expect((await run({ notify })).outputs).toMatchObject({ drift: 'false' })
  })

  test('is reported with a second cut, where the next run has failed too', async () => {
    services.anthropic.world = withLimit(500)
    services.slack.faults.push({ effect: { kind: 'status', status: 503 } })
    await run({}, { daysAgo: 1 })
    ran(1, 'failure')
    services.slack.faults.length = 0
    const { report } = await run()
    expect(report.drift).toMatchObject([{ class: 'cut', before: 1_000, after: 500 }])
    expect(lastMessage()).toContain('The 2 runs before this one failed')
  })

  test('is reported too where the same run cuts again, whose commit speaks of its own change only', async () => {
    services.anthropic.world = withLimit(600)
    const { outputs, report } = await run({}, { daysAgo: 1 })
    expect(outputs).toMatchObject({ 'snapshot-operation': 'updated' })
    expect(report.drift).toMatchObject([{ class: 'cut', before: 1_000, after: 600 }])
    expect(await services.github.git('log', '-1', '--format=%B', 'main')).toMatch(/700[\s\S]*600/)
  })

  test('is not reported where somebody has committed the snapshot since, nor by who may not read runs', async () => {
    services.github.settings.actions = 'none'
    expect((await run({}, { daysAgo: 1 })).outputs).toMatchObject({ drift: 'false' })
    services.github.settings.actions = 'read'
    const snapshot = (await services.github.read('main', SNAPSHOT)) ?? ''
    await services.github.commitAs('ada', 'main', { [SNAPSHOT]: `${snapshot}\n` })
    expect((await run({}, { daysAgo: 1 })).outputs).toMatchObject({ drift: 'false' })
  })
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { INPUTS } from '../../src/inputs/names.ts'
import { group, usage, type World, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

const POLICY = INPUTS['policy-path']
const opus = (output: number) =>
  group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: { output_tokens_per_minute: output } })
const use = (at: string, output: number) => usage({ at, model: 'claude-opus-4-6', output, workspace: 'production' })

/** The day before at 900 of 1000, yesterday at 800. */
const worldOf = (output: number, uses = [use('2026-11-21T14:05:00Z', 900), use('14:05', 800)]): World =>
  world({ groups: [opus(output)], workspaces: [workspace({ name: 'production' })], usage: uses })

let services: Services
beforeEach(async () => {
  services = await startServices(worldOf(1000))
})
afterEach(() => services.stop())

const head = async () => (await services.github.git('rev-parse', 'HEAD')).trim()
const withPolicy = (...lines: string[]) => services.github.seed({ [POLICY]: `${lines.join('\n')}\n` })
const mute = (until: string) =>
  withPolicy(
    'mutes:',
    '  - group: claude-opus-4-6',
    '    owner: "@evals"',
    '    reason: load test',
    `    until: ${until}`,
  )
const lastMessage = () => JSON.stringify(services.slack.messages.at(-1))

describe('a policy file on the branch of the snapshot', () => {
  test('moves the lines of the limits it names', async () => {
    await withPolicy('thresholds:', '  - { group: claude-opus-4-6, alert: 90%, watch: 85% }')
    const run = await services.run()
    expect(run.report.verdicts).toMatchObject([
      {
        utilization: 0.8,
        band: 'ok',
        transition: 'recovered',
        thresholds: { watch: 0.85, alert: 0.9 },
        minutes_over_threshold: 0,
      },
    ])
    expect(run.outputs).toMatchObject({ status: 'ok', 'alert-count': '0' })
  })

  test('that is not valid leaves the run blind, before anything is read or committed, and Slack is told line and column', async () => {
    await withPolicy('mutes:', '  - group: claude-opus-4-6', '    owner: me', '    until: 2026-12-24')
    const before = await head()
    const run = await services.run({ notify: 'always' })
    expect(run.code).toBe(1)
    expect(run.log).toContain(
      `failed: The audit is blind: The policy ${POLICY} is not valid; nothing was judged.\n- line 2, column 5: mutes[0].reason`,
    )
    expect(run.summary).toContain('line 2, column 5')
    expect(await head()).toBe(before)
    expect(services.slack.messages).toHaveLength(1)
    expect(services.slack.messages[0]?.text).toMatch(/blind.*is not valid.*line 2, column 5: mutes\[0\]\.reason/)
    expect(run.outputs).toMatchObject({ status: '', drift: '', 'slack-delivered': 'true' })
    expect(services.anthropic.requests).toEqual([])
    services.slack.messages.length = 0
    await services.run({ notify: 'never' })
    expect(services.slack.messages).toEqual([])
  })

  test('that is not there changes nothing', async () => {
    const run = await services.run()
    expect(run.outputs).toMatchObject({ status: 'alert', 'alert-count': '1' })
    expect(run.report.verdicts[0]).not.toHaveProperty('thresholds')
  })
})

describe('a mute', () => {
  test('keeps an alert from status, outputs, Slack and fail-on, and shows it with owner, reason and end', async () => {
    await mute('2026-11-22')
    await services.run() // the first snapshot
    services.slack.messages.length = 0
    const run = await services.run({ 'fail-on': 'alert, watch' })
    expect(run.code).toBe(0)
    expect(run.outputs).toMatchObject({ status: 'ok', 'alert-count': '0', alerts: '[]', 'highest-utilization': '0.8' })
    expect(run.report.verdicts).toMatchObject([
      { band: 'alert', muted: { owner: '@evals', reason: 'load test', until: '2026-11-22' } },
    ])
    expect(services.slack.messages).toEqual([])
    expect(run.summary).toContain('muted until 2026-11-22 by')
    expect(run.summary).toContain('load test')
  })

  test('that ended the day before is told once and ignored', async () => {
    await mute('2026-11-21')
    const run = await services.run()
    expect(run.outputs).toMatchObject({ status: 'alert', 'alert-count': '1' })
    expect(run.report.findings.map(({ kind }) => kind)).toContain('mute-expired')
    expect(lastMessage()).toContain('80 %')
  })

  test('that ended is told in Slack under on-change too, where the alert is as old as the mute', async () => {
    await mute('2026-11-21')
    await services.run({ notify: 'on-change' })
    expect(lastMessage()).toMatch(
      /continuing.*Mutes that have ended.*The mute of group claude-opus-4-6 ended on 2026-11-21/,
    )
  })

  test('that ended longer ago is ignored in silence', async () => {
    await mute('2026-11-20')
    const run = await services.run()
    expect(run.outputs['alert-count']).toBe('1')
    expect(run.report.findings.map(({ kind }) => kind)).not.toContain('mute-expired')
  })

  test('never hides a recovery', async () => {
    await mute('2026-12-31')
    await services.run()
    services.anthropic.world = worldOf(1000, [use('2026-11-21T14:05:00Z', 900), use('14:05', 600)])
    services.slack.messages.length = 0
    const run = await services.run()
    expect(run.report.verdicts).toMatchObject([{ band: 'watch', transition: 'recovered', muted: { owner: '@evals' } }])
    expect(services.slack.messages).toHaveLength(1)
    expect(lastMessage()).toContain('recovered, was 90 % the day before')
  })

  test('never hides a drift', async () => {
    await mute('2026-12-31')
    await services.run()
    services.anthropic.world = worldOf(900)
    services.slack.messages.length = 0
    const run = await services.run({ 'fail-on': 'drift' })
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ drift: 'true', status: 'ok' })
    expect(lastMessage()).toContain('1,000 → 900')
  })
})

describe('an expected limit', () => {
  const expect900 = () =>
    withPolicy('expected:', '  - { group: claude-opus-4-6, limiter: output_tokens_per_minute, limit: 900 }')

  test('tells a drift that arrives at it as intended, in the commit too', async () => {
    await services.run()
    await expect900()
    services.anthropic.world = worldOf(900)
    const run = await services.run()
    expect(run.report.drift).toMatchObject([{ class: 'cut', intended: true }])
    expect(run.report.findings.map(({ kind }) => kind)).not.toContain('unexpected-limit')
    expect(lastMessage()).toContain('As the policy expects.')
    expect(await services.github.git('log', '-1', '--format=%b')).toContain('As the policy expects.')
  })

  test('tells a drift that leaves it as not intended, and says so on every day until it is back', async () => {
    await expect900()
    services.anthropic.world = worldOf(900)
    await services.run()
    services.anthropic.world = worldOf(500)
    const first = await services.run()
    expect(first.report.drift).toMatchObject([{ intended: false }])
    expect(lastMessage()).toContain('Not what the policy expects.')
    const later = await services.run()
    expect(later.report.drift).toEqual([])
    expect(later.summary).toContain('the policy expects 900, and it is 500')
  })
})

test('a rule that matches nothing is told with its line', async () => {
  await withPolicy('thresholds:', '  - { group: Claude Opus 4, alert: 90% }')
  const run = await services.run()
  expect(run.report.findings).toContainEqual({
    kind: 'policy-unmatched',
    message: expect.stringContaining(`${POLICY} line 2 has no effect`),
  })
})

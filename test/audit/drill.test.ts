import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { reportSchema } from '../../src/report/schemas/report-schema.ts'
import { annotations } from '../../src/tell/annotations.ts'
import { drillReport } from '../../src/tell/drill.ts'
import { renderSlack } from '../../src/tell/slack/slack-message.ts'
import { renderSummary } from '../../src/tell/summary/summary.ts'
import { group, usage, world } from '../emulator/world/world.ts'
import { EXAMPLES, LINKS } from '../tell/examples.ts'
import { type Services, startServices } from './harness.ts'

const busy = (requests: number) =>
  world({
    groups: [group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: { requests_per_minute: 4_000 } })],
    usage: [usage({ at: '14:05', model: 'claude-opus-4-6', requests })],
  })
const QUIET = busy(40)

let services: Services
beforeEach(async () => {
  services = await startServices(QUIET)
})
afterEach(async () => {
  expect(services.github.violations).toEqual([])
  await services.stop()
})

const drill = (inputs = {}) => services.run({ mode: 'drill', ...inputs })
const posted = () => services.slack.messages.map(({ text }) => text)

describe('a drill', () => {
  test('of a quiet day posts one alert, headed DRILL, and reports the day itself as it is', async () => {
    const run = await drill()
    expect(run.code).toBe(0)
    expect(posted()).toEqual([
      expect.stringMatching(/^DRILL · Claude rate limits, .*This is a drill: the alert is made up.*90 % of 4,000/),
    ])
    expect(run.outputs).toMatchObject({ status: 'ok', 'alert-count': '0', alerts: '[]', 'slack-delivered': 'true' })
    expect(run.report.drill).toBeUndefined()
    expect(run.summary.match(/^## .*/gm)).toEqual([
      expect.stringMatching(/^## 🟢 Claude rate limits: the one limit measured is at 1&nbsp;%/),
      expect.stringMatching(/^## 🔴 DRILL · Claude rate limits: 1 limit at or over 75&nbsp;%/),
    ])
    expect(run.log).toMatch(/^notice: .*DRILL · Claude rate limits.*90 %/m)
  })

  test.each(['commit', 'pull-request'])('writes nothing to the repository under snapshot-mode: %s', async (mode) => {
    const before = await services.github.git('rev-parse', '--all')
    const run = await drill({ 'snapshot-mode': mode, 'gateway-path': '.github/claude-gateway.json' })
    expect(run.outputs).toMatchObject({ 'snapshot-operation': 'skipped', 'commit-sha': '' })
    expect(run.summary).toContain('A drill keeps no snapshot.')
    expect(await services.github.git('rev-parse', '--all')).toBe(before)
    expect(services.github.pulls).toEqual([])
  })

  test('goes out whatever notify says, after what the day itself has to say', async () => {
    await drill({ notify: 'never' })
    expect(posted()).toHaveLength(1)
    await drill({ notify: 'always' })
    expect(posted().map((text) => text.startsWith('DRILL'))).toEqual([true, false, true])
  })

  test('is shown and not posted in a dry run', async () => {
    const run = await drill({ 'dry-run': 'true' })
    expect(posted()).toEqual([])
    expect(run.summary).toContain('## 🔴 DRILL · Dry run · Claude rate limits')
    expect(run.summary).toMatch(/### The Slack message that would have been posted\n\n```text\n🔴 DRILL · Claude/)
  })

  test('that does not arrive fails the run: that is what it is for', async () => {
    services.slack.faults.push({ effect: { kind: 'status', status: 404, body: 'no_service' } })
    const run = await drill()
    expect(run.code).toBe(1)
    expect(run.outputs['slack-delivered']).toBe('false')
    expect(run.log).toContain('The webhook is disabled, removed or wrong')
  })

  test('opens an issue, headed DRILL, and closes it again; the day itself has its own', async () => {
    services.anthropic.world = busy(3_600)
    await drill({ issues: 'alert' })
    expect(services.github.issues.map(({ title, state }) => [title, state])).toEqual([
      ['Claude rate limit: Claude Opus 4.x, requests/min', 'open'],
      ['DRILL · Claude rate limit: Claude Opus 4.x, requests/min', 'closed'],
    ])
    const body = services.github.issues[1]?.body ?? ''
    expect(body).toMatch(/^\*\*DRILL · This is a drill: .*closed again by the run that opened it/)
    // The next run must not take it for the issue of that limit.
    expect(body).not.toContain('<!--')
  })

  test('opens no issue in a dry run, nor where issues is not set', async () => {
    await drill({ issues: 'alert', 'dry-run': 'true' })
    await drill()
    expect(services.github.issues).toEqual([])
  })

  test('fails the run where the token may open no issue', async () => {
    services.github.settings.issues = 'none'
    const run = await drill({ issues: 'alert', notify: 'never' })
    expect(run.code).toBe(1)
    expect(run.log).toContain('issue of the drill')
    expect(posted()).toHaveLength(1)
  })

  test('without a webhook says that nobody would hear of an alert', async () => {
    const run = await drill({ 'slack-webhook-url': '' })
    expect(run.summary).toMatch(/DRILL[\s\S]*Slack is not set up/)
  })
})

describe('the made-up report', () => {
  test.each(['quiet-day', 'first-alert', 'drift', 'week', 'nothing-measurable'] as const)(
    'of %s is a valid one with one alert, and every rendering of it is headed DRILL',
    (name) => {
      const report = drillReport(EXAMPLES[name].report)
      expect(reportSchema.parse(report)).toEqual(report)
      expect(report.verdicts).toHaveLength(1)
      const { text, blocks } = renderSlack(report, LINKS, null)
      expect(text).toMatch(/^DRILL · /)
      expect(JSON.stringify(blocks[0])).toContain('DRILL · Claude rate limits')
      expect(renderSummary(report, LINKS, null)).toMatch(/^## 🔴 DRILL · /)
      expect(annotations(report, new Set(['alert'])).map(({ level, title }) => `${level}: ${title}`)).toEqual([
        'notice: DRILL · Claude rate limits',
      ])
    },
  )

  test('is an alert under any threshold', () => {
    const { report } = EXAMPLES['quiet-day']
    const [row] = drillReport({ ...report, thresholds: { watch: 0.5, alert: 0.97 } }).verdicts
    expect(row?.utilization).toBeGreaterThanOrEqual(0.97)
  })
})

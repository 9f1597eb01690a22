import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { group, usage, type World, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** One issue for each limit in alert, on a real repository's issues. */

const DAY = 86_400_000
const NOON = Date.UTC(2026, 10, 22, 12)
const POLICY = '.github/claude-rate-limits.policy.yml'

/** Use of each of some days; the run of the day after audits it. */
const days = (peaks: readonly number[], limit = 1_000): World =>
  world({
    groups: [group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: { requests_per_minute: limit } })],
    usage: peaks.map((requests, index) =>
      usage({ at: NOON - (peaks.length - 1 - index) * DAY, model: 'claude-opus-4-6', requests }),
    ),
  })
const dateOf = (index: number, of: number) => new Date(NOON - (of - 1 - index) * DAY).toISOString().slice(0, 10)

let services: Services
beforeEach(async () => {
  services = await startServices(days([800]))
})
afterEach(async () => {
  expect(services.github.violations).toEqual([])
  await services.stop()
})

const run = (more = {}) => services.run({ issues: 'alert', 'snapshot-mode': 'none', ...more })
const issues = () => services.github.issues
const open = () => issues().filter(({ state }) => state === 'open')
const issueRequests = () => services.github.requests.filter(({ path }) => /\/issues/.test(path))

test('without the input no issue is asked for, and the output is empty', async () => {
  const plain = await services.run()
  expect(issueRequests()).toEqual([])
  expect(plain.outputs.issues).toBe('')
})

test('an alert opens an issue with its peak, its drivers, what to do, and the evidence folded', async () => {
  services.anthropic.world = {
    ...days([800]),
    usage: [usage({ at: NOON, model: 'claude-opus-4-6', workspace: 'production', apiKey: 'checkout', requests: 800 })],
    workspaces: [workspace({ name: 'Default', isDefault: true }), workspace({ name: 'production' })],
  }
  const first = await run()
  expect(first.outputs.issues).toBe('[1001]')
  const [issue] = issues()
  expect(issue?.title).toBe('Claude rate limit: Claude Opus 4.x, requests/min')
  expect(issue?.body).toContain('80 % of 1,000 at 12:00 UTC')
  expect(issue?.body).toContain('Driven by workspace production: 100 % of the peak')
  expect(issue?.body).toContain('### What to do')
  expect(issue?.body).toContain('<summary>Evidence to ask Anthropic for more</summary>')
})

test('the next alert rewrites it, and what people wrote above, below and in the title stays', async () => {
  await run()
  const [issue] = issues()
  issue!.title = 'Opus is short, see TICKET-7'
  issue!.body = `- [x] asked\r\n\r\n${issue!.body}\r\n\r\nNote: call on Monday`
  services.anthropic.world = days([950])
  const again = await run()
  expect(again.outputs.issues).toBe('[1001]')
  expect(issues()).toHaveLength(1)
  expect(issue?.title).toBe('Opus is short, see TICKET-7')
  expect(issue?.body).toMatch(/^- \[x\] asked\n\n<!-- claude-rate-limit-issue/)
  expect(issue?.body).toMatch(/-->\n\nNote: call on Monday$/)
  expect(issue?.body).toContain('95 % of 1,000')
  expect(issue?.body).not.toContain('80 % of 1,000 at')
})

test('it is closed with a word on why, once the limit was raised far enough', async () => {
  await run()
  services.anthropic.world = days([700], 1_500)
  await run()
  expect(open()).toHaveLength(1)
  services.anthropic.world = days([700], 2_000)
  const closing = await run()
  expect(closing.outputs.issues).toBe('[1001]')
  expect(open()).toEqual([])
  expect(issues()[0]).toMatchObject({
    reason: 'completed',
    comments: [expect.stringContaining('the limit is 2,000 now')],
  })
})

test('a muted limit has none', async () => {
  await services.github.seed({
    [POLICY]: 'mutes:\n  - { group: Claude Opus 4.x, owner: us, reason: test, until: 2026-12-31 }\n',
  })
  expect((await run()).outputs.issues).toBe('[]')
  expect(issues()).toEqual([])
})

test('one that a person has closed is not opened again while the same alert goes on', async () => {
  services.anthropic.world = days([900, 900])
  await run({ date: dateOf(0, 2) })
  issues()[0]!.state = 'closed'
  await run({ date: dateOf(1, 2) })
  expect(open()).toEqual([])
})

test('a dry run opens none', async () => {
  const dry = await run({ 'dry-run': 'true' })
  expect(issueRequests()).toEqual([])
  expect(dry.log).toContain('Dry run: no issue is opened')
})

test('without the permission the run fails, says so, and delivers all the rest', async () => {
  services.github.settings.issues = 'read'
  const refused = await run()
  expect(refused.code).toBe(1)
  expect(refused.report.failures).toMatchObject([{ resource: 'issues' }])
  expect(services.slack.messages).toHaveLength(1)
})

describe('never two for one limit:', () => {
  test('another run opens one in the same moment: the younger is closed', async () => {
    services.github.beforeNext(/^POST .*\/issues /, () => run())
    await run()
    expect(open().map(({ number }) => number)).toEqual([1001])
    expect(issues().map(({ reason }) => reason)).toEqual([null, 'not_planned'])
  })

  test('two that are there all the same become one', async () => {
    await run()
    const [first] = issues()
    issues().push({ ...first!, number: 1002 })
    expect((await run()).outputs.issues).toBe('[1002]')
    expect(open().map(({ number }) => number)).toEqual([1001])
  })

  test('an answer that got lost is looked for', async () => {
    services.github.faults.push({
      method: 'POST',
      path: /\/issues$/,
      nth: 1,
      effect: { kind: 'drop', where: 'in-body' },
    })
    const lost = await run()
    expect(lost.code).toBe(0)
    expect(lost.outputs.issues).toBe('[1001]')
    expect(issues()).toHaveLength(1)
  })
})

test('for random sequences of days there is at most one open issue, and one exactly while the rule keeps it', async () => {
  const sequence = fc.array(fc.constantFrom(10, 10, 10, 10, 10, 10, 600, 900), { minLength: 9, maxLength: 12 })
  for (const peaks of fc.sample(sequence, { numRuns: 5, seed: 7 })) {
    issues().length = 0
    services.anthropic.world = days(peaks)
    let calm = 0
    let isOpen = false
    for (const [index, peak] of peaks.entries()) {
      await run({ date: dateOf(index, peaks.length) })
      calm = peak < 500 ? calm + 1 : 0
      if (peak >= 750) isOpen = true
      if (isOpen && calm >= 7) isOpen = false
      expect(open(), `${peaks} day ${index}`).toHaveLength(Number(isOpen))
    }
  }
})

import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { group, usage, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** The monthly spend cap as a limit: a ratio and a date, and no money in anything that leaves the run. */

const POLICY = '.github/claude-rate-limits.policy.yml'
const WORLD = world({
  groups: [group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: { output_tokens_per_minute: 400 } })],
  usage: [usage({ at: '14:05', model: 'claude-opus-4-6', output: 10 })],
})
/** The window ends with 22 November. Amounts that would be recognized. */
const november = (...amounts: [day: number, amount: string][]) =>
  amounts.map(([day, amount]) => ({ day: `2026-11-${String(day).padStart(2, '0')}`, amount }))

let services: Services
beforeEach(async () => {
  services = await startServices(WORLD)
})
afterEach(() => services.stop())

const costRequests = () => services.anthropic.requests.filter(({ path }) => path.endsWith('/analytics/cost'))

async function everything(run: Awaited<ReturnType<Services['run']>>): Promise<string> {
  const paths = [run.outputs['message-path'], run.outputs['metrics-path']].filter(Boolean)
  const files = await Promise.all(paths.map((path) => readFile(path!, 'utf8')))
  return [run.log, run.summary, JSON.stringify(run.report), JSON.stringify(run.outputs), ...files]
    .concat(JSON.stringify(services.slack.messages))
    .join('\n')
}

test('where no cap is known, the cost is not asked for, and nothing is said', async () => {
  services.anthropic.options.costs = november([1, '4711.5'])
  const run = await services.run()
  expect(costRequests()).toEqual([])
  expect(run.report.spend).toBeUndefined()
  expect(run.summary).not.toContain('Spend cap')
})

test('with the cap that the API lists: one request, the share, and the day at the pace of the month', async () => {
  services.anthropic.options.spendLimits = [{ scope: { type: 'usage_tier' }, amount: '50000' }]
  services.anthropic.options.costs = november([1, '13111.5'], [21, '13222.25'], [22, '13666.25'])
  const run = await services.run({ notify: 'on-change' })
  expect(costRequests()).toHaveLength(1)
  expect(run.report.spend).toEqual({
    share: 0.8,
    band: 'alert',
    transition: 'worse',
    reached_on: '2026-11-28',
    cap_source: 'api',
  })
  expect(run.outputs.status).toBe('ok')
  expect(run.summary.replaceAll('&nbsp;', ' ')).toContain(
    '## 🔴 Claude rate limits: the one limit measured is at 2.5 %, spend cap used to 80 %',
  )
  expect(run.summary).toMatch(
    /Spend cap of the month \| `████████░░`&nbsp;\*\*80&nbsp;%\*\* \| 🔴&nbsp;alert \| on 2026-11-28/,
  )
  expect(JSON.stringify(services.slack.messages)).toContain('*Spend cap of the month*: *80 %* used, worse')
  // Neither the cap nor a cost: in cents, in dollars, or as the API spells them.
  expect(await everything(run)).not.toMatch(/50,?000|13,?111|13,?222|13,?666|40,?000|400\.00|131\.1|USD|\$ ?\d/)
})

test('with the cap of the policy where the listing is closed; it is in no output', async () => {
  await services.github.seed({ [POLICY]: 'spend-cap: 731\n' })
  services.anthropic.options.costs = november([3, '7310'])
  const run = await services.run()
  expect(run.report.spend).toMatchObject({ share: 0.1, band: 'ok', reached_on: null, cap_source: 'policy' })
  expect(run.summary).toContain("not this month, at the month's pace")
  expect(await everything(run)).not.toMatch(/\b731\b|7,?310|73\.1/)
})

test('a cost that cannot be read is said where a cap is known: silence would look like room', async () => {
  await services.github.seed({ [POLICY]: 'spend-cap: 731\n' })
  services.anthropic.faults.push({ path: /analytics\/cost/, effect: { kind: 'status', status: 403 } })
  const run = await services.run()
  expect(run.code).toBe(0)
  expect(run.report.spend).toBeUndefined()
  expect(run.report.findings).toContainEqual({
    kind: 'spend-unknown',
    message: expect.stringContaining('How much of the spend cap is used could not be read'),
  })
  expect(await everything(run)).not.toMatch(/\b731\b/)
})

test('the last day of a month is of that month, and the first day begins anew', async () => {
  services.anthropic.options.spendLimits = [{ scope: { type: 'usage_tier' }, amount: '50000' }]
  services.anthropic.options.costs = [
    { day: '2026-10-01', amount: '20000' },
    { day: '2026-10-31', amount: '20000' },
    { day: '2026-11-01', amount: '500' },
  ]
  expect((await services.run({ date: '2026-10-31' })).report.spend?.share).toBe(0.8)
  expect((await services.run({ date: '2026-11-01' })).report.spend).toMatchObject({ share: 0.01, transition: null })
})

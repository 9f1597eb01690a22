import { afterEach, beforeEach, expect, test } from 'vitest'
import { group, usage, type World, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** Budgets for workspaces, for whoever keeps a gateway file. */

const DAY = 86_400_000
const LAST = Date.UTC(2026, 10, 22)
const GATEWAY = '.github/claude-gateway.json'
const MODEL = 'claude-opus-4-6'
const at = (day: number, minute: number) => LAST - (13 - day) * DAY + minute * 60_000

/** Two weeks in which production takes 600 and evals 300 in a few minutes of each day, and 700 in one minute of the last. */
const WORLD: World = world({
  groups: [
    group({ name: 'Claude Opus 4.x', models: [MODEL], limits: { requests_per_minute: 800 } }),
    group({ name: 'Claude Haiku 4.5', models: ['claude-haiku-4-5'], limits: { requests_per_minute: 1_000 } }),
  ],
  workspaces: [workspace({ name: 'production' }), workspace({ name: 'evals' })],
  usage: [
    ...Array.from({ length: 14 }, (_, day) =>
      [10, 20, 30].flatMap((minute) => [
        usage({ at: at(day, minute), model: MODEL, workspace: 'production', requests: 600 }),
        usage({ at: at(day, minute + 300), model: MODEL, workspace: 'evals', requests: 300 }),
        usage({ at: at(day, minute), model: 'claude-haiku-4-5', workspace: 'evals', requests: 100 }),
      ]),
    ).flat(),
    usage({ at: at(13, 700), model: MODEL, workspace: 'production', requests: 700 }),
  ],
})
const idOf = (wanted: string) => WORLD.workspaces.find(({ name }) => name === wanted)?.id ?? ''

let services: Services
beforeEach(async () => {
  services = await startServices(WORLD)
})
afterEach(() => services.stop())

const twoWeeks = (more = {}) => services.run({ 'lookback-days': '14', 'gateway-path': GATEWAY, ...more })
const gatewayFile = async () => JSON.parse((await services.github.read('main', GATEWAY)) ?? '{}')

test('each workspace gets a cap that fits the limit, tried on the last seven days', async () => {
  const run = await twoWeeks()
  const own = { group: { type: 'model_group', name: 'Claude Opus 4.x' }, limiter: 'requests_per_minute' }
  expect(run.report.budgets).toEqual([
    { ...own, workspace: { id: idOf('production'), name: 'production' }, cap: 533, share: 533 / 800, minutes_over: 22 },
    { ...own, workspace: { id: idOf('evals'), name: 'evals' }, cap: 266, share: 266 / 800, minutes_over: 21 },
  ])
  expect(run.summary).toContain('Budgets: a cap for each workspace')
  expect(run.summary).toContain(
    `ant organization:workspaces:rate-limits update --workspace-id ${idOf('evals')} --rate-limit-id RATE_LIMIT_ID --limit '{"type":"requests_per_minute","value":266}'`,
  )
})

test('they are in the gateway file, and a daily run leaves them there', async () => {
  await twoWeeks()
  const caps = { [idOf('production')]: 533, [idOf('evals')]: 266 }
  const budgets = Object.fromEntries(
    Object.entries(caps).map(([id, cap]) => [id, { 'Claude Opus 4.x': { requests_per_minute: cap } }]),
  )
  expect((await gatewayFile()).budgets).toEqual(budgets)
  const daily = await services.run({ 'gateway-path': GATEWAY })
  expect(daily.outputs['snapshot-operation']).toBe('unchanged')
  expect((await gatewayFile()).budgets).toEqual(budgets)
})

test('two weeks that need none take them out again', async () => {
  await twoWeeks()
  services.anthropic.world = { ...WORLD, usage: [] }
  expect((await twoWeeks()).report.budgets).toEqual([])
  expect(await gatewayFile()).not.toHaveProperty('budgets')
})

test('nobody who keeps no gateway file is asked for more, and gets none', async () => {
  const plain = await twoWeeks({ 'gateway-path': '' })
  const asked = services.anthropic.requests.length
  expect(plain.report.budgets).toBeUndefined()
  await twoWeeks()
  expect(services.anthropic.requests.length).toBeGreaterThan(2 * asked)
})

test('minutes that cannot be read are said, and the gateway file keeps what it had', async () => {
  await twoWeeks()
  const isOfBudgets = ({ query }: { query: URLSearchParams }) =>
    query.get('time_bucket_width') === '1m' && query.getAll('group_by[]').join() === 'workspace_id,model'
  services.anthropic.faults.push({ when: isOfBudgets, effect: { kind: 'status', status: 403 } })
  const run = await twoWeeks()
  expect(run.code).toBe(0)
  expect(run.report.findings).toContainEqual({
    kind: 'budgets-unknown',
    message: expect.stringContaining('Budgets could not be worked out'),
  })
  expect(await gatewayFile()).toHaveProperty('budgets')
})

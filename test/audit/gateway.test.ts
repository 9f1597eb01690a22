import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { group, type World, workspace, workspaceId, world } from '../emulator/world/world.ts'
import { asScheduled, type Services, startServices } from './harness.ts'

const SNAPSHOT = '.github/claude-rate-limits.json'
const GATEWAY = '.github/claude-gateway.json'
const WORLD = world({
  groups: [
    group({
      name: 'Claude Opus 4.x',
      models: ['claude-opus-4-6'],
      limits: { requests_per_minute: 100, output_tokens_per_minute: 800 },
    }),
  ],
  workspaces: [
    workspace({ name: 'production', overrides: { 'Claude Opus 4.x': { requests_per_minute: 50 } } }),
    workspace({ name: 'research' }),
    workspace({ name: 'old', archived: true }),
  ],
})
const withLimit = (output: number): World => ({
  ...WORLD,
  groups: [{ ...WORLD.groups[0]!, limits: { ...WORLD.groups[0]!.limits, output_tokens_per_minute: output } }],
})

let services: Services
beforeEach(async () => {
  services = await startServices(WORLD)
})
afterEach(async () => {
  expect(services.github.violations).toEqual([])
  await services.stop()
})

const run = (more = {}) => services.run({ 'gateway-path': GATEWAY, ...more })
const filesOf = async (commit: string) =>
  (await services.github.git('show', '--format=', '--name-only', commit)).trim().split('\n').sort()
const gateway = async () => JSON.parse((await services.github.read('main', GATEWAY)) ?? 'null')

test('the gateway file is committed with the snapshot, by the same commit, for every workspace there is', async () => {
  const first = await run()
  expect(first.code).toBe(0)
  expect(await filesOf('HEAD')).toEqual([GATEWAY, SNAPSHOT].sort())
  const { models, organization, workspaces } = await gateway()
  expect(models).toEqual({ 'claude-opus-4-6': 'Claude Opus 4.x' })
  expect(organization).toEqual({ 'Claude Opus 4.x': { output_tokens_per_minute: 800, requests_per_minute: 100 } })
  expect(workspaces[workspaceId('production')].limits['Claude Opus 4.x']).toEqual({
    output_tokens_per_minute: 800,
    requests_per_minute: 50,
  })
  expect(workspaces[workspaceId('research')].limits).toEqual(organization)
  expect(Object.keys(workspaces)).toEqual(
    [workspaceId('Default'), workspaceId('production'), workspaceId('research')].sort(),
  )

  services.anthropic.world = withLimit(400)
  expect((await run()).outputs['snapshot-operation']).toBe('updated')
  expect(await filesOf('HEAD')).toEqual([GATEWAY, SNAPSHOT].sort())
  expect((await gateway()).organization['Claude Opus 4.x'].output_tokens_per_minute).toBe(400)
})

test('nothing is committed while neither file changes', async () => {
  await run()
  const head = await services.github.git('rev-parse', 'HEAD')
  expect((await run()).outputs['snapshot-operation']).toBe('unchanged')
  expect(await services.github.git('rev-parse', 'HEAD')).toBe(head)
})

test('asked for later, the gateway file is added alone, and that is no drift', async () => {
  await services.run()
  const later = await run()
  expect(later.outputs).toMatchObject({ drift: 'false', 'drift-count': '0', 'snapshot-operation': 'unchanged' })
  expect(later.outputs['commit-sha']).toHaveLength(40)
  expect(later.summary).toContain('claude-gateway.json is brought up to date.')
  expect(await services.github.git('log', '-1', '--format=%b')).toContain('The gateway file is brought up to date')
  expect(await filesOf('HEAD')).toEqual([GATEWAY])
})

test('a new workspace is in the snapshot and in the gateway file', async () => {
  await run()
  services.anthropic.world = { ...WORLD, workspaces: [...WORLD.workspaces, workspace({ name: 'new' })] }
  expect((await run()).report.drift).toMatchObject([{ class: 'workspace-added', scope: { name: 'new' } }])
  expect(await filesOf('HEAD')).toEqual([GATEWAY, SNAPSHOT].sort())
  expect((await gateway()).workspaces[workspaceId('new')].name).toBe('new')
})

test('in a pull request both files go together', async () => {
  await run()
  services.anthropic.world = withLimit(400)
  const proposed = await run({ 'snapshot-mode': 'pull-request' })
  expect(proposed.outputs['pull-request-operation']).toBe('created')
  const text = await services.github.read('claude-rate-limit-audit', GATEWAY)
  expect(JSON.parse(text!).organization['Claude Opus 4.x'].output_tokens_per_minute).toBe(400)
  expect(services.github.pulls[0]!.body).toContain('What reads the gateway file goes by it from then on.')
})

test('in a pull request of its own it is not told as a change of names', async () => {
  await services.run()
  const proposed = await run({ 'snapshot-mode': 'pull-request' })
  expect(proposed.outputs).toMatchObject({ 'pull-request-operation': 'created', 'snapshot-operation': 'unchanged' })
  expect(services.github.pulls[0]).toMatchObject({ title: 'Claude rate limits: the gateway file, same limits' })
})

test('without the input there is no such file', async () => {
  await services.run()
  expect(await filesOf('HEAD')).toEqual([SNAPSHOT])
})

test('the six-hourly refresh of the docs leaves it to the daily audit to tell what has moved', async () => {
  const workflow = parse(await readFile(new URL('../../docs/workflows/gateway-refresh.yml', import.meta.url), 'utf8'))
  const { 'anthropic-admin-key': _, ...inputs } = workflow.jobs.refresh.steps[0].with
  await services.run()
  services.anthropic.world = withLimit(400)
  await services.run(asScheduled(inputs))
  expect((await gateway()).organization['Claude Opus 4.x'].output_tokens_per_minute).toBe(400)
  services.slack.messages.length = 0
  expect((await services.run()).outputs).toMatchObject({ drift: 'true', 'drift-count': '1' })
  expect(JSON.stringify(services.slack.messages)).toContain('800 → 400')
})

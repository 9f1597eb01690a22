import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { group, usage, type World, type WorldGroup, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

const SNAPSHOT = '.github/claude-rate-limits.json'
const opus = (limits: Record<string, number>): WorldGroup =>
  group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-5', 'claude-opus-4-6'], limits })

const WORLD = world({
  groups: [
    opus({ requests_per_minute: 100, output_tokens_per_minute: 800 }),
    group({ type: 'files', limits: { requests_per_minute: 500 } }),
  ],
  workspaces: [
    workspace({ name: 'production', overrides: { 'Claude Opus 4.x': { requests_per_minute: 50 } } }),
    workspace({ name: 'research', overrides: { 'Claude Opus 4.x': { requests_per_minute: 20 } } }),
  ],
  usage: [usage({ at: '14:05', model: 'claude-opus-4-5', requests: 10, output: 310, workspace: 'production' })],
})
const withOutput = (output: number): World => ({
  ...WORLD,
  groups: [opus({ requests_per_minute: 100, output_tokens_per_minute: output }), WORLD.groups[1]!],
})

let services: Services
beforeEach(async () => {
  services = await startServices(WORLD)
})
afterEach(async () => {
  expect(services.github.violations).toEqual([])
  await services.stop()
})
const head = async () => (await services.github.git('rev-parse', 'HEAD')).trim()
const see = (next: World) => {
  services.anthropic.world = next
}

describe('what is no drift', () => {
  test('shuffled replies and another shape make no commit', async () => {
    await services.run()
    const committed = await head()
    see({ ...WORLD, groups: [...WORLD.groups].reverse(), workspaces: [...WORLD.workspaces].reverse() })
    const run = await services.run()
    expect(run.outputs).toMatchObject({ drift: 'false', 'snapshot-operation': 'unchanged' })
    expect(await head()).toBe(committed)
  })

  test('a changed display name alone updates the file quietly', async () => {
    await services.run()
    const posted = services.slack.messages.length
    see({
      ...WORLD,
      groups: [{ ...WORLD.groups[0]!, name: 'Claude Opus four' }, WORLD.groups[1]!],
      workspaces: WORLD.workspaces.map((each) => ({
        ...each,
        overrides: each.isDefault ? {} : { 'Claude Opus four': Object.values(each.overrides)[0] ?? {} },
      })),
    })
    const run = await services.run()
    expect(run.outputs).toMatchObject({ drift: 'false', 'drift-count': '0', 'snapshot-operation': 'updated' })
    expect(services.slack.messages).toHaveLength(posted)
  })
})

describe('a snapshot is never written from part of a reading', () => {
  test('one workspace that cannot be read is unmeasured, the rest is judged, the file stays and the run fails', async () => {
    await services.run()
    const committed = await head()
    const research = WORLD.workspaces.find(({ name }) => name === 'research')!
    services.anthropic.faults.push({
      path: new RegExp(`${research.id}/rate_limits`),
      effect: { kind: 'status', status: 403 },
    })
    see(withOutput(400))
    const run = await services.run()
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ 'snapshot-operation': 'skipped', drift: 'true', 'drift-count': '1' })
    expect(run.report.failures).toMatchObject([{ resource: 'limits of workspace research' }])
    const unmeasured = run.report.verdicts.filter(
      ({ scope }) => scope.type === 'workspace' && scope.name === 'research',
    )
    expect(unmeasured).toMatchObject([{ limiter: 'requests_per_minute', band: 'unmeasured', utilization: null }])
    expect(unmeasured[0]!.reason).toMatch(/could not be read.*403/)
    expect(await head()).toBe(committed)
    expect(run.outputs['slack-delivered']).toBe('true')
  })

  test('workspaces that an input leaves out stay in the file', async () => {
    await services.run()
    const before = await services.github.read('main', SNAPSHOT)
    see(withOutput(400))
    const run = await services.run({ workspaces: 'production' })
    expect(run.outputs['snapshot-operation']).toBe('updated')
    const after = await services.github.read('main', SNAPSHOT)
    expect(JSON.parse(after!).workspaces).toEqual(JSON.parse(before!).workspaces)
  })

  test('an archived workspace leaves the file, and is reported as that', async () => {
    await services.run()
    see({
      ...WORLD,
      workspaces: WORLD.workspaces.map((each) => (each.name === 'research' ? { ...each, archived: true } : each)),
    })
    const run = await services.run()
    expect(run.report.drift).toMatchObject([
      {
        class: 'workspace-archived',
        scope: { name: 'research' },
        group: null,
        consequences: [{ limiter: 'requests_per_minute', before: { limit: 20, peak: 0 }, after: null }],
      },
    ])
    expect(await services.github.read('main', SNAPSHOT)).not.toContain('research')
  })
})

describe('a snapshot that cannot be read', () => {
  test.each([
    ['{"version": 1, "organization": [', /is not JSON/],
    ['{"version": 9}', /has version 9/],
  ])('%s stops with a clear error and is left as it is, and the alert is told all the same', async (text, problem) => {
    await services.github.seed({ [SNAPSHOT]: text })
    see(withOutput(400))
    const run = await services.run()
    expect(run.code).toBe(1)
    expect(run.log).toMatch(problem)
    expect(await services.github.read('main', SNAPSHOT)).toBe(text)
    expect(run.outputs).toMatchObject({ status: 'alert', 'snapshot-operation': 'skipped', 'slack-delivered': 'true' })
    expect(run.outputs).toMatchObject({ drift: '', 'drift-count': '' })
  })
})

describe('two runs that race', () => {
  test('a commit that lands between read and write survives, and both changes are there', async () => {
    await services.run()
    see(withOutput(400))
    services.github.beforeNext(/createCommitOnBranch/, () =>
      services.github.commitAs('colleague', 'main', { 'other.txt': 'kept' }),
    )
    const run = await services.run()
    expect(run.outputs['snapshot-operation']).toBe('updated')
    expect(await services.github.read('main', 'other.txt')).toBe('kept')
    expect(
      JSON.parse((await services.github.read('main', SNAPSHOT))!).organization[1].limits.output_tokens_per_minute,
    ).toBe(400)
    const log = await services.github.git('log', '--format=%an', '-3')
    expect(log.trim().split('\n')).toEqual(['github-actions[bot]', 'colleague', 'github-actions[bot]'])
  })
})

describe('by pull request', () => {
  const run = () => services.run({ 'snapshot-mode': 'pull-request' })

  test('a fixed title stays whatever changes, until somebody gives it another', async () => {
    const titled = () => services.run({ 'snapshot-mode': 'pull-request', 'pull-request-title': 'build: Claude limits' })
    await services.run()
    see(withOutput(400))
    await titled()
    const [pull] = services.github.pulls
    expect(pull?.title).toBe('build: Claude limits')
    expect(pull?.body).toContain('800 → 400')

    see(withOutput(320))
    expect((await titled()).outputs['pull-request-operation']).toBe('updated')
    expect(pull?.title).toBe('build: Claude limits')

    pull!.title = 'OPS-123: limits'
    see(withOutput(160))
    await titled()
    expect(pull?.title).toBe('OPS-123: limits')
    expect(pull?.body).toContain('800 → 160')
  })

  test('cut: opened; deeper cut: the same one updated; reverted: closed and branch gone; cut again: a new one', async () => {
    await services.run()
    see(withOutput(400))
    const opened = await run()
    expect(opened.outputs).toMatchObject({ 'pull-request-operation': 'created', drift: 'true' })
    const [pull] = services.github.pulls
    expect(pull?.body).toContain('800 → 400 (−50&nbsp;%)')
    expect(pull?.body).toMatch(/38\.8&nbsp;%.*77\.5&nbsp;%/)

    see(withOutput(320))
    const updated = await run()
    expect(updated.outputs).toMatchObject({
      'pull-request-operation': 'updated',
      'pull-request-number': opened.outputs['pull-request-number'],
    })
    expect(services.github.pulls[0]?.body).toMatch(/800 → 320/)

    see(WORLD)
    const reverted = await run()
    expect(reverted.outputs).toMatchObject({ 'pull-request-operation': 'closed', drift: 'false' })
    expect(await services.github.git('branch', '--list', 'claude-rate-limit-audit')).toBe('')

    see(withOutput(400))
    const again = await run()
    expect(again.outputs['pull-request-operation']).toBe('created')
    expect(again.outputs['pull-request-number']).not.toBe(opened.outputs['pull-request-number'])
  })

  test("a human's commit on the branch survives the next three runs, and the limits there stay right", async () => {
    await services.run()
    see(withOutput(400))
    await run()
    await services.github.commitAs('reviewer', 'claude-rate-limit-audit', { 'NOTES.md': 'Asked Anthropic.' })
    for (const output of [400, 320, 300]) {
      see(withOutput(output))
      await run()
      expect(await services.github.read('claude-rate-limit-audit', 'NOTES.md')).toBe('Asked Anthropic.')
      const snapshot = JSON.parse((await services.github.read('claude-rate-limit-audit', SNAPSHOT))!)
      expect(snapshot.organization[1].limits.output_tokens_per_minute).toBe(output)
    }
  })
})

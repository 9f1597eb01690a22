import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Report } from '../../src/report/report.ts'
import {
  group,
  usage,
  type World,
  type WorldWorkspace,
  workspace,
  workspaceId,
  world,
} from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

/** Changes of limits, overrides and workspaces as a person sees them. */

const SNAPSHOT = '.github/claude-rate-limits.json'
const OPUS = 'Claude Opus 4.x'
const OUTPUT = 'output_tokens_per_minute'
const REQUESTS = 'requests_per_minute'
const DAY_BEFORE = '2026-11-21'

const use = (parts: Omit<Parameters<typeof usage>[0], 'at' | 'model'>) =>
  ['14:05', `${DAY_BEFORE}T14:05:00Z`].map((at) => usage({ at, model: 'claude-opus-4-6', ...parts }))
const organization = (limits: Record<string, number>, workspaces: WorldWorkspace[] = [], usages: World['usage'] = []) =>
  world({ groups: [group({ name: OPUS, models: ['claude-opus-4-6'], limits })], workspaces, usage: usages })
const production = (limits: Record<string, number> = {}, more: Partial<WorldWorkspace> = {}) =>
  workspace({ name: 'production', overrides: Object.keys(limits).length > 0 ? { [OPUS]: limits } : {}, ...more })

let services: Services
beforeEach(async () => {
  services = await startServices(organization({ [OUTPUT]: 1_000 }))
})
afterEach(async () => {
  expect(services.github.violations).toEqual([])
  await services.stop()
})

const see = (next: World) => {
  services.anthropic.world = next
}
/** The run, by pull request, in which the organization goes from one state to the other. */
async function changed(before: World, after: World) {
  see(before)
  await services.run()
  see(after)
  const run = await services.run({ 'snapshot-mode': 'pull-request' })
  return { ...run, report: run.report, body: bodyOf(0) }
}
const bodyOf = (index: number) => (services.github.pulls[index]?.body ?? '').replaceAll('&nbsp;', ' ')
const rows = (report: Report, limiter: string) => report.verdicts.filter((row) => row.limiter === limiter)
const head = async () => (await services.github.git('rev-parse', 'HEAD')).trim()
const file = async () => JSON.parse((await services.github.read('main', SNAPSHOT))!)

test('a limiter that is added is new, whatever its use was the day before', async () => {
  const uses = use({ output: 318 })
  const { report } = await changed(
    organization({ [OUTPUT]: 1_000 }, [], uses),
    organization({ [OUTPUT]: 1_000, tokens_per_day: 100 }, [], uses),
  )
  expect(rows(report, 'tokens_per_day')).toMatchObject([
    { band: 'alert', utilization: 3.18, transition: 'new', previous: null },
  ])
  expect(report.drift).toMatchObject([
    { class: 'limiter-added', consequences: [{ before: null, after: { limit: 100, peak: 318, utilization: 3.18 } }] },
  ])
})

test('input that is counted by the other rule shows the use by each rule, and no change of a value that stayed', async () => {
  const uses = use({ uncachedInput: 100_000, cacheRead: 560_000 })
  const { body, report } = await changed(
    organization({ input_tokens_per_minute: 660_000 }, [], uses),
    organization({ input_tokens_per_minute_cache_aware: 660_000 }, [], uses),
  )
  expect(body).toContain('660,000, which no longer counts cache reads')
  expect(body).toContain(
    "The day's peak, counted each way, was 660,000 (100 %) and is now 100,000 (15.2 %): back below the watch line.",
  )
  expect(body).not.toContain('+0 %')
  expect(report.verdicts).toMatchObject([{ transition: null, previous: null }])
})

describe('an override', () => {
  const uses = use({ output: 18_560, requests: 10, workspace: 'production' })

  test("that is set replaces the organization's limit, by name", async () => {
    const { body, report } = await changed(
      organization({ [OUTPUT]: 320_000 }, [production()], uses),
      organization({ [OUTPUT]: 320_000 }, [production({ [OUTPUT]: 9_000 })], uses),
    )
    expect(body).toContain("320,000 (the organization's) → 9,000")
    expect(body).toContain("The day's peak 18,560 was 5.8 % and is now 206.2 %: over the limit itself.")
    expect(report.drift).toMatchObject([
      {
        class: 'override-added',
        inherited: 320_000,
        consequences: [{ before: { limit: 320_000, utilization: 0.058 }, after: { limit: 9_000, peak: 18_560 } }],
      },
    ])
    expect(rows(report, OUTPUT)).toMatchObject([{}, { scope: { name: 'production' }, transition: 'new' }])
  })

  test("that is removed leaves the organization's, by name", async () => {
    const { body } = await changed(
      organization({ [OUTPUT]: 66_000 }, [production({ [OUTPUT]: 30_000 })], uses),
      organization({ [OUTPUT]: 66_000 }, [production()], uses),
    )
    expect(body).toContain("30,000 → 66,000 (the organization's)")
  })

  test("equal to the organization's limit is pinned once that is raised: a finding", async () => {
    const { report, summary } = await changed(
      organization({ [REQUESTS]: 16 }, [production({ [REQUESTS]: 16 })], uses),
      organization({ [REQUESTS]: 32 }, [production({ [REQUESTS]: 16 })], uses),
    )
    const pinned = report.findings.filter(({ kind }) => kind === 'pinned-override')
    expect(pinned).toMatchObject([
      {
        message: expect.stringMatching(
          /^Workspace production: its limit of 16 on .* is pinned: .* raised to 32, and it did not follow\.$/,
        ),
      },
    ])
    expect(summary).toContain('did not follow')
  })

  test('that is lower than the organization’s limit is not pinned', async () => {
    const { report } = await changed(
      organization({ [REQUESTS]: 16 }, [production({ [REQUESTS]: 12 })]),
      organization({ [REQUESTS]: 32 }, [production({ [REQUESTS]: 12 })]),
    )
    expect(report.findings.filter(({ kind }) => kind === 'pinned-override')).toEqual([])
  })
})

describe('workspaces', () => {
  test('are all in the snapshot, with limits of their own or without', async () => {
    see(organization({ [OUTPUT]: 1_000 }, [production({ [OUTPUT]: 500 }), workspace({ name: 'research' })]))
    await services.run()
    expect((await file()).workspaces).toEqual(
      [
        { id: workspaceId('Default'), name: 'Default', overrides: [] },
        { id: workspaceId('research'), name: 'research', overrides: [] },
        expect.objectContaining({ name: 'production', overrides: [expect.objectContaining({ name: OPUS })] }),
      ].sort((a, b) => ((a.id ?? workspaceId('production')) < (b.id ?? workspaceId('production')) ? -1 : 1)),
    )
  })

  test('a new one without limits of its own may use all of the organization’s, and that is said', async () => {
    const { body, report } = await changed(
      organization({ [OUTPUT]: 1_000 }, [production()]),
      organization({ [OUTPUT]: 1_000 }, [production(), workspace({ name: 'research' })]),
    )
    expect(report.drift).toMatchObject([
      { class: 'workspace-added', scope: { name: 'research' }, group: null, limiter: null, consequences: [] },
    ])
    expect(body).toContain(
      '| Workspace research | new workspace | It has no limits of its own: it may use all of the organization',
    )
  })

  test('an archived one takes its limits along: it is not said that the organization’s apply', async () => {
    const { body, report } = await changed(
      organization({ [OUTPUT]: 1_000 }, [production({ [OUTPUT]: 500 })]),
      organization({ [OUTPUT]: 1_000 }, [production({ [OUTPUT]: 500 }, { archived: true })]),
    )
    expect(report.drift.map((item) => item.class)).toEqual(['workspace-archived'])
    expect(body).toContain('| Workspace production | archived: its own limits are gone |')
    expect(body).not.toContain('the organization&#39;s)')
  })

  test('that an earlier version left out of the snapshot are no drift and no commit, and are added with the next change', async () => {
    see(organization({ [OUTPUT]: 1_000 }, [production({ [OUTPUT]: 500 }), workspace({ name: 'research' })]))
    await services.run()
    const now = await file()
    const older = { ...now, workspaces: now.workspaces.filter((each: { overrides: [] }) => each.overrides.length > 0) }
    await services.github.seed({ [SNAPSHOT]: `${JSON.stringify(older, null, 2)}\n` })
    const committed = await head()
    expect((await services.run()).outputs).toMatchObject({ drift: 'false', 'snapshot-operation': 'unchanged' })
    expect(await head()).toBe(committed)

    see(organization({ [OUTPUT]: 900 }, [production({ [OUTPUT]: 500 }), workspace({ name: 'research' })]))
    expect((await services.run()).report.drift.map((item) => item.class)).toEqual(['cut'])
    expect((await file()).workspaces).toHaveLength(3)
  })
})

describe('a strange answer is asked for again before it is believed', () => {
  const before = organization({ [OUTPUT]: 1_000 }, [production({ [OUTPUT]: 500 })])
  const limits = new RegExp(`${workspaceId('production')}/rate_limits`)
  const notFound = { kind: 'status', status: 404 } as const
  const empty = { kind: 'body', body: '{"data":[],"next_page":null}' } as const

  test.each([
    ['404', notFound],
    ['an empty list', empty],
  ])('%s once, for limits that were there: no drift', async (_, effect) => {
    see(before)
    await services.run()
    services.anthropic.faults.push({ path: limits, nth: 1, effect })
    const run = await services.run()
    expect(run.outputs).toMatchObject({ drift: 'false', 'snapshot-operation': 'unchanged' })
    expect(run.report.verdicts.filter(({ scope }) => scope.type === 'workspace')).toMatchObject([{ limit: 500 }])
  })

  test('twice is believed', async () => {
    see(before)
    await services.run()
    services.anthropic.faults.push({ path: limits, effect: notFound })
    expect((await services.run()).report.drift).toMatchObject([{ class: 'override-removed', before: 500 }])
  })

  test('a second read that fails is a failure, not a change', async () => {
    see(before)
    await services.run()
    services.anthropic.faults.push({ path: limits, nth: 1, effect: notFound })
    services.anthropic.faults.push({ path: limits, effect: { kind: 'status', status: 403 } })
    const run = await services.run()
    expect(run).toMatchObject({ code: 1, outputs: { drift: 'false', 'snapshot-operation': 'skipped' } })
  })

  test('a workspace that is missing from the list once is not gone', async () => {
    see(before)
    await services.run()
    const list = '{"data":[],"has_more":false,"first_id":null,"last_id":null}'
    services.anthropic.faults.push({
      path: /organizations\/workspaces\?/,
      nth: 1,
      effect: { kind: 'body', body: list },
    })
    expect((await services.run()).outputs).toMatchObject({ drift: 'false', 'snapshot-operation': 'unchanged' })
  })
})

describe('a snapshot that somebody formatted', () => {
  const forms: [string, (text: string) => string][] = [
    ['line ends of Windows', (text) => text.replaceAll('\n', '\r\n')],
    ['in one line', (text) => JSON.stringify(JSON.parse(text))],
    ['four spaces', (text) => JSON.stringify(JSON.parse(text), null, 4)],
  ]

  test.each(forms)('%s: no commit, no pull request, until there is a change to record', async (_, format) => {
    await services.run()
    const canonical = (await services.github.read('main', SNAPSHOT))!
    await services.github.seed({ [SNAPSHOT]: format(canonical) })
    const committed = await head()
    expect((await services.run()).outputs).toMatchObject({ drift: 'false', 'snapshot-operation': 'unchanged' })
    const proposed = await services.run({ 'snapshot-mode': 'pull-request' })
    expect(proposed.outputs).toMatchObject({ 'pull-request-operation': 'none', 'snapshot-operation': 'unchanged' })
    expect(await head()).toBe(committed)

    see(organization({ [OUTPUT]: 900 }))
    expect((await services.run()).outputs['snapshot-operation']).toBe('updated')
    expect(await services.github.read('main', SNAPSHOT)).toBe(canonical.replace('1000', '900'))
  })
})

describe('what is judged and what is read are two things', () => {
  test.each(['none', 'research'])(
    'workspaces: %s reads the limits of all, for the snapshot, the gateway file and the policy',
    async (wanted) => {
      const policy = '.github/claude-rate-limits.policy.yml'
      await services.github.seed({
        [policy]: `expected:\n  - { group: '${OPUS}', limiter: ${OUTPUT}, workspace: production, limit: 400 }\n`,
      })
      see(organization({ [OUTPUT]: 1_000 }, [production({ [OUTPUT]: 500 }), workspace({ name: 'research' })]))
      const run = await services.run({ workspaces: wanted, 'gateway-path': 'gateway.json' })
      expect(run.report.verdicts.filter(({ scope }) => scope.type === 'workspace')).toEqual([])
      expect(await services.github.read('main', SNAPSHOT)).toContain('"output_tokens_per_minute": 500')
      const gateway = JSON.parse((await services.github.read('main', 'gateway.json'))!)
      expect(gateway.workspaces[workspaceId('production')].limits[OPUS]).toEqual({ [OUTPUT]: 500 })
      expect(run.report.findings).toContainEqual(
        expect.objectContaining({ message: expect.stringContaining('the policy expects 400, and it is 500') }),
      )
      const usageOf = services.anthropic.requests.flatMap(({ query }) => query.getAll('workspace_ids[]'))
      expect(usageOf).toEqual([])
    },
  )
})

describe('the pull request', () => {
  const withOutput = (output: number) =>
    organization(
      { [OUTPUT]: output, [REQUESTS]: 100 },
      [production()],
      use({ output: 310, requests: 1, workspace: 'production' }),
    )
  const run = () => services.run({ 'snapshot-mode': 'pull-request' })

  test('is proposed in Slack, not updated, with a button that leads to it', async () => {
    const { outputs } = await changed(withOutput(800), withOutput(400))
    const posted = JSON.stringify(services.slack.messages.at(-1))
    expect(posted).toContain(`Change of ${SNAPSHOT} proposed.`)
    expect(posted).not.toMatch(/Snapshot [^"]* updated/)
    expect(posted).toContain(`"text":"Review pull request","emoji":false},"url":"${outputs['pull-request-url']}"`)
  })

  test('names the worst change in its title and counts the rest', async () => {
    await changed(
      withOutput(800),
      organization({ [OUTPUT]: 400, [REQUESTS]: 200 }, [production()], use({ output: 310 })),
    )
    expect(services.github.pulls[0]!.title).toBe(
      `Claude rate limits: ${OPUS}, output tokens/min: 800 → 400 (−50 %), and 1 more change`,
    )
    const first = await services.github.git('log', '-1', '--format=%s', 'claude-rate-limit-audit')
    expect(first.trim()).toBe('chore: update Claude rate limits: 1 cut, 1 raised')
  })

  test('says what is new since its last update, until something else is', async () => {
    await changed(withOutput(800), withOutput(400))
    expect(bodyOf(0)).not.toContain('New with the update')
    const since = (change: string) =>
      `### New with the update after 2026-11-22 (UTC)\n\n- ${OPUS}, output tokens/min: ${change}`
    see(withOutput(320))
    await run()
    expect(bodyOf(0)).toContain(since('400 → 320 (−20 %)'))
    await run()
    expect(bodyOf(0)).toContain(since('400 → 320 (−20 %)'))
    see(withOutput(640))
    await run()
    expect(bodyOf(0)).toContain(since('320 → 640 (+100 %)'))
    expect(bodyOf(0)).not.toContain('400 → 320')
  })

  test('says who drives each limit that a change presses', async () => {
    const { body } = await changed(withOutput(800), withOutput(400))
    expect(body).toMatch(
      /### Who drives what the changes press\n\n- Claude Opus 4\.x, output tokens\/min: 77\.5 % of 400 at 14:05 UTC\. Who drove it, in that minute: by workspace: production 100 %/,
    )
  })
})

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type GitHubEmulator, startGitHub } from '../emulator/github/github.ts'
import { group, usage, type World, workspace, world } from '../emulator/world/world.ts'
import { type Services, startServices } from './harness.ts'

const SNAPSHOT = '.github/claude-rate-limits.json'
const BRANCH = 'claude-rate-limit-audit'

const withOutput = (output: number, name = 'production'): World =>
  world({
    groups: [
      group({ name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: { output_tokens_per_minute: output } }),
    ],
    workspaces: [workspace({ name, overrides: { 'Claude Opus 4.x': { output_tokens_per_minute: output / 2 } } })],
    usage: [usage({ at: '14:05', model: 'claude-opus-4-6', output: 310, workspace: name })],
  })

let services: Services
let folder: string
beforeEach(async () => {
  services = await startServices(withOutput(800))
  folder = await mkdtemp(join(tmpdir(), 'deliveries-'))
})
afterEach(async () => {
  expect(services.github.violations).toEqual([])
  await services.stop()
  await rm(folder, { recursive: true })
})
const byPullRequest = (more = {}) => services.run({ 'snapshot-mode': 'pull-request', ...more })
const lastMessage = () => JSON.stringify(services.slack.messages.at(-1))

describe('on a GitHub Enterprise Server', () => {
  let server: GitHubEmulator
  beforeEach(async () => {
    server = await startGitHub({ layout: 'ghes' })
    await server.seed({ 'README.md': '# Platform\n' })
  })
  afterEach(async () => {
    expect(server.violations).toEqual([])
    await server.stop()
  })
  const run = (more = {}) =>
    services.run(
      { 'github-token': server.token, ...more },
      { env: { ...server.env, GITHUB_RUN_ID: '7001', RUNNER_TEMP: folder } },
    )

  test('the snapshot is committed and proposed there, nothing is asked of another host, and links lead there', async () => {
    expect((await run()).outputs).toMatchObject({ 'snapshot-operation': 'created', 'commit-verified': 'true' })
    expect(lastMessage()).toContain(`${server.serverUrl}/acme/limits/actions/runs/7001`)
    services.anthropic.world = withOutput(400)
    const proposed = await run({ 'snapshot-mode': 'pull-request' })
    expect(proposed.outputs).toMatchObject({ 'pull-request-operation': 'created', 'pull-request-number': '1' })
    expect(proposed.outputs['pull-request-url']).toMatch(new RegExp(`^${server.serverUrl}/acme/limits/pull/1$`))
    expect(server.pulls[0]!.body).toContain(`](${server.serverUrl}/acme/limits/actions/runs/7001)`)
    expect(server.requests.every(({ path }) => path.startsWith('/api/'))).toBe(true)
    expect(services.github.requests).toEqual([])
  })
})

describe('snapshot-mode: file', () => {
  const run = (more = {}) =>
    services.run(
      { 'snapshot-mode': 'file', ...more },
      { env: { GITHUB_WORKSPACE: folder, RUNNER_TEMP: folder, GITHUB_REPOSITORY: 'acme/limits' } },
    )
  const written = async () => JSON.parse(await readFile(join(folder, SNAPSHOT), 'utf8'))

  test('writes the snapshot and the gateway file into the workspace, tells drift against them, and asks GitHub nothing', async () => {
    const gateway = '.github/claude-gateway.json'
    const first = await run({ 'gateway-path': gateway })
    expect(first.outputs).toMatchObject({ 'snapshot-operation': 'written', drift: 'false', 'commit-sha': '' })
    expect((await run({ 'gateway-path': gateway })).outputs['snapshot-operation']).toBe('unchanged')

    services.anthropic.world = withOutput(400)
    const moved = await run({ 'gateway-path': gateway })
    expect(moved.outputs).toMatchObject({ 'snapshot-operation': 'written', drift: 'true', 'drift-count': '2' })
    expect((await written()).organization[0].limits.output_tokens_per_minute).toBe(400)
    expect(JSON.parse(await readFile(join(folder, gateway), 'utf8')).organization).toEqual({
      'Claude Opus 4.x': { output_tokens_per_minute: 400 },
    })
    expect(services.github.requests).toEqual([])
  })

  test('reads the policy from the workspace too', async () => {
    await run()
    await writeFile(
      join(folder, '.github/claude-rate-limits.policy.yml'),
      'thresholds: [{ workspace: production, alert: 70% }]\n',
    )
    expect((await run()).report.verdicts.map(({ thresholds }) => thresholds?.alert)).toEqual([undefined, 0.7])
  })
})

describe('a pull request', () => {
  beforeEach(async () => {
    await services.run()
    services.anthropic.world = withOutput(400)
  })

  test('gets its labels, reviewers and assignees; one that GitHub refuses costs a warning and nothing else', async () => {
    services.github.settings.teams = ['platform']
    const run = await byPullRequest({
      'pull-request-labels': 'limits, claude',
      'pull-request-reviewers': 'octocat\nnobody\nteam:platform',
      'pull-request-assignees': 'hubot',
    })
    expect(run.code).toBe(0)
    expect(services.github.pulls).toMatchObject([
      { labels: ['limits', 'claude'], reviewers: ['octocat'], teams: ['platform'], assignees: ['hubot'] },
    ])
    expect(run.log.match(/^warning: Pull request #1 is without .*/gm)).toEqual([
      expect.stringContaining('is without reviewer "nobody"'),
    ])
  })

  test('that a person closed is opened anew while the limits still differ, and told again', async () => {
    await byPullRequest()
    services.github.pulls[0]!.state = 'closed'
    services.slack.messages.length = 0
    const again = await byPullRequest({ notify: 'on-change' })
    expect(again.outputs).toMatchObject({ 'pull-request-operation': 'created', 'pull-request-number': '2' })
    expect(services.github.pulls.map(({ state }) => state)).toEqual(['closed', 'open'])
    expect(services.slack.messages).toHaveLength(1)
  })

  test('that waits for review is not told every day under notify: on-change, and a deeper cut is', async () => {
    // Saturday's audit: that of Sunday, on a Monday, says what still stands.
    const onChange = { notify: 'on-change', date: '2026-11-21' }
    services.anthropic.world = { ...withOutput(700), usage: [] }
    await byPullRequest(onChange)
    services.slack.messages.length = 0
    expect((await byPullRequest(onChange)).outputs.drift).toBe('true')
    expect(services.slack.messages).toEqual([])
    await byPullRequest({ notify: 'on-change' })
    expect(services.slack.messages).toHaveLength(1)
    services.slack.messages.length = 0
    await byPullRequest({ notify: 'on-alert' })
    expect(services.slack.messages).toHaveLength(1)
    expect(lastMessage()).toMatch(/\/pull\/1\|Pull request #1> (waits for review|is updated for review)/)
    services.anthropic.world = { ...withOutput(600), usage: [] }
    await byPullRequest(onChange)
    expect(services.slack.messages).toHaveLength(2)
    await byPullRequest({ notify: 'on-change' })
    expect(services.slack.messages).toHaveLength(3)
  })
})

test('the log has a line for each result, and speaks of one as of one', async () => {
  services.anthropic.world = withOutput(400)
  const { log } = await services.run()
  const inGroup = (name: string) => log.split(`group: ${name}\n`)[1]!.split('\ngroup: ')[0]!.split('\n')
  expect(inGroup('Limits')[0]).toBe(
    'info: Read the limits of 1 rate-limit group and 2 workspaces, 1 of them with overrides.',
  )
  const usageLines = inGroup('Usage').filter((line) => line.startsWith('info: '))
  expect(usageLines[0]).toMatch(
    /^info: Plan: usage per minute, 2026-11-21 to 2026-11-22: 2 questions, 1 workspace with overrides, about \d+ requests\.$/,
  )
  expect(usageLines.at(-1)).toBe('info: Read usage from the analytics API: the whole window.')
  expect(
    inGroup('Scorecard').filter((line) => /^info: .* organization · | workspace production · /.test(line)),
  ).toHaveLength(2)
})

test('a group or a model that is called like a person mentions nobody in the commit', async () => {
  const called = (name: string, model: string): World => ({
    ...withOutput(800),
    groups: [
      group({ name, models: ['claude-opus-4-6', model], limits: { output_tokens_per_minute: 800 } }),
      group({ name: 'Claude Haiku', models: ['claude-haiku-4-5'], limits: { requests_per_minute: 10 } }),
    ],
    workspaces: withOutput(800).workspaces.filter(({ isDefault }) => isDefault),
  })
  services.anthropic.world = called('@acme/oncall', 'claude-opus-4-6-fast')
  await services.run()
  services.anthropic.world = called('@acme/oncall', '@ada #12 GH-7')
  await services.run()
  const message = await services.github.git('log', '-1', '--format=%B', 'main')
  expect(message).toContain('acme/oncall')
  expect(message).toContain('ada')
  expect(message).not.toMatch(/@acme|@ada|#12|GH-7/)
})

test('a hostile workspace name is only its characters wherever the audit tells it', async () => {
  const name = '<!channel> *x* | \n::error::# h1 <script> @acme/oncall fixes #1'
  services.anthropic.world = withOutput(800, name)
  await services.run()
  services.anthropic.world = withOutput(400, name)
  const run = await byPullRequest()
  const scopes = run.report.verdicts.map(({ scope }) => scope)
  expect(scopes).toContainEqual(expect.objectContaining({ name }))

  expect(run.log).toContain('workspace <!channel> *x* | ↵::error::# h1 <script>')
  expect(run.log.split('\n').filter((line) => /^::|##\[/.test(line))).toEqual([])
  expect(run.log).toMatch(/^warning: Claude rate limits: .*workspace <!channel>/m)

  expect(lastMessage()).toContain('`&lt;!channel&gt; *x* | ↵::error::# h1 &lt;script&gt;')
  expect(lastMessage()).not.toMatch(/<!channel>|<script>/)

  const [pull] = services.github.pulls
  for (const markdown of [run.summary, pull!.body!]) {
    expect(markdown).toContain('&#60;&#33;channel&#62; &#42;x&#42; &#124;')
    expect(markdown).not.toMatch(/<!channel>|<script>|@acme|fixes #1/)
  }
  const message = await services.github.git('log', '-1', '--format=%B', BRANCH)
  expect(message).toContain('<!channel> *x* | ↵')
  expect(message).not.toMatch(/@acme|fixes #1|^::|^# h1/m)
})

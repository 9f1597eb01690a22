import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import stringWidth from 'string-width'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { reportSchema } from '../../src/report/schemas/report-schema.ts'
import { levels, line } from '../collect/headers-log/lines.ts'
import { ADMIN_KEY, type AnthropicEmulator, startAnthropic } from '../emulator/anthropic/server.ts'
import { exampleWorld } from '../emulator/world/example.ts'
import { group, usage, world } from '../emulator/world/world.ts'
import { type DeskOptions, runDesk } from '../runner/run-desk.ts'

/** The command on one's own desk, started as a shell starts it, in an empty folder. */

const today = new Date().toISOString().slice(0, 10)
const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
/** Enough for most of it, and quickly read. */
const SMALL = world({
  now: Date.now,
  groups: [
    group({
      name: 'Claude Opus 4.x',
      models: ['claude-opus-4-5'],
      limits: { requests_per_minute: 4_000, output_tokens_per_minute: 400_000 },
    }),
  ],
  usage: [usage({ at: `${yesterday}T14:05:20Z`, model: 'claude-opus-4-5', requests: 3_100, output: 100 })],
})
const LARGE = { ...exampleWorld({ today }), now: Date.now }

const SAY_CPU_TIME = "process.on('exit', () => process.stderr.write(JSON.stringify(process.cpuUsage())))"

let anthropic: AnthropicEmulator
let folder: string
const folders: string[] = []
beforeAll(async () => {
  anthropic = await startAnthropic(SMALL, { dataRefreshedAt: null })
})
afterAll(async () => {
  for (const one of folders) rmSync(one, { recursive: true, force: true })
  await anthropic.stop()
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'desk-'))
  folders.push(folder)
  anthropic.world = SMALL
  anthropic.requests.length = 0
})

const run = (argv: readonly string[] = [], options: Partial<DeskOptions> = {}) =>
  runDesk({
    argv: ['--base-url', anthropic.url, ...argv],
    env: { ANTHROPIC_ADMIN_KEY: ADMIN_KEY },
    cwd: folder,
    ...options,
  })

describe('the command', () => {
  test('prints the scorecard in 80 columns, with the verdict last, and leaves nothing behind', async () => {
    anthropic.world = LARGE
    const { code, stdout, stderr } = await run()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines.filter((text) => stringWidth(text) > 80)).toEqual([])
    expect(stdout).not.toContain('\u001b')
    expect(lines[0]).toMatch(/^Claude rate limits, \d{4}-\d\d-\d\d \(UTC\): 41 limits measured/)
    expect(lines.slice(-3)[0]).toMatch(/^🔴 3 limits at or over 75 %, highest /)
    expect(readdirSync(folder)).toEqual([])
  })

  // By its CPU time, 0.7 s: on a busy machine wall time says how busy it is, and CPU time is longer by half.
  test('takes at most a second beyond its requests', async () => {
    anthropic.world = LARGE
    const seconds: number[] = []
    for (let runs = 0; runs < 2; runs++) {
      const { stderr } = await run([], { nodeArguments: ['--import', `data:text/javascript,${SAY_CPU_TIME}`] })
      const { user, system } = JSON.parse(stderr)
      seconds.push((user + system) / 1e6)
    }
    expect(Math.min(...seconds)).toBeLessThan(1.5)
  })

  test('never shows the key, whatever goes wrong with it', async () => {
    const runs = [
      await run(['--json', '--report', 'report.json', '--summary', 'summary.md']),
      await run([ADMIN_KEY]),
      await run(['--threshold', ADMIN_KEY]),
      await run([], { env: { ANTHROPIC_ADMIN_KEY: `${ADMIN_KEY}-revoked` } }),
    ]
    expect(runs.map(({ code }) => code)).toEqual([0, 2, 2, 1])
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    expect(files).toHaveLength(2)
    for (const text of [...runs.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...files])
      expect(text).not.toContain(ADMIN_KEY)
    expect(runs[3]?.stderr).toMatch(/no sign of health.*answered 401/s)
    expect(runs[3]?.stdout).toBe('')
  })

  test('exits with 1 where --fail-on says so, and says why in the last line', async () => {
    expect((await run(['--fail-on', 'drift'])).code).toBe(0)
    const { code, stdout } = await run(['--fail-on', 'alert'])
    expect(code).toBe(1)
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/Exit code 1: .*\(fail-on: alert\)\.$/)
  })

  test('asks for nothing and exits with 2 where an input is wrong, and names all of them', async () => {
    const { code, stdout, stderr } = await run(['--threshold', '80', '--date', 'tomorrow'])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/2 inputs are not valid.*date: got "tomorrow".*threshold: got "80"/s)
    expect(anthropic.requests).toEqual([])
  })

  test('looks at the hours up to now, and says up to when they are known', async () => {
    const burst = usage({ at: Date.now() - 20 * 60_000, model: 'claude-opus-4-5', requests: 4_160, output: 100 })
    anthropic.world = { ...SMALL, usage: [burst] }
    anthropic.options.dataRefreshedAt = new Date(Date.now() - 10 * 60_000).toISOString()
    const { code, stdout } = await run(['--date', 'last-3h'])
    anthropic.options.dataRefreshedAt = null
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Claude rate limits, live, /)
    expect(stdout).toContain('Hot minutes, newest first')
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /🔴 1 limit at or over 75 %, highest 104 %\. Claude Opus 4\.x, requests\/min: 104 % at \d\d:\d\d UTC; .*Known until \d\d:\d\d UTC in tokens, \d\d:\d\d UTC in requests\. $/,
    )
  })

  test('prints the report as JSON, and nothing else, with --json', async () => {
    const { stdout } = await run(['--json'])
    expect(reportSchema.parse(JSON.parse(stdout)).status).toBe('alert')
  })

  test('writes the files it is asked for, where it is asked to', async () => {
    const { code } = await run(['--report', 'out/report.json', '--summary', 'summary.md', '--evidence', 'evidence.md'])
    expect(code).toBe(0)
    expect(JSON.parse(readFileSync(join(folder, 'out/report.json'), 'utf8')).version).toBe(1)
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('### Scorecard')
    expect(readFileSync(join(folder, 'evidence.md'), 'utf8')).toContain('# Evidence for higher Claude rate limits')
  })

  test('plays through what may come, with --what-if', async () => {
    const { code, stdout } = await run(['--what-if', 'Default × 2'])
    expect(code).toBe(0)
    expect(stdout).toContain('What if Default × 2')
    expect(stdout).toMatch(/77\.5 % +155 % +Claude Opus 4\.x, requests\/min\n +would reach its limit \(14:05 UTC\)/)
  })

  test('works out a cap for each workspace, with --budgets', async () => {
    const before = usage({ at: Date.parse(yesterday) - 9 * 86_400_000, model: 'claude-opus-4-5', requests: 3_000 })
    anthropic.world = { ...SMALL, usage: [...(SMALL.usage as []), before] }
    anthropic.options.dataRefreshedAt = new Date().toISOString()
    const { code, stdout } = await run(['--budgets', '--lookback-days', '14', '--compare-with', 'none'])
    anthropic.options.dataRefreshedAt = null
    expect(code).toBe(0)
    expect(stdout).toMatch(/Budgets that fit the limit of the organization\n.*\n3,000 +75 % +1 +Default/)
  })

  test('says so and exits with 1 where such a file cannot be written', async () => {
    writeFileSync(join(folder, 'taken'), '')
    const { code, stdout } = await run(['--report', 'taken/report.json'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/--report: .*(ENOTDIR|EEXIST)/)
  })

  test('compares with a snapshot and judges by a policy in the folder it is called in', async () => {
    const { stdout } = await run(['--json'])
    const [row] = JSON.parse(stdout).verdicts.filter((one: { band: string }) => one.band === 'alert')
    const nextWeek = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10)
    mkdirSync(join(folder, '.github'))
    const snapshot = { version: 1, organization: [], workspaces: [] }
    writeFileSync(join(folder, '.github/claude-rate-limits.json'), JSON.stringify(snapshot))
    const policy = `mutes:\n  - group: ${row.group.name}\n    limiter: ${row.limiter}\n    owner: ops\n    reason: known\n    until: ${nextWeek}\n`
    writeFileSync(join(folder, '.github/claude-rate-limits.policy.yml'), policy)
    const second = await run()
    expect(second.stderr).toBe('')
    expect(second.stdout).toContain('Limits that have changed since the snapshot')
    expect(second.stdout).toContain('alert, muted')
    expect(readdirSync(join(folder, '.github')).sort()).toHaveLength(2)
  })

  test('reads a log of response headers without any key', async () => {
    const log = join(folder, 'log.jsonl')
    writeFileSync(log, `${line({ headers: levels({ requests: [1000, 100] }) })}\n`)
    const { code, stdout, stderr } = await runDesk({ argv: ['--headers-log', log], cwd: tmpdir() })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/alert +90 % /)
    expect(anthropic.requests).toEqual([])
  })

  test('is in colour where it is told to be', async () => {
    const { stdout } = await run([], { env: { ANTHROPIC_ADMIN_KEY: ADMIN_KEY, FORCE_COLOR: '1' } })
    expect(stdout).toContain('\u001b[31m')
  })

  test('says where to get a key when there is none', async () => {
    const { code, stderr } = await run([], { env: {} })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: ANTHROPIC_ADMIN_KEY is not set in the environment\. Make an Admin API key/)
  })
})

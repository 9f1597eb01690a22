import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnnotationProperties } from '@actions/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { audit } from '../../src/audit.ts'
import { RUNNER } from '../../src/deliver/runner.ts'
import type { Deps } from '../../src/deps.ts'
import { formatSnapshot } from '../../src/vocabulary/limits/snapshot.ts'

/** `mode: check`: what a pull request's policy and snapshot say, from the workspace alone. */

const POLICY = '.github/claude-rate-limits.policy.yml'
const SNAPSHOT = '.github/claude-rate-limits.json'
const limits = formatSnapshot({
  groups: [
    { type: 'model_group', name: 'Claude Opus 4.x', models: ['claude-opus-4-6'], limits: { requests_per_minute: 400 } },
  ],
  workspaces: [],
})

let root: string
let summary: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'check-'))
  summary = `${root}-summary.md`
  await mkdir(join(root, '.github'))
  await writeFile(summary, '')
})
afterEach(() => Promise.all([root, summary].map((path) => rm(path, { recursive: true }))))

const put = (path: string, text: string) => writeFile(join(root, path), text)

type Annotation = { level: string; message: string } & AnnotationProperties

/** A check without credential, token or webhook, in which anything that reaches out or writes is an error. */
async function check() {
  const annotations: Annotation[] = []
  const lines: string[] = []
  const never = (what: string) => () => {
    throw new Error(`A check has no use for ${what}.`)
  }
  const annotate = (level: string) => (message: string | Error, properties?: AnnotationProperties) =>
    void annotations.push({ level, message: String(message), ...properties })
  const line = (text: string | Error) => void lines.push(String(text))
  const core: Deps['core'] = {
    getInput: (name) => (name === 'mode' ? 'check' : ''),
    setOutput: never('outputs'),
    setSecret: never('secrets'),
    setFailed: line,
    debug: line,
    info: line,
    notice: annotate('notice'),
    warning: annotate('warning'),
    error: annotate('error'),
    startGroup: line,
    endGroup: () => {},
  }
  const before = await contents()
  const code = await audit(
    {
      core,
      env: { GITHUB_WORKSPACE: root, GITHUB_STEP_SUMMARY: summary },
      fetch: never('requests'),
      exchange: never('requests'),
      now: () => Date.UTC(2026, 10, 24, 6, 23),
      sleep: never('waiting'),
      saveMemory: () => {},
      showProgress: () => {},
      random: () => 0.5,
    },
    RUNNER,
  )
  expect(await contents()).toEqual(before)
  return { code, annotations, log: lines.join('\n'), summary: await readFile(summary, 'utf8') }
}

async function contents(): Promise<string[]> {
  const files = await readdir(join(root, '.github'))
  return Promise.all(files.map((name) => readFile(join(root, '.github', name), 'utf8')))
}

test('a policy that is not valid fails, with an annotation at the line and column of each problem', async () => {
  await put(SNAPSHOT, limits)
  await put(POLICY, 'thresholds:\n  - group: batch\n    alert: 900\nmute: []\n')
  const run = await check()
  expect(run.code).toBe(1)
  const at = (startLine: number, startColumn: number) => ({ file: POLICY, startLine, startColumn })
  expect(run.annotations).toMatchObject([
    { level: 'error', title: `${POLICY} is not valid`, ...at(3, 12) },
    { level: 'error', title: `${POLICY} is not valid`, ...at(4, 1), message: 'the file: "mute" is not known here' },
  ])
  expect(run.log).toContain(`The check fails: ${POLICY} is not valid.`)
})

test('a valid policy passes, with what its rules mean at their lines', async () => {
  await put(SNAPSHOT, limits)
  await put(
    POLICY,
    [
      'thresholds:',
      '  - group: Claude Opus 5',
      '    alert: 90%',
      'expected:',
      '  - { group: Claude Opus 4.x, limiter: requests_per_minute, limit: 800 }',
    ].join('\n'),
  )
  const run = await check()
  expect(run.code).toBe(0)
  expect(run.annotations).toMatchObject([
    { level: 'warning', file: POLICY, startLine: 2, message: expect.stringContaining('No recorded limit is meant') },
    { level: 'notice', file: POLICY, startLine: 5, message: expect.stringContaining('expects 800, and it is 400') },
  ])
  expect(run.log).toContain('the policy is valid: 2 rules, 1 without effect')
})

test('a snapshot that is not valid fails, and rules are not held against it', async () => {
  await put(SNAPSHOT, '{ "version": 99 }')
  await put(POLICY, 'thresholds:\n  - { group: batch, alert: 90% }\n')
  const run = await check()
  expect(run.code).toBe(1)
  expect(run.annotations).toMatchObject([{ level: 'error', file: SNAPSHOT, startLine: 1 }])
  expect(run.log).toContain(`${SNAPSHOT} is not valid`)
})

test.each([
  ['a policy alone', POLICY, 'thresholds: []\n', 'the policy is valid; without a snapshot its rules cannot be held'],
  ['a snapshot alone', SNAPSHOT, limits, 'there is no policy, and the snapshot is valid'],
])('%s is checked as far as it goes', async (_case, path, text, line) => {
  await put(path, text)
  const run = await check()
  expect(run.code).toBe(0)
  expect(run.log).toContain(line)
})

test('a workspace with neither file fails: without a checkout every check would be green', async () => {
  const run = await check()
  expect(run.code).toBe(1)
  expect(run.log).toContain('Nothing was checked')
  expect(run.log).toContain('actions/checkout')
})

test('a link that leads out of the workspace is not followed', async () => {
  await symlink('/etc/hostname', join(root, POLICY))
  const run = await check()
  expect(run.code).toBe(1)
  expect(run.log).toContain('leads out of the workspace')
})

test('the job summary says what each rule speaks of, and names show as their characters', async () => {
  await put(SNAPSHOT, limits.replace('Claude Opus 4.x', '<b>Opus</b> | x'))
  await put(POLICY, 'thresholds:\n  - { limiter: requests_per_minute, alert: 90% }\n')
  const { summary: page } = await check()
  expect(page).toContain('## 🟢 Claude rate limits: the policy is valid')
  expect(page).toContain('| 2 | Thresholds: limiter requests&#95;per&#95;minute | &#60;b&#62;Opus')
  expect(page).not.toContain('<b>')
})

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Checker, loadChecker } from './language-service.ts'
import { asWorkflow, projectFiles, yamlBlocks } from './yaml-blocks.ts'

const OURS = 'OWNER/claude-rate-limit-audit'
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/

const read = (path: string) => readFileSync(path, 'utf8')
const own = projectFiles('.github/workflows/*.yml')
const copyable = projectFiles('docs/workflows/*.yml')
const blocks = projectFiles('*.md').flatMap(yamlBlocks)
const everything = [
  ...[...own, ...copyable].map((path) => ({ name: path, path, text: read(path) })),
  ...blocks.map((block) => ({ name: `${block.path}:${block.line}`, path: block.path, text: asWorkflow(block) })),
]

let checker: Checker
beforeAll(async () => {
  checker = await loadChecker((repository) => repository === OURS)
})

type Job = { uses?: string; steps?: { uses?: string; with?: Record<string, unknown> }[] } & Record<string, unknown>
type Workflow = { permissions?: unknown; jobs: Record<string, Job> }

describe('GitHub would accept', () => {
  test('there is something to check', () => {
    expect(own.length).toBeGreaterThanOrEqual(6)
    expect(copyable.length).toBeGreaterThanOrEqual(8)
    expect(blocks.length).toBeGreaterThanOrEqual(6)
  })

  test('YAML that is no workflow says what it is, and is known to be checked elsewhere', () => {
    const marked = projectFiles('*.md').flatMap((path) => [...read(path).matchAll(/^ *```ya?ml (.+)$/gm)])
    const elsewhere = ['policy', 'litellm']
    expect(marked.map((match) => match[1]).filter((kind) => !elsewhere.includes(kind ?? ''))).toEqual([])
  })

  test.each(everything)('$name', async ({ path, text }) => {
    expect(await checker.check(path.replace(/\.md$/, '.yml'), text)).toEqual([])
  })

  test('action.yml', async () => {
    expect(await checker.check('action.yml', read('action.yml'))).toEqual([])
  })
})

describe('The checker is awake', () => {
  test.each([
    ['an input that action.yml does not have', '          date:', '          day:', "Invalid action input 'day'"],
    ['a permission', 'contents: write', 'content: write', "Unexpected value 'content'"],
    ['a cron line', '23 6 * * *', '23 25 * * *', 'cron'],
    ['a context', 'inputs.date', 'inputs.dat', 'Context access might be invalid: dat'],
  ])('it flags %s', async (_fault, right, wrong, message) => {
    const text = read('docs/workflows/daily-audit.yml').replace(right, wrong)
    expect(await checker.check('daily.yml', text)).toEqual([expect.stringContaining(message)])
  })

  test('it flags an input that the reusable workflow does not take', async () => {
    const text = read('docs/workflows/reusable.yml').replace('    with:\n', '    with:\n      treshold: 80%\n')
    expect(await checker.check('reusable.yml', text)).toEqual([expect.stringContaining('treshold')])
  })
})

describe('Our rules for every workflow', () => {
  test.each(everything)('$name pins what it uses by commit, and names the version', ({ text }) => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map((match) => match[1] ?? '')
    expect(uses.filter((use) => !use.startsWith('./') && !PINNED.test(use))).toEqual([])
  })

  test.each(everything)('$name starts with no permissions and a time limit', ({ text }) => {
    const workflow: Workflow = parse(text)
    expect(workflow.permissions).toEqual({})
    for (const [name, job] of Object.entries(workflow.jobs)) {
      if (!job.uses) expect(job['timeout-minutes'], name).toBeTypeOf('number')
    }
  })

  test.each(everything)('$name keeps no token on disk after a checkout', ({ text }) => {
    const workflow: Workflow = parse(text)
    const checkouts = Object.values(workflow.jobs)
      .flatMap((job) => job.steps ?? [])
      .filter((step) => step.uses?.startsWith('actions/checkout@'))
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([])
  })

  test.each(everything)('$name puts no expression into a script', ({ text }) => {
    const workflow: Workflow = parse(text)
    const scripts = Object.values(workflow.jobs).flatMap((job) =>
      (job.steps ?? []).map((step) => 'run' in step && step.run),
    )
    expect(scripts.filter((script) => typeof script === 'string' && script.includes('${{'))).toEqual([])
  })

  test('one action is pinned to one commit everywhere', () => {
    const pins = new Map<string, Set<string>>()
    for (const { text } of everything) {
      for (const match of text.matchAll(/uses: ([\w.-]+\/[\w.-]+)(?:\/[\w./-]+)?@(\S+ # \S+)/g)) {
        const [, action = '', pin = ''] = match
        pins.set(action, (pins.get(action) ?? new Set()).add(pin))
      }
    }
    expect([...pins].filter(([, versions]) => versions.size > 1)).toEqual([])
  })

  test('the last job of CI waits for every other one', () => {
    const { jobs }: Workflow = parse(read('.github/workflows/ci.yml'))
    const { ok, ...others } = jobs
    expect(ok?.needs).toEqual(Object.keys(others))
  })

  // A check of a pull request audits no day, and neither it nor the quarterly review delivers anything.
  const audits = copyable.filter((path) => !/\/(check-policy|quarterly-review)\.yml$/.test(path))
  test.each(audits)("%s can be run by hand, for a day of one's choice and without delivering anything", (path) => {
    const { on, jobs } = parse(read(path))
    expect(Object.keys(on.workflow_dispatch.inputs)).toEqual(expect.arrayContaining(['date', 'dry-run']))
    const steps = Object.values<Job>(jobs).flatMap((job) => (job.uses ? [job] : (job.steps ?? [])))
    const ours = steps.filter(({ uses }) => uses?.startsWith(OURS)) as { with: Record<string, string> }[]
    expect(ours.length).toBeGreaterThan(0)
    for (const { with: given } of ours) {
      expect(given.date).toContain('inputs.date')
      expect(given['dry-run']).toContain('inputs.dry-run')
    }
  })

  test('the quarterly review can end with a day of choice, and pins the command by commit', () => {
    const { on, jobs } = parse(read('docs/workflows/quarterly-review.yml'))
    expect(Object.keys(on.workflow_dispatch.inputs)).toEqual(['date'])
    const [step] = jobs.review.steps.filter(({ run }: { run?: string }) => run?.includes('--review'))
    expect(step.env).toMatchObject({ DATE: "${{ inputs.date || 'yesterday' }}", COMMIT: '0'.repeat(40) })
    expect(step.run).toContain(`github:${OURS}#$COMMIT`)
  })

  test('every workflow to copy is shown in the README', () => {
    const readme = read('README.md')
    expect(copyable.filter((path) => !readme.includes(`(${path})`))).toEqual([])
  })
})

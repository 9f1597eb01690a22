import { describe, expect, it } from 'vitest'
import { createGitHub } from '../../../src/collect/github/github-client.ts'
import { readFiles } from '../../../src/collect/github/read.ts'
import type { Layout } from '../../emulator/github/github.ts'
import { bench, limits, PATH, subjects, writes } from './support.ts'

const HEADLINE = 'chore: update Claude rate limits'

describe.each<Layout>(['github.com', 'ghes'])('a snapshot committed straight to base, on %s', (layout) => {
  it('is one verified commit that changes nothing but the file, and a second run makes none', async () => {
    await using run = await bench({ layout })
    const { github, deliver } = run
    await github.seed({ 'README.md': 'hello' })

    const outcome = await deliver(limits(4000))
    const sha = await github.git('rev-parse', 'main')
    expect(outcome).toEqual({
      operation: 'created',
      path: PATH,
      commit: { sha, verified: true, url: `${github.serverUrl}/acme/limits/commit/${sha}` },
      pullRequest: null,
      note: null,
    })
    expect(await github.git('show', '--format=%B', '--name-status', 'main')).toBe(
      `${HEADLINE}\n\nFrom null\n\nA\t${PATH}`,
    )
    expect((await deliver(limits(2000))).operation).toBe('updated')
    expect(await deliver(limits(2000))).toMatchObject({ operation: 'unchanged', commit: null })
    expect(await subjects(github, 'main')).toEqual([HEADLINE, HEADLINE, 'Seed'])
  })

  it('reads head and files of one commit, also a file above 1 MB, and takes only a 404 for "no file"', async () => {
    await using run = await bench({ layout })
    const { github, deps } = run
    const big = 'é'.repeat(600_000)
    const head = await github.seed({ [PATH]: limits(1), 'docs/big.txt': big })
    const read = () => readFiles(createGitHub(deps, github.token), null, [PATH, 'absent.json', 'docs/big.txt'])

    expect(await read()).toEqual({
      branch: 'main',
      head,
      files: { [PATH]: limits(1), 'absent.json': null, 'docs/big.txt': big },
    })
    github.beforeNext(/GET .*contents.*absent/, () => github.commitAs('ada', 'main', { 'absent.json': 'late' }))
    expect((await read()).files['absent.json']).toBeNull()
    github.faults.push({ path: /contents/, effect: { kind: 'status', status: 500 } })
    await expect(read()).rejects.toThrow(/no usable reply to GET \/contents\/\{path\} \(path .*500/)
  })
})

describe('two runs that race on one branch', () => {
  it('both end with their change in, one commit each, nothing forced', async () => {
    await using run = await bench()
    const { github, deliver } = run
    await github.seed({ [PATH]: limits(1), 'other.json': limits(1) })
    const other = (text: string) =>
      deliver(text, {
        path: 'other.json',
        plan: (files) =>
          files['other.json'] === text ? null : { files: [{ path: 'other.json', text }], headline: 'other', body: '' },
      })
    github.beforeNext(/createCommitOnBranch/, () => other(limits(7)))
    const [first, second] = await Promise.all([deliver(limits(2)), deliver(limits(2))])

    expect([first.operation, second.operation].sort()).toEqual(['unchanged', 'updated'])
    expect(await github.read('main', PATH)).toBe(limits(2))
    expect(await github.read('main', 'other.json')).toBe(limits(7))
    expect((await subjects(github, 'main')).toSorted()).toEqual(['Seed', HEADLINE, 'other'])
    expect(writes(github).every((write) => write === 'createCommitOnBranch')).toBe(true)
  })

  it('plans again from what landed in between', async () => {
    await using run = await bench()
    const { github, deliver, slept } = run
    await github.seed({ [PATH]: limits(1) })
    github.beforeNext(/createCommitOnBranch/, () => github.commitAs('ada', 'main', { [PATH]: limits(3) }))

    expect((await deliver(limits(2))).operation).toBe('updated')
    expect(await github.git('log', '-1', '--format=%b', 'main')).toContain('"requests_per_minute": 3')
    expect(slept).toEqual([500])
  })

  it('makes no commit where the other one wrote the same', async () => {
    await using run = await bench()
    const { github, deliver } = run
    await github.seed({ [PATH]: limits(1) })
    github.beforeNext(/createCommitOnBranch/, () => github.commitAs('ada', 'main', { [PATH]: limits(2) }))

    expect(await deliver(limits(2))).toMatchObject({ operation: 'unchanged', commit: null })
    expect(await subjects(github, 'main')).toEqual(['ada was here', 'Seed'])
  })

  it('gives up after five tries, with jitter between them', async () => {
    await using run = await bench()
    const { github, deliver, slept } = run
    await github.seed({ [PATH]: limits(1) })
    for (let n = 0; n < 5; n++)
      github.beforeNext(/createCommitOnBranch/, () => github.commitAs('ada', 'main', { counter: String(n) }))

    await expect(deliver(limits(2))).rejects.toThrow(/could not be committed to in 5 tries/)
    expect(slept).toEqual([500, 1000, 2000, 4000, 8000])
    expect(writes(github)).toHaveLength(5)
  })
})

describe('a commit that GitHub does not answer', () => {
  it('is found again where it was made, and not made twice', async () => {
    await using run = await bench()
    const { github, deliver } = run
    await github.seed({ [PATH]: limits(1) })
    github.faults.push({ method: 'POST', nth: 1, effect: { kind: 'drop', where: 'before' } })

    const outcome = await deliver(limits(2))
    expect(outcome).toMatchObject({
      operation: 'updated',
      commit: { sha: await github.git('rev-parse', 'main'), verified: true },
    })
    expect(await subjects(github, 'main')).toEqual([HEADLINE, 'Seed'])
    expect(writes(github)).toHaveLength(1)
  })

  it.each([
    ['a 502', { kind: 'status', status: 502 } as const],
    ['a body cut short', { kind: 'truncate' } as const],
    ['a connection that ends in the body', { kind: 'drop', where: 'in-body' } as const],
    ['an error page', { kind: 'body', body: '<html>Oops</html>', contentType: 'text/html' } as const],
  ])('is settled by reading again: %s', async (_, effect) => {
    await using run = await bench()
    const { github, deliver } = run
    await github.seed({ [PATH]: limits(1) })
    github.faults.push({ method: 'POST', nth: 1, effect })

    expect((await deliver(limits(2))).commit?.sha).toBe(await github.git('rev-parse', 'main'))
    expect(await subjects(github, 'main')).toEqual([HEADLINE, 'Seed'])
  })
})

describe('what may pass', () => {
  it('is waited for: 5xx and resets of reads, 429 and secondary limits of anything', async () => {
    await using run = await bench()
    const { github, deliver, slept } = run
    await github.seed({ [PATH]: limits(1) })
    const limited = '{"message":"You have exceeded a secondary rate limit."}'
    github.faults.push(
      { method: 'GET', path: /git\/ref/, nth: 1, effect: { kind: 'drop', where: 'before' } },
      { method: 'GET', path: /git\/ref/, nth: 1, effect: { kind: 'status', status: 503 } },
      { method: 'GET', path: /contents/, nth: 1, effect: { kind: 'status', status: 429, retryAfter: 7 } },
      { method: 'POST', nth: 1, effect: { kind: 'status', status: 403, body: limited, retryAfter: 3 } },
    )

    expect((await deliver(limits(2))).operation).toBe('updated')
    expect(slept).toEqual([500, 1000, 7250, 3250])
    expect(await subjects(github, 'main')).toEqual([HEADLINE, 'Seed'])
  })

  it('is not waited for longer than two minutes', async () => {
    await using run = await bench()
    const { github, deliver, slept } = run
    await github.seed({ [PATH]: limits(1) })
    github.faults.push({ effect: { kind: 'status', status: 429, retryAfter: 3600 } })

    await expect(deliver(limits(2))).rejects.toThrow(/429/)
    expect(slept).toEqual([])
  })
})

it('says that a commit is not verified where GitHub does not sign', async () => {
  await using run = await bench({ signsCommits: false })
  await run.github.seed({ a: '1' })

  expect((await run.deliver(limits(2))).commit?.verified).toBe(false)
})

it('lets a plan that throws end the run, and writes nothing', async () => {
  await using run = await bench()
  const { github, deliver } = run
  await github.seed({ [PATH]: '{"version": 99}' })
  const plan = () => {
    throw new Error('a future version')
  }

  await expect(deliver('', { plan })).rejects.toThrow('a future version')
  await expect(deliver('', { plan, mode: 'pull-request' })).rejects.toThrow('a future version')
  expect(await github.read('main', PATH)).toBe('{"version": 99}')
  expect(writes(github)).toEqual([])
})

it('commits several files at once, to the branch it is told', async () => {
  await using run = await bench()
  const { github, deliver } = run
  await github.seed({ a: '1' })
  await github.commitAs('ada', 'limits/production', { a: '2' })
  const files = [
    { path: PATH, text: limits(1) },
    { path: 'gateway.json', text: '{}\n' },
  ]
  const plan = () => ({ files, headline: 'Both', body: '' })

  await deliver('', { base: 'limits/production', otherPaths: ['gateway.json'], plan })
  expect(await github.git('show', '--format=%s', '--name-only', 'limits/production')).toBe(
    `Both\n\n${PATH}\ngateway.json`,
  )
  expect(await subjects(github, 'main')).toEqual(['Seed'])
})

it('writes nothing in a dry run, and says what it would have done', async () => {
  await using run = await bench()
  const { github, deliver } = run
  await github.seed({ [PATH]: limits(1) })

  expect(await deliver(limits(2), { dryRun: true })).toMatchObject({
    operation: 'skipped',
    note: `Dry run: it would have committed ${PATH} to main: "${HEADLINE}".`,
  })
  expect((await deliver(limits(1), { dryRun: true })).operation).toBe('unchanged')
  expect(writes(github)).toEqual([])
})

it('takes three minutes at most, however long GitHub lets it wait', async () => {
  await using run = await bench()
  const { github, deliver, deps, slept } = run
  await github.seed({ [PATH]: limits(1) })
  github.faults.push({ effect: { kind: 'status', status: 429, retryAfter: 80 } })
  let now = 0
  const clock = {
    ...deps,
    now: () => now,
    sleep: async (milliseconds: number) => {
      slept.push(milliseconds)
      now += milliseconds
    },
  }

  await expect(deliver(limits(2), {}, clock)).rejects.toThrow(/429/)
  expect(slept).toEqual([80_250, 80_250])
  const late = { ...clock, now: () => (now += 60_000) }
  github.faults.length = 0
  await expect(deliver(limits(2), {}, late)).rejects.toThrow(
    /was not sent to GitHub: the 180 seconds for it are used up/,
  )
})
